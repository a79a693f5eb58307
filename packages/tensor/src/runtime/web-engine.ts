/** What answers a page's requests: a worker with the CPU engine, or the page itself with the engine for GPU providers. */
import type { NdArray } from "../ndarray.ts";
import { type EngineSettings, type SessionRequest, sessionsOf } from "./web-sessions.ts";
import type { FromWorker, ToWorker } from "./web-worker.ts";

/** Answers requests; an error's message is the reason alone. */
export type Ask = (request: SessionRequest, transfer: readonly ArrayBuffer[]) => Promise<readonly NdArray[]>;

const install = "if it is not installed, npm install onnxruntime-web@1.30.0 and bundle the page again";

const startWorker = async (settings: EngineSettings): Promise<Ask> => {
  if (typeof Worker === "undefined")
    throw new Error('expected a browser, found none; in Node use native() from "@scorefield/tensor/native"');
  // Bundlers look for these very words.
  const worker = new Worker(new URL("./web-worker.js", import.meta.url), {
    type: "module",
    name: "scorefield",
  });
  const pending = new Map<number, { resolve(outputs: readonly NdArray[]): void; reject(error: Error): void }>();
  let nextId = 0;
  let failed: Error | undefined;
  worker.onmessage = ({ data: answer }: MessageEvent<FromWorker>) => {
    const asked = pending.get(answer.id)!;
    pending.delete(answer.id);
    if ("error" in answer) asked.reject(new Error(answer.error));
    else asked.resolve(answer.outputs);
  };
  worker.onerror = ({ message }) => {
    failed = new Error(
      `expected the worker web-worker.js with the package onnxruntime-web, found ${message?.replace(/^Uncaught (Error: )?/, "") || "none that can be loaded"}; ` +
        install,
    );
    for (const { reject } of pending.values()) reject(failed);
    pending.clear();
  };
  type Content = ToWorker extends infer Message ? (Message extends unknown ? Omit<Message, "id"> : never) : never;
  const send = (content: Content, transfer: readonly ArrayBuffer[]): Promise<readonly NdArray[]> =>
    new Promise((resolve, reject) => {
      if (failed) return reject(failed);
      const id = nextId++;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, ...content }, [...transfer]);
    });
  // As the page reads an address, not as the worker would.
  const { wasmPaths } = settings;
  const absolute = wasmPaths === undefined ? {} : { wasmPaths: new URL(wasmPaths, globalThis.location.href).href };
  await send({ settings: { ...settings, ...absolute } }, []);
  return (request, transfer) => send({ request }, transfer);
};

const startInPage = async (provider: string, settings: EngineSettings): Promise<Ask> => {
  const engine = await import("onnxruntime-web/webgpu").catch((cause: Error) => {
    throw new Error(
      `expected the package onnxruntime-web, found none that can be loaded (${cause.message}); ${install}`,
      {
        cause,
      },
    );
  });
  return sessionsOf(engine, provider, settings);
};

// Two builds, since the one with GPU providers is twice the download. A page starts each once: its settings come from
// the first runtime that uses it.
const engines = new Map<string, Promise<Ask>>();

/** The page's engine for a provider, started on first use. */
export const webEngine = (provider: string, settings: EngineSettings): Promise<Ask> => {
  let engine = engines.get(provider);
  if (!engine)
    engines.set(provider, (engine = provider === "wasm" ? startWorker(settings) : startInPage(provider, settings)));
  return engine;
};
