import type { Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { oneStep, type Sampler } from "./sampler.ts";
import { stepsSetting } from "./steps-setting.ts";

/** Settings of a chain that stays at one noise level. */
export const chainSettings = {
  steps: stepsSetting(1000, "steps of the chain"),
  time: number({
    least: 0,
    most: 1,
    otherwise: "the process's first, with the least noise",
    help: "the time whose marginal is sampled",
  }),
};

/** Options of a chain that stays at one noise level. */
export type ChainOptions = OptionsOf<typeof chainSettings>;

/** Settings of {@link langevin} and {@link "./mala.ts"}. */
export const langevinSettings = {
  steps: chainSettings.steps,
  /**
   * The eta of the update. Stable below twice the least variance of the marginal in any direction, accurate well below it.
   */
  stepSize: number({ above: 0, default: 0.01, help: "the eta of the update, in units of the data squared" }),
  time: chainSettings.time,
};

/** Options of {@link langevin}. */
export type LangevinOptions = OptionsOf<typeof langevinSettings>;

/**
 * The grid of a chain that stays at a time.
 * @returns a function that throws ArgumentError for a time outside the times of the process
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
 * Its distribution tends to the marginal of x_t up to an error of order eta. On N(0, v) the variance is
 * v 2 / (2 - eta / v). Song & Ermon 2019 write eta / 2 where this has eta. It moves locally: modes far apart keep the
 * weights that the start gave them. {@link annealedLangevin} does not have that defect.
 * @throws ArgumentError for options out of range
 */
export const langevin = declare({
  kind: "langevin",
  family: "Langevin dynamics",
  summary: "unadjusted, at one noise level; local: far modes keep the weights of the start",
  source: "Roberts & Tweedie 1996",
  settings: langevinSettings,
  make: ({ steps, stepSize, time }, recipe): Sampler =>
    oneStep({
      recipe,
      grid: stayingGrid("langevin", steps, time),
      chain: true,
      denoiseLast: false,
      evaluationsPerStep: 1,
      noises: 1,
      step: (model, x, from, _, [z]) => langevinMove(x, score(model, x, from), stepSize, z!),
    }),
});
