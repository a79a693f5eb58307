/** Times by their share of noise sigma / (alpha + sigma), which rises from the first to the last. */
import type { Process } from "./process.ts";
import { timeOfLogRatio } from "./time-of-log-ratio.ts";

/** The share of noise of a time, in (0, 1). */
export const shareOfNoise = (process: Process, t: number): number =>
  process.sigma(t) / (process.alpha(t) + process.sigma(t));

/** The time of a share of noise in (0, 1). Where the process does not reach it, the nearer end. */
export const timeOfShare = (process: Process, share: number): number =>
  timeOfLogRatio(process, Math.log(share / (1 - share)));
