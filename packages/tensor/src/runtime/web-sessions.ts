/** Sessions of onnxruntime-web by number: in the page itself for graphics processors, in a worker for the CPU. */
import type { InferenceSession, TensorConstructor } from "onnxruntime-common";
import type { NdArray } from "../ndarray.ts";
import type { ModelFiles } from "../onnx/external-data.ts";
import { execute, harmfulOptimisers } from "./execute.ts";

/** What is asked of sessions. Requests are handled one after another, in order. */
export type SessionRequest =
  | ({ readonly kind: "load"; readonly session: number } & ModelFiles)
  | { readonly kind: "run"; readonly session: number; readonly inputs: readonly NdArray[] }
  | { readonly kind: "dispose"; readonly session: number };

/** Settings of the WebAssembly engine. */
export interface EngineSettings {
  readonly wasmPaths?: string | undefined;
  readonly threads?: number | undefined;
}

/** What both builds of onnxruntime-web have. */
export interface Engine {
  readonly env: {
    logLevel?: string | undefined;
    readonly wasm: { wasmPaths?: unknown; numThreads?: number | undefined };
  };
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Answers requests with a build of the engine, one at a time: a second while the first waits for a GPU would fail. */
export const sessionsOf = (
  engine: Engine,
  provider: string,
  { wasmPaths, threads }: EngineSettings,
): ((request: SessionRequest) => Promise<readonly NdArray[]>) => {
  // Every failure is thrown as well, so the log would only repeat it.
  engine.env.logLevel = "fatal";
  if (wasmPaths !== undefined) engine.env.wasm.wasmPaths = wasmPaths;
  if (threads !== undefined) engine.env.wasm.numThreads = threads;
  const sessions = new Map<number, InferenceSession>();
  let last: Promise<unknown> = Promise.resolve();

  const handle = async (request: SessionRequest): Promise<readonly NdArray[]> => {
    const { session } = request;
    if (request.kind === "run") return execute(sessions.get(session)!, request.inputs, engine.Tensor);
    if (request.kind === "dispose") {
      await sessions.get(session)?.release();
      sessions.delete(session);
    } else {
      const options = {
        executionProviders: [provider],
        externalData: request.externalData,
        graphOptimizationLevel: "all",
        enableMemPattern: false,
        logSeverityLevel: 4,
        extra: { optimization: { disable_specified_optimizers: harmfulOptimisers } },
      } as const;
      sessions.set(session, await engine.InferenceSession.create(request.model, options));
    }
    return [];
  };
  return (request) => {
    const result = last.then(() => handle(request));
    last = result.catch(() => {});
    return result;
  };
};
