/**
 * Scorefield: score-based generative modelling, with onnxruntime-node as default runtime. Everything heavy (recipes,
 * figures) is loaded when it is first used.
 */
import "./runtime.ts";

export * from "@scorefield/assess";
export * from "@scorefield/core";
export * from "@scorefield/data";
export * from "@scorefield/domain";
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
export { native } from "@scorefield/tensor/native";
export * from "@scorefield/verify";
export { type AssessRunOptions, assessRun } from "./assess/assess-run.ts";
export { CheckpointError, RunError } from "./errors.ts";
export type { Recipe } from "./recipe/resolve.ts";
export type { RecipeInput } from "./recipe/schema.ts";
export { type LoadedRun, type LoadOptions, loadRun } from "./run/load.ts";
export { type Metrics, readMetrics } from "./run/metrics.ts";
export type { RunRecord } from "./run/record.ts";
export { saveRun } from "./run/save.ts";
export { createRun, type PreparedRun, type RunEvent, resumeRun, trainRun } from "./run/train-run.ts";
