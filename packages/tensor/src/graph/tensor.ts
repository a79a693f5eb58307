/**
 * The symbolic tensor: one node of a computation graph. It exists only while a function is traced; host data is
 * {@link NdArray}. Nodes are hash-consed, so building the same expression twice yields the same object, and common
 * subexpressions are shared from the start.
 */
import { showValue } from "../check/show-value.ts";
import { callerLocation, DataTypeError, ShapeError } from "../errors.ts";
import type { ElementType, NdArray, Shape } from "../ndarray.ts";
import type { OnnxAttribute } from "./onnx-model.ts";
import { normaliseAxes, normaliseAxis } from "./shape.ts";
import type { Target } from "./target.ts";

/** What an operation yields: element type and static shape. */
export interface TensorType {
  readonly dtype: ElementType;
  readonly shape: Shape;
}

/**
 * One operation of the graph: its typing rule, its derivative and its ONNX form, side by side.
 * `A` is the type of its attributes, which must survive `JSON.stringify` (constants and inputs excepted).
 */
export interface Operation<A = unknown> {
  readonly name: string;
  /** Acts on each element alone, inputs broadcast against each other. */
  readonly elementwise?: boolean;
  /** Swapping the two inputs changes nothing. */
  readonly commutative?: boolean;
  /** Typing rule. Throws ShapeError or DataTypeError with the reason only; the operation and shapes are added. */
  infer(inputs: readonly Tensor[], attributes: A): TensorType;
  /**
   * Reverse derivative rule: from the cotangent of the output to the cotangents of the inputs, `undefined` for zero. It
   * must be linear in the cotangent, because forward mode is obtained by transposing it. Absent: the derivative is
   * zero.
   */
  pullback?(cotangent: Tensor, node: Tensor<A>): readonly (Tensor | undefined)[];
  /** The same value in simpler operations, where the target has no kernel for it. */
  expand?(node: Tensor<A>, target: Target): Tensor | undefined;
  /** Value on small constants, for folding. */
  evaluate?(inputs: readonly NdArray<ElementType>[], node: Tensor<A>): NdArray<ElementType> | undefined;
  /** Emits ONNX nodes and returns the name of the result. */
  lower?(node: Tensor<A>, inputs: readonly string[], emit: Emitter): string;
}

/** Receives the ONNX form of a graph, node by node. */
export interface Emitter {
  readonly target: Target;
  /** Adds a node of the standard domain (or `domain`) and returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, domain?: string): string;
  /** As `node`, with several outputs. */
  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Record<string, OnnxAttribute>,
    domain?: string,
  ): string[];
  /** Adds a constant, shared when equal and small. */
  constant(value: NdArray<ElementType>): string;
  /** An int64 vector constant: axes, shapes, starts. */
  integers(values: readonly number[]): string;
}

/** A node: an operation on inputs, with attributes. Make nodes with {@link apply}, never directly. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are typed where the operation is known
export class Tensor<A = any> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly dtype: ElementType;
  readonly shape: Shape;
  /** Creation number: inputs have smaller ids than what is computed from them. */
  readonly id: number;

  constructor(operation: Operation<A>, inputs: readonly Tensor[], attributes: A, type: TensorType, id: number) {
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.id = id;
  }

  get rank(): number {
    return this.shape.length;
  }
}

// Nodes made outside of a trace, where nothing says when they are no longer needed. The garbage collector clears weak
// references late, and only in its most expensive pass. So a plain table holds what a trace makes, and ends with it.
const interned = new Map<string, WeakRef<Tensor>>();
const forget = new FinalizationRegistry<string>((key) => {
  if (!interned.get(key)?.deref()) interned.delete(key);
});
let created = 0;

/** The nodes of one trace, by key. */
export type NodeTable = Map<string, Tensor>;
let table: NodeTable | undefined;

/** What `build` returns; nodes that it makes are found in `nodes` and kept there. */
export const withNodes = <T>(nodes: NodeTable, build: () => T): T => {
  const outer = table;
  table = nodes;
  try {
    return build();
  } finally {
    table = outer;
  }
};

/** A number no other node carries: attribute of nodes that must never be merged. */
export const uniqueId = (): number => created++;

/** The one node with this key, made on first use. */
export const intern = (key: string, make: (id: number) => Tensor): Tensor => {
  const known = table?.get(key) ?? interned.get(key)?.deref();
  if (known) return known;
  const tensor = make(created++);
  if (table) table.set(key, tensor);
  else {
    interned.set(key, new WeakRef(tensor));
    forget.register(tensor, key);
  }
  return tensor;
};

/** `float32[2,3]`, as error messages show a tensor. */
export const describe = ({ dtype, shape }: TensorType): string => `${dtype}[${shape}]`;

// JSON has no infinities, NaN or negative zero. Two nodes that differ in one must not be merged.
const exactly = (_: string, value: unknown): unknown =>
  typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? "-0" : value}`
    : value;

/**
 * The node that applies `operation` to `inputs`.
 * @throws ShapeError | DataTypeError naming the operation, the inputs' types and the caller's file and line
 */
export const apply = <A>(operation: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor<A> => {
  const odd = inputs.findIndex((input) => !(input instanceof Tensor));
  if (odd >= 0)
    throw explain(new DataTypeError(`expected tensors, found ${showValue(inputs[odd])}`), operation.name, []);
  const key = `${operation.name}(${inputs.map((input) => input.id)})${attributes === undefined ? "" : JSON.stringify(attributes, exactly)}`;
  return intern(key, (id) => {
    try {
      return new Tensor(operation, inputs, attributes, operation.infer(inputs, attributes), id);
    } catch (error) {
      if (!(error instanceof ShapeError || error instanceof DataTypeError)) throw error;
      throw explain(error, operation.name, inputs);
    }
  });
};

/**
 * An axis of x counted from either end, as a non-negative number. The error for an axis that x lacks names the
 * operation.
 */
export const axisOf = (operation: string, x: Tensor, axis: number): number => {
  try {
    return normaliseAxis(axis, x.rank);
  } catch (error) {
    throw explain(error as Error, operation, [x]);
  }
};

/** Axes of x, or of a tensor of another rank, as {@link normaliseAxes}; the error names the operation. */
export const axesOf = (
  operation: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  rank = x.rank,
): number[] => {
  try {
    return normaliseAxes(axes, rank);
  } catch (error) {
    throw explain(error as Error, operation, [x]);
  }
};

/** The same error, with the operation, its inputs' types and the caller's place. */
export const explain = (error: Error, operation: string, inputs: readonly TensorType[]): Error => {
  const place = callerLocation();
  const Kind = error instanceof DataTypeError ? DataTypeError : ShapeError;
  return new Kind(`${operation}(${inputs.map(describe).join(", ")}): ${error.message}${place ? ` (${place})` : ""}`);
};
