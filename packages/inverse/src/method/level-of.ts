/** Noise levels of a process at times, and the times of noise levels, in traced functions. */
import { expandTime, type Process } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";

/** r = sigma / alpha, the noise of y = x / alpha, [n]. */
export const ratioOf = (process: Process, t: Tensor): Tensor => process.sigma(t).divide(process.alpha(t));

/** The time at which sigma / alpha is r, within the times of the process. */
export const timeOfRatio = (process: Process, r: Tensor): Tensor =>
  process.timeOfLogSnr(r.log().multiply(-2)).clip(process.times.first, process.times.last);

/** The time at which sigma / alpha is r, within the times of the process. */
export const hostTimeOfRatio = ({ timeOfLogSnr, times }: Process, r: number): number =>
  Math.min(times.last, Math.max(times.first, timeOfLogSnr(-2 * Math.log(r))));

/** Numbers for each sample, ready to broadcast against samples: [n] to [n, 1, ...]. */
export const spread = (values: Tensor, x: Tensor): Tensor => expandTime(values, x.rank);
