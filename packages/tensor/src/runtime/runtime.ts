/** The interface behind which ONNX Runtime executes compiled functions, natively or in a browser. */
import type { Target } from "../graph/target.ts";
import type { NdArray } from "../ndarray.ts";
import type { ExternalData } from "../onnx/external-data.ts";

/** What a program needs to know of its target. */
interface TargetQuestion {
  /** Whether the program convolves. Only then is the blocked layout probed, which takes a tiny model or two. */
  readonly convolution?: boolean;
  /** Whether float16 is of interest. A tiny model finds out where nothing else says. */
  readonly float16?: boolean;
}

/** A loaded model. Runs are queued: a session may be called again before the last call has settled. */
export interface Session {
  /**
   * Inputs and outputs in the order of the graph's. Inputs are not modified and may be reused at once.
   * @throws RuntimeError when execution fails
   */
  run(inputs: readonly NdArray[]): Promise<NdArray[]>;
  /** Frees the session once the runs before it have settled. Further runs reject. */
  dispose(): Promise<void>;
}

/** Executes ONNX models. */
export interface Runtime {
  /** For people and error messages, e.g. `native (cpu)`. */
  readonly name: string;
  /**
   * Begins loading the engine, which otherwise begins with the first model, so that it overlaps with tracing.
   * What goes wrong is reported by `load`.
   */
  prepare(): void;
  /** What lowering may use here. */
  target(question?: TargetQuestion): Promise<Target>;
  /** Bytes of constants that a model holds; beyond, they are handed over beside it. Default just under 2 GiB. */
  readonly modelLimit?: number;
  /**
   * @param externalData the files that the model refers to
   * @throws RuntimeError when the model cannot be loaded, or the provider is not available here
   */
  load(model: Uint8Array, externalData?: readonly ExternalData[]): Promise<Session>;
  /** Ends worker threads and frees what is shared. The runtime starts anew when used again. */
  dispose(): Promise<void>;
}
