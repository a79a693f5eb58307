/** Tracing and compiling: a function of tensors becomes an ONNX file, or a callable on host arrays. */

import type { Tensors } from "./differentiate/differentiate.ts";
import { DataTypeError, RuntimeError, ShapeError, TraceError } from "./errors.ts";
import { type Graph, topologicalOrder } from "./graph/graph.ts";
import type { OnnxGraph } from "./graph/onnx-model.ts";
import { sameShape } from "./graph/shape.ts";
import type { Target } from "./graph/target.ts";
import { describe, type NodeTable, Tensor, withNodes } from "./graph/tensor.ts";
import { constructors, type DataType, isNdArray, type NdArray, type Shape, sizeOf } from "./ndarray.ts";
import { encodeModel } from "./onnx/encode.ts";
import { type BorderNames, lower, lowerScan } from "./onnx/lower.ts";
import { isConvolution } from "./operation/convolution.ts";
import { input, isInput } from "./operation/source.ts";
import { optimise } from "./pass/optimise.ts";
import { defaultRuntime } from "./runtime/default.ts";
import type { Runtime, Session } from "./runtime/runtime.ts";
import { flattenTree, isBranch, type MapTree } from "./tree.ts";

/** The type of an argument: its static shape and element type (float32 unless said). */
export interface Spec {
  readonly shape: Shape;
  readonly dtype?: DataType;
}

/** Trees of specs, one per argument. (Spelled `object`: a recursive constraint exceeds what the type checker unfolds.) */
export type Specs = readonly object[];
/** The arguments that a traced function sees. */
export type TensorArguments<S extends Specs> = { [K in keyof S]: MapTree<S[K], Spec, Tensor> };
/** The arguments that a compiled function takes. */
export type ArrayArguments<S extends Specs> = { [K in keyof S]: MapTree<S[K], Spec, NdArray> };
/** The result of a compiled function. */
export type ArrayResult<R> = MapTree<R, Tensor, NdArray>;

const isSpec = (node: unknown): boolean => Array.isArray((node as Spec | null)?.shape);
const isTensor = (node: unknown): boolean => node instanceof Tensor;

// Leaves that are nothing of the kind are found too, to be named in an error.
const isSpecOrOdd = (node: unknown): boolean => isSpec(node) || !isBranch(node);
const isTensorOrOdd = (node: unknown): boolean => isTensor(node) || !isBranch(node);
const isArrayOrOdd = (node: unknown): boolean => isNdArray(node) || !isBranch(node);
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** The type of a tensor or array, as a spec. */
export const specOf = ({ shape, dtype }: NdArray | Tensor): Required<Spec> => ({ shape, dtype: dtype as DataType });

interface Traced {
  readonly graph: Graph;
  /** Nodes made so far; further passes look for theirs here. */
  readonly nodes: NodeTable;
  readonly inputPaths: readonly string[];
  readonly outputPaths: readonly string[];
  readonly inputs: readonly Required<Spec>[];
  readonly unflattenInputs: (leaves: readonly unknown[]) => unknown;
  readonly unflattenOutputs: (leaves: readonly unknown[]) => unknown;
}

