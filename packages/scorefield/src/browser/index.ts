/**
 * `scorefield/browser`: the library for pages and their workers, with onnxruntime-web as default runtime. It has no file
 * system: arrays come from bytes, and runs by `openRun` from a URL or from files that a person chose. Bundlers for browsers
 * also take this for `scorefield` itself.
 */
import "./runtime.ts";

export * from "@scorefield/core";
export * from "@scorefield/data/browser";
export type { Codec, Scaling, ScalingKind, StoredCodec } from "@scorefield/domain/codec";
export {
  compile,
  defaultRuntime,
  type FloatType,
  fromNested,
  type NdArray,
  ndarray,
  type Runtime,
  type Shape,
  ShapeError,
  setDefaultRuntime,
  type Tensor,
  toOnnx,
} from "@scorefield/tensor";
export { web } from "@scorefield/tensor/web";
export { CheckpointError, RunError } from "../errors.ts";
export type { Recipe } from "../recipe/resolve.ts";
export type { RunRecord } from "../run/record.ts";
export { type OpenedRun, type OpenOptions, openRun } from "./open-run.ts";
export type { RunFile, RunSource } from "./run-source.ts";
