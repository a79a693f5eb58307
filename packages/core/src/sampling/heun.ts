import { and, type Tensor, where } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { noise } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { nullable, number, type OptionsOf } from "../part/setting.ts";
import type { Process, Scalar } from "../process/process.ts";
import { subtract } from "../process/scalar.ts";
import { flowParts, flowSettings, levelAt } from "./flow.ts";
import { oneStep, type Sampler } from "./sampler.ts";

const settings = {
  ...flowSettings(),
  /** S_churn: how much fresh noise all steps together add; 0 is the probability-flow ODE. */
  sChurn: number({ least: 0, default: 0, help: "fresh noise that all steps together add; 0 is the ODE" }),
  /** S_tmin: noise is added only at sigma / alpha of at least this. */
  sMin: number({ least: 0, default: 0, help: "least sigma / alpha at which noise is added" }),
  /** S_tmax: noise is added only at sigma / alpha of at most this; null is no limit. */
  sMax: nullable(number({ least: 0, help: "" }), {
    default: null,
    help: "largest sigma / alpha at which noise is added; null is no limit",
  }),
  /** S_noise: deviation of the fresh noise. Slightly more than 1 makes up for a denoiser that removes too much. */
  sNoise: number({ least: 0, default: 1, help: "deviation of the fresh noise" }),
};

/** Options of {@link heun}. */
export type HeunOptions = OptionsOf<typeof settings>;

/**
 * Heun's second-order method on the probability-flow ODE (Karras et al. 2022, algorithm 1). In y = x / alpha and
 * r = sigma / alpha the ODE is dy/dr = noise(x, t), for every process. With a step from r to r',
 *
 *     y' = y + (r' - r) (noise(x, t) + noise(x_euler, t')) / 2
 *
 * With S_churn > 0 it is their algorithm 2: each step first raises the noise from r to r_hat = (1 + gamma) r,
 *
 *     y_hat = y + S_noise sqrt(r_hat^2 - r^2) z        gamma = min(S_churn / steps, sqrt(2) - 1) if S_tmin <= r <= S_tmax, else 0
 *
 * and starts from there. Where r_hat would pass the process's last time, beyond which no model is trained, gamma is 0.
 *
 * Two evaluations per step, and one in the last, to the denoised estimate: 2 steps - 1.
 * @throws ArgumentError for bad steps or an unknown grid, or settings of the fresh noise that are negative
 */
export const heun = declare({
  kind: "heun",
  family: "probability-flow ODE",
  summary: "second order, two evaluations per step; with churn, fresh noise in every step; the reference",
  source: "Karras et al. 2022, algorithms 1 and 2",
  settings,
  make: ({ sChurn, sMin, sMax, sNoise, ...flow }, recipe): Sampler => {
    const gamma = Math.min(sChurn / flow.steps, Math.SQRT2 - 1);
    return oneStep({
      ...flowParts(flow),
      recipe,
      evaluationsPerStep: 2,
      noises: sChurn > 0 ? 1 : 0,
      ...(sChurn > 0 && { reach: (process, from) => Math.min(process.times.last, raisedTime(process, from, gamma)) }),
      step: (model, x, from, to, [z]) => {
        if (sChurn === 0) return heunStep(model, x, from, to);
        const { process } = model;
        const raised = raises(process, from, gamma, sMin, sMax);
        const hat = where(raised, raisedTime(process, from, gamma), from);
        const [low, high] = [levelAt(process, from, x), levelAt(process, hat, x)];
        // r_hat^2 - r^2 = r^2 gamma (2 + gamma)
        const added = where(expandTime(raised, x.rank), low.r.multiply(sNoise * Math.sqrt(gamma * (2 + gamma))), 0);
        return heunStep(model, x.divide(low.alpha).add(added.multiply(z!)).multiply(high.alpha), hat, to);
      },
    });
  },
});

const heunStep = (model: ScoreModel, x: Tensor, from: Tensor, to: Tensor): Tensor => {
  const [at, next] = [levelAt(model.process, from, x), levelAt(model.process, to, x)];
  const stride = next.r.subtract(at.r);
  const y = x.divide(at.alpha);
  const slope = noise(model, x, from);
  const euler = y.add(stride.multiply(slope)).multiply(next.alpha);
  const mean = slope.add(noise(model, euler, to)).multiply(0.5);
  return y.add(stride.multiply(mean)).multiply(next.alpha);
};

/** Whether a step from these times adds noise, [n]. */
const raises = (process: Process, from: Tensor, gamma: number, sMin: number, sMax: number | null): Tensor => {
  const logSnr = process.logSnr(from);
  const at = (r: number): number => -2 * Math.log(r);
  let yes = raisedTime(process, from, gamma).lessOrEqual(process.times.last);
  if (sMin > 0) yes = and(yes, logSnr.lessOrEqual(at(sMin)));
  if (sMax !== null) yes = and(yes, logSnr.greaterOrEqual(at(sMax)));
  return yes;
};

/** The time of (1 + gamma) r. */
const raisedTime = <T extends Scalar>(process: Process, from: T, gamma: number): T =>
  process.timeOfLogSnr(subtract(process.logSnr(from), 2 * Math.log1p(gamma)));
