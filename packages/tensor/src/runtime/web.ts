/** ONNX Runtime in a browser page or worker. */
import type { InferenceSession } from "onnxruntime-common";
import { RuntimeError } from "../errors.ts";
import { execute, harmfulOptimisers, ownCopies, ownCopy } from "./execute.ts";
import { probeFloat16 } from "./float16.ts";
import { reasonOf } from "./reason.ts";
import type { Runtime, Session } from "./runtime.ts";

/** Where {@link web} executes models. */
export interface WebOptions {
  /** `wasm` (default) runs on the CPU everywhere; `webgpu` and `webnn` where the browser has them. */
  readonly provider?: "wasm" | "webgpu" | "webnn";
  /**
   * URL of the folder that serves the `.wasm` files of onnxruntime-web, with a final slash; unless given, they are
   * fetched from beside its script, which bundlers arrange. Nothing is fetched from another host.
   */
  readonly wasmPaths?: string;
  /**
   * Threads of the WebAssembly engine; more than 1 needs a cross-origin isolated page. Unless given, the engine chooses.
   */
  readonly threads?: number;
}

type Engine = typeof import("onnxruntime-web");

// Two builds, since the one with GPU providers is twice the download. Each page loads a build once: its settings are
// those of the first runtime that uses it.
const engines: Record<"wasm" | "gpu", Promise<Engine> | undefined> = { wasm: undefined, gpu: undefined };

const startEngine = async (provider: string, { wasmPaths, threads }: WebOptions): Promise<Engine> => {
  const engine: Engine = await (provider === "wasm"
    ? import("onnxruntime-web/wasm")
    : import("onnxruntime-web/webgpu")
  ).catch((cause: Error) => {
    throw new Error(
      `expected the package onnxruntime-web, which is installed apart, found none (${cause.message}); install it with ` +
        "npm install onnxruntime-web@1.30.0 and bundle the page again",
      { cause },
    );
  });
  engine.env.logLevel = "fatal";
  // In a page the CPU engine runs in a worker, so the page stays responsive; the GPU providers cannot.
  engine.env.wasm.proxy = provider === "wasm";
  if (wasmPaths !== undefined) engine.env.wasm.wasmPaths = wasmPaths;
  if (threads !== undefined) engine.env.wasm.numThreads = threads;
  return engine;
};

const supported = (provider: string): boolean =>
  provider === "wasm" || (provider === "webgpu" ? "gpu" : "ml") in globalThis.navigator;

/**
 * Executes models with onnxruntime-web, which is fetched when the first model is loaded. With `wasm` a page stays
 * responsive during a run, which happens in a worker; with `webgpu` and `webnn` the page issues the work itself.
 */
export const web = ({ provider = "wasm", ...rest }: WebOptions = {}): Runtime => {
  const name = `web (${provider})`;
  const sessions = new Set<InferenceSession>();
  // The engine does one thing at a time; a second call while the first waits for the GPU would fail.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(doing: string, task: () => Promise<T>): Promise<T> => {
    const result = last.then(task).catch((error: unknown) => {
      throw new RuntimeError(`${name}: could not ${doing}: ${reasonOf(error, provider)}`);
    });
    last = result.catch(() => {});
    return result;
  };
  const engine = (): Promise<Engine> => (engines[provider === "wasm" ? "wasm" : "gpu"] ??= startEngine(provider, rest));

  const dispose = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await inTurn("dispose the model", () => session.release());
  };

  let half: Promise<true | string> | undefined;
  const load = async (model: Uint8Array): Promise<Session> => {
    const bytes = ownCopy(model);
    const session = await inTurn("load the model", async () => {
      if (!supported(provider)) throw new Error(`this browser has no ${provider}`);
      const { InferenceSession } = await engine();
      return InferenceSession.create(bytes, {
        executionProviders: [provider],
        graphOptimizationLevel: "all",
        enableMemPattern: false,
        logSeverityLevel: 4,
        extra: { optimization: { disable_specified_optimizers: harmfulOptimisers } },
      });
    });
    sessions.add(session);
    return {
      run: async (inputs) => {
        if (!sessions.has(session)) throw new RuntimeError(`${name}: could not run the model: it was disposed`);
        // Buffers are handed over to the engine's worker.
        const copies = ownCopies(inputs);
        return inTurn("run the model", async () => execute(session, copies, (await engine()).Tensor));
      },
      dispose: () => dispose(session),
    };
  };

  return {
    name,
    prepare: () => void engine().catch(() => {}),
    // The blocked convolution operators are not part of the WebAssembly build.
    target: async ({ float16 = false } = {}) => ({
      portable: false,
      float16: float16 ? await (half ??= probeFloat16(name, load)) : undefined,
    }),
    load,
    dispose: async () => {
      await Promise.all([...sessions].map(dispose));
    },
  };
};
