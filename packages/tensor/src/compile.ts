/** Compiling: a function of tensors becomes an ONNX file, or a callable on host arrays. */
import { checkOptions, type Known } from "./check/options.ts";
import { showValue } from "./check/show-value.ts";
import type { Tensors } from "./differentiate/differentiate.ts";
import { RuntimeError, ShapeError } from "./errors.ts";
import { takingCalls } from "./graph/calls.ts";
import type { OnnxGraph } from "./graph/onnx-model.ts";
import { sameShape } from "./graph/shape.ts";
import type { Target } from "./graph/target.ts";
import { type Tensor, withNodes } from "./graph/tensor.ts";
import type { NdArray } from "./ndarray.ts";
import { modelAndData, modelFile } from "./onnx/external-data.ts";
import { lower, lowerScan } from "./onnx/lower.ts";
import { optimise } from "./pass/optimise.ts";
import { defaultRuntime } from "./runtime/default.ts";
import { loadGraph } from "./runtime/load-graph.ts";
import type { Runtime, Session } from "./runtime/runtime.ts";
import { loadProgram, questionOf } from "./shared/program.ts";
import type { SharedSessions } from "./shared/sessions.ts";
import { borderNames, checkedLeaves, isSpec, type Spec, type Specs, type TensorArguments, trace } from "./trace.ts";
import { flattenTree, type MapTree } from "./tree.ts";

/** The arguments that a compiled function takes. */
export type ArrayArguments<S extends Specs> = { [K in keyof S]: MapTree<S[K], Spec, NdArray> };

/** The result of a compiled function. */
export type ArrayResult<R> = MapTree<R, Tensor, NdArray>;

/** Settings of compilation. */
export interface CompileOptions {
  /** Where to run; the default is set with `setDefaultRuntime`. */
  readonly runtime?: Runtime | undefined;
  /** Shown in error messages. */
  readonly name?: string;
}

/** Settings of {@link compile}. */
export interface FunctionOptions extends CompileOptions {
  /**
   * Where functions marked with `shared` are loaded once, for all that is compiled with these sessions. Left out, they are
   * part of the compiled function. The runtime is then the sessions' own.
   */
  readonly sessions?: SharedSessions | undefined;
}

const compileOptions = { runtime: true, name: true } satisfies Known<CompileOptions>;
const functionOptions = { ...compileOptions, sessions: true } satisfies Known<FunctionOptions>;

/** A compiled function. Calls are queued and run off the caller's thread. */
export interface Compiled<A extends readonly unknown[], R> {
  /** @throws ShapeError | DataTypeError for arguments other than compiled for; RuntimeError when execution fails */
  (...args: A): Promise<R>;
  /** Frees the runtime's session. */
  dispose(): Promise<void>;
}

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
 * @throws ShapeError | DataTypeError while tracing, naming the operation, the shapes and the caller's line; TraceError
 *   when f is not a function, returns other values than tensors, or uses a tensor of another function; RuntimeError for
 *   bad options, and for shared sessions that were disposed
 */