const trace = (name: string, f: (...args: never[]) => Tensors, specs: Specs): Traced => {
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

const borderNames = ({ inputPaths, outputPaths }: Traced): BorderNames => ({
  inputs: inputPaths.map((path) => `input.${path}`),
  outputs: outputPaths.map((path) => (path === "" ? "output" : `output.${path}`)),
});

/** The leaves of an argument tree in order, after checking that structure, shapes and element types are as compiled. */
const checkedLeaves = (
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

/** Settings of compilation. */
export interface CompileOptions {
  /** Where to run; the default is set with `setDefaultRuntime`. */
  readonly runtime?: Runtime | undefined;
  /** Shown in error messages. */
  readonly name?: string;
}

/** A compiled function. Calls are queued and run off the caller's thread. */
export interface Compiled<A extends readonly unknown[], R> {
  /** @throws ShapeError | DataTypeError for arguments other than compiled for; RuntimeError when execution fails */
  (...args: A): Promise<R>;
  /** Frees the runtime's session. */
  dispose(): Promise<void>;
}

const load = async (
  runtime: Runtime,
  { graph, nodes: made }: Traced,
  build: (target: Target) => OnnxGraph,
): Promise<Session> => {
  // A model must have a result.
  if (graph.outputs.length === 0) return { run: async () => [], dispose: async () => {} };
  const nodes = topologicalOrder(graph.outputs);
  const question = { convolution: nodes.some(isConvolution), float16: nodes.some(({ dtype }) => dtype === "float16") };
  const target = await runtime.target(question);
  return runtime.load(encodeModel(withNodes(made, () => build(target))));
};

const callable = <A extends readonly unknown[], R>(
  name: string,
  session: Session,
  call: (...args: A) => Promise<R>,
): Compiled<A, R> => {
  let disposed = false;
  const run = (...args: A): Promise<R> =>
    disposed ? Promise.reject(new RuntimeError(`${name}: called after dispose()`)) : call(...args);
  const dispose = async (): Promise<void> => {
    if (disposed) return;
    disposed = true;
    await session.dispose();
  };
  return Object.assign(run, { dispose });
};

/**
 * Compiles a function of tensors for arguments of these types.
 * @param f called once, to trace it; takes trees of tensors and returns one
 * @param specs one tree per argument of f
 * @returns an async function on trees of host arrays, with `dispose`
 * @throws ShapeError | DataTypeError while tracing, naming the operation, the shapes and the caller's line; TraceError when
 * f returns what is no tensor, or uses a tensor of another function
 */
export const compile = async <const S extends Specs, R extends Tensors>(
  f: (...args: TensorArguments<S>) => R,
  specs: S,
  { runtime = defaultRuntime(), name = f.name || "compiled function" }: CompileOptions = {},
): Promise<Compiled<ArrayArguments<S>, ArrayResult<R>>> => {
  const traced = trace(name, f as (...args: never[]) => Tensors, specs);
  const session = await load(runtime, traced, (target) =>
    lower(optimise(traced.graph, target), target, borderNames(traced)),
  );
  const call = async (...args: readonly unknown[]) => {
    const leaves = checkedLeaves(name, args, traced.inputs, traced.inputPaths);
    return traced.unflattenOutputs(await session.run(leaves));
  };
  return callable(name, session, call) as Compiled<never, unknown> as Compiled<ArrayArguments<S>, ArrayResult<R>>;
};

/** A function compiled by {@link compileScan}. */
export type Scanned<State, Input, Output> = Compiled<
  readonly [state: MapTree<State, Spec, NdArray>, inputs: MapTree<Input, Spec, NdArray>],
  [state: MapTree<State, Spec, NdArray>, outputs: ArrayResult<Output>]
>;

/**
 * Compiles a step function that is applied `steps` times per call inside the runtime, so that the state stays out of
 * JavaScript between the steps: `step(state, input) => [next state, output]`.
 * @param state specs of the state, the same before and after a step
 * @param inputs specs of one step's input; the compiled function takes them stacked along a new leading axis of `steps`
 * @returns an async function `(state, inputs) => [state, outputs]` with outputs stacked likewise
 * @throws ShapeError when a step changes the structure or a type of the state; otherwise as {@link compile}
 */
export const compileScan = async <const State extends object, const Input extends object, Output extends Tensors>(
  step: (
    state: MapTree<State, Spec, Tensor>,
    input: MapTree<Input, Spec, Tensor>,
  ) => readonly [MapTree<State, Spec, Tensor>, Output],
  { state, inputs, steps }: { state: State; inputs: Input; steps: number },
  { runtime = defaultRuntime(), name = step.name || "compiled step" }: CompileOptions = {},
): Promise<Scanned<State, Input, Output>> => {
  const traced = trace(name, step as (...args: never[]) => Tensors, [state, inputs]);
  if (!Number.isInteger(steps) || steps < 1)
    throw new ShapeError(`${name}: expected a whole number of steps above 0, found ${steps}`);
  const count = flattenTree<Spec>(state, isSpec).leaves.length;
  const added = traced.outputPaths[count];
  if (added !== undefined && /^0(\.|$)/.test(added))
    throw new ShapeError(
      `${name}: expected the state to keep its structure; ${added} is not part of it before the step`,
    );
  for (let i = 0; i < count; i++) {
    const before = traced.graph.inputs[i]!;
    const after = traced.graph.outputs[i];
    if (
      traced.outputPaths[i] !== traced.inputPaths[i] ||
      !after ||
      !sameShape(after.shape, before.shape) ||
      after.dtype !== before.dtype
    )
      throw new ShapeError(
        `${name}: expected the state to keep its types; ${traced.inputPaths[i]} is ${before.dtype}[${before.shape}] before the step and ` +
          `${after ? `${traced.outputPaths[i]} is ${after.dtype}[${after.shape}]` : "missing"} after it`,
      );
  }
  const session = await load(runtime, traced, (target) =>
    lowerScan(optimise(traced.graph, target), count, steps, target),
  );
  const specs = traced.inputs.map((spec, i) => (i < count ? spec : { ...spec, shape: [steps, ...spec.shape] }));
  const call = async (...args: readonly [unknown, unknown]) => {
    const leaves = checkedLeaves(name, args, specs, traced.inputPaths);
    return traced.unflattenOutputs(await session.run(leaves));
  };
  return callable(name, session, call as never) as unknown as Scanned<State, Input, Output>;
};

/** Settings of {@link toOnnx}. */
export interface ExportOptions {
  /** Only operators of the standard ONNX domain, so that any runtime can load the file. Default true. */
  readonly portable?: boolean;
}

/**
 * A function of tensors as the bytes of an ONNX model (opset 20). Inputs are named `input.<path>` and outputs
 * `output.<path>` by their place in the trees, e.g. `input.0`, `output.score`.
 */
export const toOnnx = <const S extends Specs>(
  f: (...args: TensorArguments<S>) => Tensors,
  specs: S,
  { portable = true }: ExportOptions = {},
): Uint8Array => {
  const traced = trace("toOnnx", f as (...args: never[]) => Tensors, specs);
  const target: Target = { portable };
  return encodeModel(withNodes(traced.nodes, () => lower(optimise(traced.graph, target), target, borderNames(traced))));
};

/** The optimised graph of a function, for tests and for people who want to look. */
export const traceOptimised = <const S extends Specs>(
  f: (...args: TensorArguments<S>) => Tensors,
  specs: S,
  target: Target = { portable: false },
): OnnxGraph => {
  const traced = trace("traceOptimised", f as (...args: never[]) => Tensors, specs);
  return withNodes(traced.nodes, () => lower(optimise(traced.graph, target), target, borderNames(traced)));
};
