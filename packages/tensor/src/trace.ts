/** Tracing: a function of tensors is called once, and what it computes becomes a graph. */
import { showValue } from "./check/show-value.ts";
import type { Tensors } from "./differentiate/differentiate.ts";
import { DataTypeError, ShapeError, TraceError } from "./errors.ts";
import { type Graph, topologicalOrder } from "./graph/graph.ts";
import { sameShape } from "./graph/shape.ts";
import { describe, type NodeTable, Tensor, withNodes } from "./graph/tensor.ts";
import { constructors, type DataType, isNdArray, type NdArray, type Shape, sizeOf } from "./ndarray.ts";
import type { BorderNames } from "./onnx/lower.ts";
import { input, isInput } from "./operation/source.ts";
import { flattenTree, isBranch, type MapTree } from "./tree.ts";

/** The type of an argument: its static shape and element type (float32 unless said). */
export interface Spec {
  readonly shape: Shape;
  readonly dtype?: DataType;
}

/**
 * Trees of specs, one per argument. (Typed as `object`: a recursive constraint exceeds what the type checker unfolds.)
 */
export type Specs = readonly object[];

/** The arguments that a traced function sees. */
export type TensorArguments<S extends Specs> = { [K in keyof S]: MapTree<S[K], Spec, Tensor> };

/** Is this a leaf of a tree of specs? */
export const isSpec = (node: unknown): boolean => Array.isArray((node as Spec | null)?.shape);
const isTensor = (node: unknown): boolean => node instanceof Tensor;

// Leaves that are nothing of the kind are found too, to be named in an error.
const isSpecOrOdd = (node: unknown): boolean => isSpec(node) || !isBranch(node);
/** Is this a leaf of a tree of tensors, if only by mistake? */
export const isTensorOrOdd = (node: unknown): boolean => isTensor(node) || !isBranch(node);
const isArrayOrOdd = (node: unknown): boolean => isNdArray(node) || !isBranch(node);
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** The type of a tensor or array, as a spec. @throws DataTypeError for anything else */
export const specOf = (value: NdArray | Tensor): Required<Spec> => {
  if (!isTensor(value) && !isNdArray(value))
    throw new DataTypeError(`specOf: expected a tensor or an NdArray, found ${showValue(value)}`);
  return { shape: value.shape, dtype: value.dtype as DataType };
};

/** A function as a graph, with the structure of its arguments and results. */
export interface Traced {
  readonly graph: Graph;
  /** Nodes made so far; further passes look for theirs here. */
  readonly nodes: NodeTable;
  readonly inputPaths: readonly string[];
  readonly outputPaths: readonly string[];
  readonly inputs: readonly Required<Spec>[];
  readonly unflattenInputs: (leaves: readonly unknown[]) => unknown;
  readonly unflattenOutputs: (leaves: readonly unknown[]) => unknown;
}

/**
 * Calls f once on tensors of these types.
 * @param name begins error messages
 * @throws ShapeError for an argument that is not a spec; TraceError for a value that is not a function, for results that
 *   are not tensors, and for tensors of another function; DataTypeError for float16 among arguments or results;
 *   what f throws
 */
export const trace = (name: string, f: (...args: never[]) => Tensors, specs: Specs): Traced => {
  if (typeof f !== "function") throw new TraceError(`${name}: expected a function of tensors, found ${showValue(f)}`);
  if (!Array.isArray(specs))
    throw new ShapeError(`${name}: expected a list of specs, one for each argument, found ${showValue(specs)}`);
  const args = flattenTree<Spec>(specs, isSpecOrOdd);
  for (const [i, leaf] of args.leaves.entries())
    if (!isSpec(leaf))
      throw new ShapeError(
        `${name}: expected a spec { shape, dtype } at argument ${args.paths[i]}, found ${String(leaf)}`,
      );
  const inputs = args.leaves.map(({ shape, dtype = "float32" }) => ({ shape, dtype }));
  const nodes: NodeTable = new Map();
  const tensors = withNodes(nodes, () => inputs.map(input));
  const result = withNodes(nodes, () => f(...(args.unflatten(tensors) as never[])));
  const results = flattenTree<Tensor>(result, isTensorOrOdd);
  for (const [i, leaf] of results.leaves.entries())
    if (!isTensor(leaf))
      throw new TraceError(
        `${name}: expected the function to return tensors, found ${String(leaf)} ` +
          `${results.paths[i] ? `at ${results.paths[i]}` : ""}; turn numbers into tensors with constant()`,
      );
  for (const [i, leaf] of [...tensors, ...results.leaves].entries())
    if (leaf.dtype === "float16")
      throw new DataTypeError(
        `${name}: expected ${i < tensors.length ? "arguments" : "results"} in float32, found ${describe(leaf)}; ` +
          "float16 exists inside compiled functions only: cast() from and to float32 there",
      );
  const own = new Set(tensors);
  const foreign = topologicalOrder(results.leaves).find((node) => isInput(node) && !own.has(node));
  if (foreign)
    throw new TraceError(
      `${name}: uses an input of another function, of type ${describe(foreign)}; hand it over as an argument`,
    );
  return {
    graph: { inputs: tensors, outputs: results.leaves },
    nodes,
    inputPaths: args.paths,
    outputPaths: results.paths,
    inputs,
    unflattenInputs: args.unflatten,
    unflattenOutputs: results.unflatten,
  };
};

/** Names of inputs and outputs by their place in the trees, e.g. `input.0.x`. */
export const borderNames = ({ inputPaths, outputPaths }: Traced): BorderNames => ({
  inputs: inputPaths.map((path) => `input.${path}`),
  outputs: outputPaths.map((path) => (path === "" ? "output" : `output.${path}`)),
});

/** The leaves of an argument tree in order, after checking that structure, shapes and element types are as compiled. */
export const checkedLeaves = (
  name: string,
  values: unknown,
  specs: readonly Required<Spec>[],
  paths: readonly string[],
): NdArray[] => {
  const { leaves, paths: found } = flattenTree<NdArray>(values, isArrayOrOdd);
  for (const [i, path] of paths.entries()) {
    if (found[i] !== path)
      throw new ShapeError(`${name}: expected an array at argument ${path}, found ${found[i] ?? "nothing"}`);
    const { shape, dtype } = specs[i]!;
    const array = leaves[i]!;
    if (!isNdArray(array))
      throw new DataTypeError(
        `${name}: expected an NdArray for argument ${path}, found ${kindOf(array)}; make one with ndarray(data, shape)`,
      );
    if (!(array.data instanceof constructors[array.dtype]))
      throw new DataTypeError(
        `${name}: expected a ${constructors[array.dtype]?.name} as data of argument ${path}, found ${kindOf(array.data)}`,
      );
    if (!sameShape(array.shape, shape))
      throw new ShapeError(
        `${name}: expected shape [${shape}] for argument ${path}, found [${array.shape}]; compile once per shape`,
      );
    if (array.dtype !== dtype)
      throw new DataTypeError(`${name}: expected ${dtype} for argument ${path}, found ${array.dtype}`);
    if (array.data.length !== sizeOf(shape))
      throw new ShapeError(
        `${name}: expected ${sizeOf(shape)} elements for argument ${path}, found ${array.data.length}`,
      );
  }
  if (found.length > paths.length) throw new ShapeError(`${name}: unexpected argument ${found[paths.length]}`);
  return leaves;
};
