import { and, type Tensor, where } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { noise } from "../model/tweedie.ts";
import type { Process, Scalar } from "../process/process.ts";
import { subtract } from "../process/scalar.ts";
import { type FlowSamplerOptions, flowParts, levelAt } from "./flow.ts";
import { oneStep, type Sampler } from "./sampler.ts";

/** Options of {@link heun}. */
export interface HeunOptions extends FlowSamplerOptions {
  /** S_churn: how much fresh noise all steps together add; 0, the default, is the probability-flow ODE. */
  readonly sChurn?: number;
  /** S_tmin and S_tmax: noise is added only at sigma / alpha between them, both included. Default 0 and null, no limit. */
  readonly sMin?: number;
  readonly sMax?: number | null;
  /** S_noise: deviation of the fresh noise, default 1; slightly more makes up for a denoiser that removes too much. */
  readonly sNoise?: number;
}

/**
 * Heun's second-order method on the probability-flow ODE (Karras et al. 2022, algorithm 1). In y = x / alpha and
 * r = sigma / alpha the ODE is dy/dr = noise(x, t), whatever the process; with a step from r to r',
 *
 *     y' = y + (r' - r) (noise(x, t) + noise(x_euler, t')) / 2
 *
 * With S_churn > 0 it is their algorithm 2: each step first raises the noise from r to r_hat = (1 + gamma) r,
 *
 *     y_hat = y + S_noise sqrt(r_hat^2 - r^2) z        gamma = min(S_churn / steps, sqrt(2) - 1) if S_tmin <= r <= S_tmax, else 0
 *
 * and starts from there. Where r_hat would pass the process's last time, beyond which no model is trained, gamma is 0.
 *
 * Two evaluations per step but one in the last, to the denoised estimate: 2 steps - 1.
 * @throws ArgumentError for bad steps or an unknown grid, or settings of the fresh noise that are negative
 */
export const heun = ({ sChurn = 0, sMin = 0, sMax = null, sNoise = 1, ...options }: HeunOptions = {}): Sampler => {
  const { recipe, ...parts } = flowParts("heun", options);
  for (const [name, value] of Object.entries({ sChurn, sMin, sMax: sMax ?? 0, sNoise }))
    if (!(value >= 0 && Number.isFinite(value)))
      throw new ArgumentError(`heun ${name}: expected a finite number of at least 0, found ${value}`);
  const gamma = Math.min(sChurn / recipe.steps, Math.SQRT2 - 1);
  return oneStep({
    ...parts,
    recipe: { ...recipe, sChurn, sMin, sMax, sNoise },
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
};

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
