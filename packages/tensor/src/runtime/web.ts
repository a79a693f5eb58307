/** ONNX Runtime in a browser page or worker. */
import { checkOptions, type Known } from "../check/options.ts";
import { RuntimeError } from "../errors.ts";
import { mostOutputsOfWebGpu } from "../graph/target.ts";
import type { ExternalData } from "../onnx/external-data.ts";
import { ownCopies, ownFiles } from "./execute.ts";
import { probeFloat16 } from "./float16.ts";
import { reasonOf } from "./reason.ts";
import type { Runtime, Session } from "./runtime.ts";
import { webEngine } from "./web-engine.ts";
import type { SessionRequest } from "./web-sessions.ts";

/** Where {@link web} executes models. */
export interface WebOptions {
  /** `wasm` (default) runs on the CPU everywhere; `webgpu` and `webnn` where the browser has them. */
  readonly provider?: "wasm" | "webgpu" | "webnn";
  /**
   * URL of the folder that serves the `.wasm` files of onnxruntime-web, with a final slash. By default they are fetched
   * from the folder of its script, which bundlers arrange. Nothing is fetched from another host.
   */
  readonly wasmPaths?: string;
  /**
   * Threads of the WebAssembly engine; more than 1 needs a cross-origin isolated page. Unless given, the engine chooses.
   */
  readonly threads?: number;
}

const known = { provider: true, wasmPaths: true, threads: true } satisfies Known<WebOptions>;

const supported = (provider: string): boolean =>
  provider === "wasm" || (provider === "webgpu" ? "gpu" : "ml") in (globalThis.navigator ?? {});

// Numbers of sessions: all runtimes of a page share an engine.
let sessions = 0;

/**
 * Executes models with onnxruntime-web, which is fetched when the first model is loaded. With `wasm` a page stays
 * responsive during a run, which happens in a worker. With `webgpu` and `webnn` the page issues the work itself.
 * @throws RuntimeError for unknown options
 */
export const web = (options: WebOptions = {}): Runtime => {
  checkOptions("web", options, known);
  const { provider = "wasm", ...settings } = options;
  const name = `web (${provider})`;
  const open = new Set<number>();

  const ask = async (doing: string, request: SessionRequest, transfer: readonly ArrayBuffer[] = []) => {
    try {
      if (!supported(provider)) throw new Error(`this browser has no ${provider}`);
      const engine = await webEngine(provider, settings);
      return await engine(request, transfer);
    } catch (error) {
      throw new RuntimeError(`${name}: could not ${doing}: ${reasonOf(error, provider)}`, { cause: error });
    }
  };
  const dispose = async (session: number): Promise<void> => {
    if (open.delete(session)) await ask("dispose the model", { kind: "dispose", session });
  };

  let half: Promise<true | string> | undefined;
  const load = async (model: Uint8Array, externalData: readonly ExternalData[] = []): Promise<Session> => {
    const session = sessions++;
    const [files, buffers] = ownFiles(model, externalData);
    await ask("load the model", { kind: "load", session, ...files }, buffers);
    open.add(session);
    return {
      run: async (inputs) => {
        if (!open.has(session)) throw new RuntimeError(`${name}: could not run the model: it was disposed`);
        const copies = ownCopies(inputs);
        const buffers = copies.map(({ data }) => data.buffer as ArrayBuffer);
        return [...(await ask("run the model", { kind: "run", session, inputs: copies }, buffers))];
      },
      dispose: () => dispose(session),
    };
  };

  return {
    name,
    prepare: () => void webEngine(provider, settings).catch(() => {}),
    // The blocked convolution operators are not part of the WebAssembly build.
    target: async ({ float16 = false } = {}) => ({
      portable: false,
      mostOutputs: provider === "webgpu" ? mostOutputsOfWebGpu : undefined,
      float16: float16 ? await (half ??= probeFloat16(name, load)) : undefined,
    }),
    load,
    dispose: async () => {
      await Promise.all([...open].map(dispose));
    },
  };
};
