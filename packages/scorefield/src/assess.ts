/**
 * `scorefield/assess`: how good samples are and what a score is like, as numbers with intervals and what they mean. All of
 * `@scorefield/assess`, and `assessRun` for a run on disk.
 */
export * from "@scorefield/assess";
export { type AssessRunOptions, assessRun } from "./assess/assess-run.ts";
export type { RunAssessProgress } from "./assess/run-assessment.ts";
