/** The worker in which {@link "./web.ts"} executes models on the CPU, so that a page stays responsive. */
import * as ort from "onnxruntime-web/wasm";
import type { NdArray } from "../ndarray.ts";
import { type EngineSettings, type SessionRequest, sessionsOf } from "./web-sessions.ts";

/** What the page sends: first the settings, then requests. */
export type ToWorker =
  | { readonly id: number; readonly settings: EngineSettings }
  | { readonly id: number; readonly request: SessionRequest };

/** The answer to the message of the same id. */
export type FromWorker =
  | { readonly id: number; readonly outputs: readonly NdArray[] }
  | { readonly id: number; readonly error: string };

// The part of a worker's global scope that is used here. TypeScript knows the global scope of a page.
const scope = globalThis as unknown as {
  readonly name: string;
  onmessage: (message: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
};

const buffers = (outputs: readonly NdArray[]): ArrayBuffer[] => [
  // Two outputs may share a buffer, which may be handed over only once.
  ...new Set(outputs.map(({ data }) => data.buffer as ArrayBuffer)),
];

// The engine may start its own threads from this script, under other names.
if (scope.name === "scorefield") {
  let handle: ReturnType<typeof sessionsOf> | undefined;
  scope.onmessage = async ({ data: message }) => {
    try {
      if ("settings" in message) handle = sessionsOf(ort, "wasm", message.settings);
      const outputs = "request" in message ? await handle!(message.request) : [];
      scope.postMessage({ id: message.id, outputs }, buffers(outputs));
    } catch (error) {
      scope.postMessage({ id: message.id, error: error instanceof Error ? error.message : String(error) }, []);
    }
  };
}
