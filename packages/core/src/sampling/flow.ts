/** What samplers of the probability-flow ODE share: their grid, their ends, and the scales in which the ODE is simple. */
import type { Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { scheduleAt } from "../model/tweedie.ts";
import { boolean, choice, type OptionsOf, type Values } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { chooseGrid, type GridName, gridSetting } from "./grid.ts";
import type { Sampler } from "./sampler.ts";
import { stepsSetting } from "./steps-setting.ts";

/**
 * Settings of every sampler of the probability-flow ODE, for `declare`. {@link flowParts} makes the parts of a
 * sampler from their values.
 * @param grid the default grid
 */
export const flowSettings = (grid: GridName = "karras") => ({
  /** Steps, the last of them to the denoised estimate if `denoiseLast`. */
  steps: stepsSetting(18, "steps, the last of them to the denoised estimate if denoiseLast"),
  /** `dpmSolver` and `unipc` take `log-snr` by default: their polynomials are in the log-SNR. */
  grid: gridSetting(grid),
  /**
   * Whether the last step goes from the process's first time to the denoised estimate, as to a noise of zero. Else
   * samples keep the noise of the first time.
   */
  denoiseLast: boolean({ default: true, help: "end at the denoised estimate, without the noise of the first time" }),
});

/** Options of every sampler of the probability-flow ODE. */
export type FlowSamplerOptions = OptionsOf<ReturnType<typeof flowSettings>>;

/** The parts of a sampler that follow from the values of its {@link flowSettings}: its times, and how it ends. */
export const flowParts = ({
  steps,
  grid,
  denoiseLast,
}: Values<ReturnType<typeof flowSettings>>): Pick<Sampler, "grid" | "denoiseLast"> => {
  const { times } = chooseGrid(grid);
  return { grid: (process) => times(process, denoiseLast ? steps : steps + 1), denoiseLast };
};

/** The order of a multistep method. */
export const orderSetting = <const D extends 1 | 2 | 3>(byDefault: D, help: string) =>
  choice({ values: [1, 2, 3], default: byDefault, help });

/** Whether so few steps of a multistep method are too long for high orders. */
export const isFew = (steps: number): boolean => steps < 10;

/** Whether a step to times [n] is the last of a grid, bool [n, 1, ...]. */
export const isLast = (grid: readonly number[], to: Tensor, x: Tensor): Tensor =>
  expandTime(to.lessOrEqual(grid.at(-1)!), x.rank);

/** The schedule at a time, in the scales in which the ODE is dy/dr = noise(x, t). */
export interface Level {
  readonly alpha: Tensor;
  /** sigma / alpha, the noise of y = x / alpha */
  readonly r: Tensor;
  /** log(alpha / sigma), half the log-SNR */
  readonly lambda: Tensor;
}

/**
 * The level at times.
 * @param t times, [n]
 * @param x samples, [n, ...shape]
 * @returns each part [n, 1, ...], ready to broadcast against samples
 */
export const levelAt = (process: Process, t: Tensor, x: Tensor): Level => {
  const { alpha, sigma } = scheduleAt(process, t, x);
  const r = sigma.divide(alpha);
  return { alpha, r, lambda: r.log().multiply(-1) };
};
