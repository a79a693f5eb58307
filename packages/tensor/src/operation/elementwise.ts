/** What all elementwise operations share: typing, broadcasting, folding of constants, reduction of cotangents. */
import { showValue } from "../check/show-value.ts";
import { DataTypeError } from "../errors.ts";
import { broadcastShapes, stridesOf } from "../graph/shape.ts";
import { apply, explain, type Operation, Tensor, type TensorType } from "../graph/tensor.ts";
import { type ElementType, type NdArray, type Shape, sizeOf, storage } from "../ndarray.ts";
import { unbroadcast } from "./broadcast.ts";
import { constant, isFloat } from "./source.ts";

/** A tensor, or a number that takes the element type of its partner. */
export type Operand = Tensor | number;

/** Both operands as tensors; a number becomes a scalar of the other's element type. */
export const lift = (name: string, a: Operand, b: Operand): [Tensor, Tensor] => {
  if (typeof a === "number" && typeof b === "number")
    throw explain(new DataTypeError("expected at least one tensor, found two numbers"), name, []);
  const number = (value: Operand, partner: Operand): Tensor => {
    if (typeof value !== "number") return value;
    if (!(partner instanceof Tensor))
      throw explain(new DataTypeError(`expected a tensor, found ${showValue(partner)}`), name, []);
    try {
      return constant(value, partner.dtype);
    } catch (error) {
      throw explain(error as Error, name, [partner as Tensor]);
    }
  };
  return [number(a, b), number(b, a)];
};

const maxFolded = 4096;

/** Applies a function of numbers to every element of broadcast arrays. */
const mapElements = (
  inputs: readonly NdArray<ElementType>[],
  type: TensorType,
  f: (...values: number[]) => number | boolean,
): NdArray<ElementType> | undefined => {
  const size = sizeOf(type.shape);
  if (size > maxFolded || type.dtype === "int64" || inputs.some((x) => x.dtype === "int64")) return undefined;
  const data = storage(type.dtype, size) as Float64Array;
  const strides = inputs.map((x) => broadcastStrides(x.shape, type.shape));
  const index = new Array<number>(type.shape.length).fill(0);
  for (let i = 0; i < size; i++) {
    const value = Number(
      f(...inputs.map((x, k) => Number(x.data[index.reduce((offset, n, axis) => offset + n * strides[k]![axis]!, 0)]))),
    );
    // What overflows, or divides by zero, is left to the runtime.
    if (type.dtype === "int32" && !(Math.abs(value) < 2 ** 31)) return undefined;
    data[i] = value;
    for (let axis = index.length - 1; axis >= 0 && ++index[axis]! === type.shape[axis]; axis--) index[axis] = 0;
  }
  return { ...type, data } as unknown as NdArray<ElementType>;
};

const broadcastStrides = (from: Shape, to: Shape): number[] => {
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : strides[own]!;
  });
};

/** Which element types an operation takes. */
export type Accepts = "float" | "number" | "bool" | "any";

const accepted: Record<Accepts, (dtype: ElementType) => boolean> = {
  float: isFloat,
  number: (dtype) => dtype !== "bool",
  bool: (dtype) => dtype === "bool",
  any: () => true,
};

/** Throws unless all inputs have one element type, and the operation takes it. */
export const checkTypes = (inputs: readonly Tensor[], accepts: Accepts): ElementType => {
  const dtype = inputs[0]!.dtype;
  if (inputs.some((x) => x.dtype !== dtype))
    throw new DataTypeError("expected inputs of one element type; convert with cast()");
  if (!accepted[accepts](dtype))
    throw new DataTypeError(`expected ${accepts} elements, found ${dtype}; convert with cast()`);
  return dtype;
};

interface Elementwise {
  readonly name: string;
  readonly accepts: Accepts;
  /** Element type of the result where it differs from the inputs'. */
  readonly yields?: ElementType;
  readonly commutative?: boolean;
  /** The function of numbers, for folding constants. */
  readonly f?: (...values: number[]) => number | boolean;
  /** Cotangents before the sum over broadcast axes. */
  readonly pullback?: (cotangent: Tensor, node: Tensor) => readonly (Tensor | undefined)[];
  readonly expand?: (node: Tensor, target: Parameters<NonNullable<Operation["expand"]>>[1]) => Tensor | undefined;
  /** The ONNX operator of the standard domain, or how to emit it. */
  readonly onnx?: string | Operation["lower"];
}

/** An elementwise operation from its function of numbers, derivative and ONNX operator. */
export const elementwise = (definition: Elementwise): Operation<undefined> => {
  const { name, accepts, yields, commutative, f, pullback, expand, onnx } = definition;
  return {
    name,
    elementwise: true,
    commutative: commutative ?? false,
    infer: (inputs) => {
      const dtype = checkTypes(inputs, accepts);
      return { dtype: yields ?? dtype, shape: broadcastShapes(...inputs.map((x) => x.shape)) };
    },
    ...(f && { evaluate: (inputs, node) => mapElements(inputs, node, f) }),
    ...(pullback && {
      pullback: (cotangent, node) =>
        pullback(cotangent, node).map((c, i) => c && unbroadcast(c, node.inputs[i]!.shape)),
    }),
    ...(expand && { expand }),
    ...(onnx && { lower: typeof onnx === "string" ? (_, inputs, emit) => emit.node(onnx, inputs) : onnx }),
  };
};

/** A function of two tensors or a tensor and a number, from an operation. */
export const binary =
  (operation: Operation<undefined>) =>
  (a: Operand, b: Operand): Tensor =>
    apply(operation, lift(operation.name, a, b), undefined);

/** A function of one tensor, from an operation. */
export const unary =
  (operation: Operation<undefined>) =>
  (x: Tensor): Tensor =>
    apply(operation, [x], undefined);
