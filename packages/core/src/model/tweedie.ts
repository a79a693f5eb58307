/**
 * Score, noise and velocity of any score model, and the conversions between the four quantities a model may give.
 * With x = alpha x_0 + sigma z, all follow from the denoised point D = E[x_0 | x] (Tweedie's formula: Robbins 1956,
 * Miyasawa 1961, Efron 2011):
 *
 *     noise = E[z | x] = (x - alpha D) / sigma        score = grad log p(x) = -noise / sigma
 *     velocity = dx/dt on the probability-flow ODE = alpha' D + sigma' noise
 */
import { ShapeError, type Tensor } from "@scorefield/tensor";
import type { Process, Scalar } from "../process/process.ts";
import { add, divide, multiply, square, subtract } from "../process/scalar.ts";
import { checkTraced } from "./check-traced.ts";
import { expandTime } from "./expand-time.ts";
import type { Given, ScoreModel } from "./score-model.ts";

/** The schedule at some times: numbers, or tensors that broadcast against the samples. */
export interface ScheduleAt {
  readonly alpha: Scalar;
  readonly sigma: Scalar;
}

/** The schedule and its derivatives with respect to time. */
export interface ScheduleRatesAt extends ScheduleAt {
  readonly alphaRate: Scalar;
  readonly sigmaRate: Scalar;
}

/**
 * The schedule at the times of a batch, ready to broadcast against its samples.
 * @param t times, [n]
 * @param x samples, [n, ...shape]
 * @returns tensors [n, 1, ...] of the samples' rank
 * @throws ShapeError unless there is one time per sample; ArgumentError for arrays in place of tensors
 */
export const scheduleAt = (process: Process, t: Tensor, x: Tensor) => {
  checkTraced(x, t);
  if (t.rank !== 1 || x.rank < 1 || t.shape[0] !== x.shape[0])
    throw new ShapeError(
      `expected one time per sample, t [n] and x [n, ...shape]; found t [${t.shape}] and x [${x.shape}]`,
    );
  const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
  return {
    alpha: spread(process.alpha(t)),
    sigma: spread(process.sigma(t)),
    alphaRate: spread(process.alphaRate(t)),
    sigmaRate: spread(process.sigmaRate(t)),
  } satisfies ScheduleRatesAt;
};

/** (x - alpha D) / sigma */
export const noiseFromDenoised = (denoised: Tensor, x: Tensor, { alpha, sigma }: ScheduleAt): Tensor =>
  divide(subtract(x, multiply(denoised, alpha)), sigma);

/** (alpha D - x) / sigma^2 */
export const scoreFromDenoised = (denoised: Tensor, x: Tensor, at: ScheduleAt): Tensor =>
  scoreFromNoise(noiseFromDenoised(denoised, x, at), at);

/** -noise / sigma */
export const scoreFromNoise = (noise: Tensor, { sigma }: ScheduleAt): Tensor => divide(noise, multiply(sigma, -1));

/** -sigma score */
export const noiseFromScore = (score: Tensor, { sigma }: ScheduleAt): Tensor => multiply(score, multiply(sigma, -1));

/** alpha' D + sigma' (x - alpha D) / sigma */
export const velocityFromDenoised = (denoised: Tensor, x: Tensor, at: ScheduleRatesAt): Tensor =>
  combine(denoised, noiseFromDenoised(denoised, x, at), at);

/** (x + sigma^2 score) / alpha */
export const denoisedFromScore = (score: Tensor, x: Tensor, { alpha, sigma }: ScheduleAt): Tensor =>
  divide(add(x, multiply(score, square(sigma))), alpha);

/** (x - sigma noise) / alpha */
export const denoisedFromNoise = (noise: Tensor, x: Tensor, { alpha, sigma }: ScheduleAt): Tensor =>
  divide(subtract(x, multiply(noise, sigma)), alpha);

/** (sigma' x - sigma velocity) / (alpha sigma' - alpha' sigma), defined also where alpha = 0 */
export const denoisedFromVelocity = (
  velocity: Tensor,
  x: Tensor,
  { alpha, sigma, alphaRate, sigmaRate }: ScheduleRatesAt,
): Tensor =>
  divide(
    subtract(multiply(x, sigmaRate), multiply(velocity, sigma)),
    subtract(multiply(alpha, sigmaRate), multiply(alphaRate, sigma)),
  );

const combine = (denoised: Tensor, noise: Tensor, { alphaRate, sigmaRate }: ScheduleRatesAt): Tensor =>
  add(multiply(denoised, alphaRate), multiply(noise, sigmaRate));

/**
 * grad_x log p_t(x | given), [n, ...shape]: the model's own `score` where it has one, else by Tweedie's formula.
 * @param x noisy points, [n, ...shape]
 * @param t their times, [n]
 * @param given what the model is conditioned on, as of `denoise`
 */
export const score = (model: ScoreModel, x: Tensor, t: Tensor, given?: Given): Tensor =>
  model.score?.(x, t, given) ?? scoreFromDenoised(model.denoise(x, t, given), x, scheduleAt(model.process, t, x));

/** The expected noise E[z | x_t, given], [n, ...shape]; arguments as for {@link score}. */
export const noise = (model: ScoreModel, x: Tensor, t: Tensor, given?: Given): Tensor => {
  const at = scheduleAt(model.process, t, x);
  const own = model.score?.(x, t, given);
  return own ? noiseFromScore(own, at) : noiseFromDenoised(model.denoise(x, t, given), x, at);
};

/**
 * dx/dt of the probability-flow ODE (Song et al. 2021, equation 13), [n, ...shape]; arguments as for {@link score}. It
 * equals the "v-prediction" of Salimans & Ho 2022 only for a process on the unit circle at unit speed.
 */
export const velocity = (model: ScoreModel, x: Tensor, t: Tensor, given?: Given): Tensor =>
  combine(model.denoise(x, t, given), noise(model, x, t, given), scheduleAt(model.process, t, x));