export const compile = async <const S extends Specs, R extends Tensors>(
  f: (...args: TensorArguments<S>) => R,
  specs: S,
  options: FunctionOptions = {},
): Promise<Compiled<ArrayArguments<S>, ArrayResult<R>>> => {
  checkOptions("compile", options, functionOptions);
  const { sessions, name = f?.name || "compiled function" } = options;
  if (sessions !== undefined && typeof sessions?.take !== "function")
    throw new RuntimeError(`${name}: expected sessions made by sharedSessions(), found ${showValue(sessions)}`);
  const { runtime = sessions?.runtime ?? defaultRuntime() } = options;
  if (sessions && runtime !== sessions.runtime)
    throw new RuntimeError(
      `${name}: expected the runtime of its shared sessions, ${sessions.runtime.name}, found another, ${runtime.name}; leave runtime out`,
    );
  const traced = takingCalls(sessions?.take, () => trace(name, f as (...args: never[]) => Tensors, specs));
  const session = await loadProgram(runtime, traced);
  const call = async (...args: readonly unknown[]) => {
    const leaves = checkedLeaves(name, args, traced.inputs, traced.inputPaths);
    const run = () => session.run(leaves);
    return traced.unflattenOutputs(await (sessions ? sessions.during(name, run) : run()));
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
 * @param inputs specs of one step's input. The compiled function takes inputs stacked along a new leading axis of
 *   `steps`
 * @returns an async function `(state, inputs) => [state, outputs]` with outputs stacked along a leading axis of `steps`
 * @throws ShapeError when a step changes the structure or a type of the state; otherwise as {@link compile}
 */
export const compileScan = async <const State extends object, const Input extends object, Output extends Tensors>(
  step: (
    state: MapTree<State, Spec, Tensor>,
    input: MapTree<Input, Spec, Tensor>,
  ) => readonly [MapTree<State, Spec, Tensor>, Output],
  specs: { state: State; inputs: Input; steps: number },
  options: CompileOptions = {},
): Promise<Scanned<State, Input, Output>> => {
  checkOptions("compileScan", options, compileOptions);
  const { runtime = defaultRuntime(), name = step?.name || "compiled step" } = options;
  checkOptions(`${name} specs`, specs, { state: true, inputs: true, steps: true });
  const { state, inputs, steps } = specs;
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
  const target = await runtime.target(questionOf(traced.graph));
  const session = await loadGraph(
    runtime,
    withNodes(traced.nodes, () => lowerScan(optimise(traced.graph, target), count, steps, target)),
  );
  const stacked = traced.inputs.map((spec, i) => (i < count ? spec : { ...spec, shape: [steps, ...spec.shape] }));
  const call = async (...args: readonly [unknown, unknown]) => {
    const leaves = checkedLeaves(name, args, stacked, traced.inputPaths);
    return traced.unflattenOutputs(await session.run(leaves));
  };
  return callable(name, session, call as never) as unknown as Scanned<State, Input, Output>;
};

/** Settings of {@link toOnnx}. */
export interface ExportOptions {
  /** Only operators of the standard ONNX domain, so that any runtime can load the file. Default true. */
  readonly portable?: boolean;
  /**
   * Name of the file that holds the constants, which stands beside the model, e.g. `weights.bin`. Left out, they are in the
   * model, which holds less than 2 GiB.
   */
  readonly externalData?: string | undefined;
}

const exportOptions = { portable: true, externalData: true } satisfies Known<ExportOptions>;

/** A model of two files. The model refers to the other file by the name given in `externalData`. */
export interface ModelAndData {
  readonly model: Uint8Array;
  readonly data: Uint8Array;
}

/** What {@link toOnnx} returns: the bytes of one file, or of two with the option `externalData`. */
export type Exported<O extends ExportOptions> = O extends { readonly externalData: string } ? ModelAndData : Uint8Array;

/**
 * A function of tensors as the bytes of an ONNX model (opset 20). Inputs are named `input.<path>` and outputs
 * `output.<path>` by their place in the trees, e.g. `input.0`, `output.score`.
 * @returns the bytes of the file. With `externalData`, the bytes of the model and of the file with its constants
 * @throws as {@link compile} while tracing; RuntimeError for bad options, and for 2 GiB of constants or more without
 *   `externalData`
 */
export const toOnnx = <
  const S extends Specs,
  const O extends ExportOptions = ExportOptions & { externalData?: undefined },
>(
  f: (...args: TensorArguments<S>) => Tensors,
  specs: S,
  options?: O,
): Exported<O> => {
  checkOptions("toOnnx", options ?? {}, exportOptions);
  const { portable = true, externalData }: ExportOptions = options ?? {};
  const traced = trace("toOnnx", f as (...args: never[]) => Tensors, specs);
  const target: Target = { portable };
  const graph = withNodes(traced.nodes, () => lower(optimise(traced.graph, target), target, borderNames(traced)));
  const exported =
    externalData === undefined ? modelFile("toOnnx", graph) : modelAndData("toOnnx", graph, externalData);
  return exported as Exported<O>;
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
