/**
 * Scorefield: score-based generative modelling, with onnxruntime-node as default runtime. Everything heavy (recipes,
 * figures) is loaded when it is first used.
 */
import "#runtime";

export { DataError, readTable, writeCsv } from "@scorefield/data";
export { native } from "@scorefield/tensor/native";
export { type AssessRunOptions, assessRun } from "./assess/assess-run.ts";
export * from "./common.ts";
export type { RecipeInput } from "./recipe/schema.ts";
export { type CalibrateRunOptions, calibrateRun } from "./restore/calibrate-run.ts";
export { type RestoreByPriorOptions, restoreByPrior } from "./restore/restore-by-prior.ts";
export {
  type ProblemOptions,
  type RestorationQuality,
  type Restored,
  type RestoreRunOptions,
  restoreRun,
} from "./restore/restore-run.ts";
export { type RestoreSoundOptions, restoreSound } from "./restore/restore-sound.ts";
export type { RestoredBlock } from "./restore/restored-block.ts";
export { createRun } from "./run/create-run.ts";
export type { DistilMethod } from "./run/distil-methods.ts";
export { type DistilRunOptions, distilRun } from "./run/distil-run.ts";
export { type LoadedFlowMap, type LoadedRun, type LoadOptions, loadFlowMap, loadRun } from "./run/load.ts";
export { type Metrics, readMetrics } from "./run/metrics.ts";
export type { PreparedRun } from "./run/prepared-run.ts";
export { type RefineOptions, refineRun } from "./run/refine-run.ts";
export type { Refinement } from "./run/refinement.ts";
export { resumeRun } from "./run/resume-run.ts";
export type { RunEvent } from "./run/run-event.ts";
export { saveRun } from "./run/save.ts";
export { trainRun } from "./run/train-run.ts";
