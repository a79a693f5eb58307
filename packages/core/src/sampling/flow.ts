/** What samplers of the probability-flow ODE share: their grid, their ends, and the scales in which the ODE is simple. */
import type { Tensor } from "@scorefield/tensor";
import { checkSteps } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { expandTime } from "../model/expand-time.ts";
import { scheduleAt } from "../model/tweedie.ts";
import type { Process } from "../process/process.ts";
import { chooseGrid, type Grid, type GridName } from "./grid.ts";
import type { Sampler } from "./sampler.ts";

/** Options of every sampler of the probability-flow ODE. */
export interface FlowSamplerOptions {
  /** Steps, the last of them to the denoised estimate if `denoiseLast`. Default 18. */
  readonly steps?: number;
  /** Default `karras`, but of `dpmSolver` and `unipc` `log-snr`: their polynomials are in the log-SNR. */
  readonly grid?: GridName | Grid;
  /**
   * Whether the last step goes from the process's first time to the denoised estimate, as to a noise of zero; else samples
   * keep the noise of the first time. Default true.
   */
  readonly denoiseLast?: boolean;
}

/** The parts of a sampler that follow from its {@link FlowSamplerOptions}. */
interface FlowParts extends Pick<Sampler, "grid" | "denoiseLast"> {
  readonly recipe: {
    readonly kind: string;
    readonly steps: number;
    readonly grid: string;
    readonly denoiseLast: boolean;
  };
}

/** @throws ArgumentError for steps that are not a positive whole number, or an unknown grid */
export const flowParts = (
  kind: string,
  { steps = 18, grid = "karras", denoiseLast = true }: FlowSamplerOptions,
): FlowParts => {
  checkSteps(`${kind} steps`, steps);
  const { name, times } = chooseGrid(grid);
  return {
    recipe: { kind, steps, grid: name, denoiseLast },
    grid: (process) => times(process, denoiseLast ? steps : steps + 1),
    denoiseLast,
  };
};

/** @throws ArgumentError for an order of a multistep method other than 1, 2 or 3 */
export const checkOrder = (kind: string, order: number): void => {
  if (![1, 2, 3].includes(order)) throw new ArgumentError(`${kind} order: expected 1, 2 or 3, found ${String(order)}`);
};

/** Whether so few steps of a multistep method are too long for high orders. */
export const isFew = (steps: number): boolean => steps < 10;

/** Whether a step to times [n] is the last of a grid, bool [n, 1, ...]. */
export const isLast = (grid: readonly number[], to: Tensor, x: Tensor): Tensor =>
  expandTime(to.lessOrEqual(grid.at(-1)!), x.rank);

/** A time at which the ODE is solved, as seen from the samples. */
export interface Level {
  readonly alpha: Tensor;
  /** sigma / alpha, the noise of y = x / alpha */
  readonly r: Tensor;
  /** log(alpha / sigma), half the log-SNR */
  readonly lambda: Tensor;
}

/** The level at times [n], each part [n, 1, ...], ready to broadcast against samples. */
export const levelAt = (process: Process, t: Tensor, x: Tensor): Level => {
  const { alpha, sigma } = scheduleAt(process, t, x);
  const r = sigma.divide(alpha);
  return { alpha, r, lambda: r.log().multiply(-1) };
};
