/**
 * `scorefield/browser`: the library for pages and their workers, with onnxruntime-web as default runtime. It has no file
 * system: arrays come from bytes, and runs by `openRun` from a URL or from files that the user chose. Bundlers for browsers
 * also take this for `scorefield` itself.
 */
import "./runtime.ts";

export { DataError } from "@scorefield/data/browser";
export { web } from "@scorefield/tensor/web";
export * from "../common.ts";
export { type OpenedRun, type OpenOptions, openRun } from "./open-run.ts";
export type { RunFile, RunSource } from "./run-source.ts";
