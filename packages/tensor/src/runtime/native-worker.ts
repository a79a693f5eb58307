/** The thread in which {@link "./native.ts"} executes models: `session.run` of onnxruntime-node blocks its thread. */
import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import type { NdArray } from "../ndarray.ts";
import type { ModelFiles } from "../onnx/external-data.ts";
import { missingCudaLibraries } from "./cuda-libraries.ts";
import { execute, harmfulOptimisers } from "./execute.ts";
import { reasonOf } from "./reason.ts";
import { cacheFolder, createCached } from "./session-cache.ts";

/** Where {@link "./native.ts"} executes models. */
export interface NativeOptions {
  /**
   * `cpu` (default) and `webgpu` come with onnxruntime-node; `cuda`, `coreml` and `dml` where its installation has them.
   */
  readonly provider?: "cpu" | "webgpu" | "cuda" | "coreml" | "dml";
  /** CPU threads of one operation, 1 to 1,024. Default one for each physical core. */
  readonly threads?: number;
  /**
   * Folder that keeps optimised models for later processes (provider `cpu`), at most 1 GiB of them; `false` keeps none.
   * Default: the environment variable SCOREFIELD_CACHE, or the user's cache folder.
   */
  readonly cache?: false | string;
}

/** What the runtime asks of its worker. Requests are handled one after another, in order. */
export type Request =
  | ({ readonly id: number; readonly kind: "load"; readonly session: number } & ModelFiles)
  | { readonly id: number; readonly kind: "run"; readonly session: number; readonly inputs: readonly NdArray[] }
  | { readonly id: number; readonly kind: "dispose"; readonly session: number }
  | { readonly id: number; readonly kind: "end" };

/** The worker's answer to the request of the same id. */
export type Response =
  | { readonly id: number; readonly outputs: readonly NdArray[] }
  | { readonly id: number; readonly error: string };

/**
 * What the worker starts with. `flags` is shared: whether the worker is to begin nothing more, and whether it is inside ORT
 * (1), out of it (0), or still loads it (2).
 */
export interface WorkerInput {
  readonly options: NativeOptions;
  readonly flags: Int32Array<SharedArrayBuffer>;
}

const { options, flags } = workerData as WorkerInput;
const { provider = "cpu", threads } = options;
const folder = provider === "cpu" ? cacheFolder(options.cache) : undefined;
const port = parentPort!;
const sessions = new Map<number, ort.InferenceSession>();

// Every failure is thrown as well, so the log would only repeat it.
ort.env.logLevel = "fatal";

const sessionOptions: ort.InferenceSession.SessionOptions = {
  executionProviders: [provider],
  graphOptimizationLevel: "all",
  // A memory pattern holds all activations of a run at once. Without it memory is reused as it is freed.
  enableMemPattern: false,
  logSeverityLevel: 4,
  // Pool threads spin between the operations of a run but not after it. Ten layers of matrix multiply and SiLU, best
  // of several processes on 2 cores, in ms per run, for [batch, width] = [64, 128] | [512, 128] | [512, 256] with
  // two sessions taking turns:
  //   spin, stop after the run   0.30 | 1.18 | 4.6     (chosen; 1.4 of the 2 cores busy)
  //   spin also after the run    0.25 | 1.06 | 5.1     (2.0 of the 2 cores busy, also for a while after the last run)
  //   never spin                 0.45 | 1.60 | 4.9
  //   one thread                 0.32 | 2.06 | 7.0
  extra: {
    session: { force_spinning_stop: "1" },
    optimization: { disable_specified_optimizers: harmfulOptimisers },
  },
  ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
};

const load = async (session: number, { model, externalData }: ModelFiles): Promise<void> => {
  const backends = ort.listSupportedBackends();
  if (!backends.some(({ name }) => name === provider)) {
    const listed = backends.map(({ name, bundled }) => (bundled ? name : `${name} if its libraries are installed`));
    throw new Error(`this installation of onnxruntime-node lacks the provider; it has ${listed.join(", ")}`);
  }
  const missing = provider === "cuda" ? missingCudaLibraries() : undefined;
  if (missing !== undefined) throw new Error(missing);
  const create =
    folder === undefined || externalData.length > 0
      ? ort.InferenceSession.create(model, { ...sessionOptions, externalData })
      : createCached(model, sessionOptions, { folder });
  sessions.set(session, await create);
};

const handle = async (request: Request): Promise<readonly NdArray[]> => {
  switch (request.kind) {
    case "load":
      await load(request.session, request);
      return [];
    case "run":
      return execute(sessions.get(request.session)!, request.inputs, ort.Tensor);
    case "dispose":
      await sessions.get(request.session)!.release();
      sessions.delete(request.session);
      return [];
    case "end":
      for (const session of sessions.values()) await session.release();
      return [];
  }
};

const answer = async (request: Request): Promise<void> => {
  Atomics.store(flags, 1, 1);
  try {
    if (Atomics.load(flags, 0) === 1 && request.kind !== "end") throw new Error("the runtime was disposed");
    const outputs = await handle(request);
    // Two outputs may share a buffer, which may be handed over only once.
    port.postMessage({ id: request.id, outputs }, [...new Set(outputs.map(({ data }) => data.buffer as ArrayBuffer))]);
  } catch (error) {
    port.postMessage({ id: request.id, error: reasonOf(error, provider) });
  } finally {
    Atomics.store(flags, 1, 0);
    Atomics.notify(flags, 1);
  }
  if (request.kind === "end") port.close();
};

// Nothing says which request it was. The thread ends, and all requests that wait for it fail.
port.on("messageerror", (error) => {
  throw error;
});
Atomics.store(flags, 1, 0);
Atomics.notify(flags, 1);
let last: Promise<void> = Promise.resolve();
port.on("message", (request: Request) => {
  last = last.then(() => answer(request));
});
