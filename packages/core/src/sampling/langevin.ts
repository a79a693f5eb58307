import type { Tensor } from "@scorefield/tensor";
import { checkPositive, checkSteps } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { score } from "../model/tweedie.ts";
import type { Process } from "../process/process.ts";
import { oneStep, type Sampler } from "./sampler.ts";

/** Options of a chain that stays at one noise level. */
export interface ChainOptions {
  /** Default 1,000. */
  readonly steps?: number;
  /** The time whose marginal is sampled, default the process's first: the data under the least noise. */
  readonly time?: number;
}

/** Options of {@link langevin}. */
export interface LangevinOptions extends ChainOptions {
  /**
   * The eta of the update, in units of the data squared; default 0.01. Stable below twice the least variance of the
   * marginal in any direction, accurate well below it.
   */
  readonly stepSize?: number;
}

/**
 * The grid of a chain that stays at a time.
 * @returns a function that throws ArgumentError for a time outside those of the process
 */
export const stayingGrid =
  (name: string, steps: number, time: number | undefined) =>
  ({ times }: Process): number[] => {
    const t = time ?? times.first;
    if (!(t >= times.first && t <= times.last))
      throw new ArgumentError(`${name} time: expected one in [${times.first}, ${times.last}], found ${t}`);
    return new Array<number>(steps + 1).fill(t);
  };

/** x + eta score + sqrt(2 eta) z */
export const langevinMove = (x: Tensor, slope: Tensor, eta: Tensor | number, z: Tensor): Tensor =>
  x.add(slope.multiply(eta)).add(z.multiply(typeof eta === "number" ? Math.sqrt(2 * eta) : eta.multiply(2).sqrt()));

/**
 * Unadjusted Langevin dynamics (Roberts & Tweedie 1996, "ULA") at one time t:
 *
 *     x' = x + eta score(x, t) + sqrt(2 eta) z
 *
 * Its law tends to that of x_t but for an error of order eta: on N(0, v) the variance is v 2 / (2 - eta / v). Song & Ermon
 * 2019 write eta / 2 where this has eta. It moves locally: modes far apart keep the weights that the start gave them;
 * {@link annealedLangevin} does not have that defect.
 * @throws ArgumentError for options out of range
 */
export const langevin = ({ steps = 1000, stepSize = 0.01, time }: LangevinOptions = {}): Sampler => {
  checkSteps("langevin steps", steps);
  checkPositive("langevin stepSize", stepSize);
  return oneStep({
    recipe: { kind: "langevin", steps, stepSize, time },
    grid: stayingGrid("langevin", steps, time),
    chain: true,
    denoiseLast: false,
    evaluationsPerStep: 1,
    noises: 1,
    step: (model, x, from, _, [z]) => langevinMove(x, score(model, x, from), stepSize, z!),
  });
};
