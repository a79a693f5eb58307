/** How far the marginal at the last time is from the prior that stands for it, by the model's own denoised estimates. */
import type { Rates } from "../integrate/runge-kutta.ts";

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

// Gauss-Legendre nodes of [0, 1], exact for estimates that are cubic along the ray. Both weights are 1/2.
const nodes = [0.5 - Math.sqrt(3) / 6, 0.5 + Math.sqrt(3) / 6];

/** Evaluations of the model that {@link priorMismatch} takes. */
export const mismatchEvaluations = 2 + nodes.length;

/** [rows] each, in nats. */
export interface PriorMismatch {
  /** log p_T - log N(0, r^2 I). */
  readonly mismatch: Float64Array;
  /** Size of the last term of c: of what is left out after it there is less, where the prior is any good. */
  readonly uncertainty: Float64Array;
}

/**
 * log p_T - log N(0, r^2 I) at states of the last time. In y = x / alpha and r = sigma / alpha, p_T is the data under noise,
 * E N(y; x_0, r^2 I), so that with the model's D(y) = E[x_0 | y], by Tweedie's formula,
 *
 *     log p_T(y) - log N(y; 0, r^2 I) = c + integral over s in [0, 1] of <D(s y), y> / r^2
 *     c = log E exp(-|x_0|^2 v / 2) at v = 1 / r^2,   dc / dv = -M / 2,   M = E[|x_0|^2 | y = 0] = |D(0)|^2 + r^2 div D(0)
 *
 * M is known at v, and from half the variance of the noise at 2 v, which gives c = -v (M(v) + (M(v) - M(2 v)) / 2) / 2, as by
 * Adams and Bashforth.
 * @param states w = y / sqrt(1 + r^2) of each row at the last time, [rows, size] flattened
 * @param last log r
 * @param ratesAt the right-hand side of the flow for these rows and their probes, at states and at one log(sigma / alpha)
 */
export const priorMismatch = async (
  states: Float64Array,
  size: number,
  last: number,
  ratesAt: (w: Float64Array, u: number) => Promise<Rates>,
): Promise<PriorMismatch> => {
  const rows = states.length / size;
  // dw/du = w / s^2 - D / s with s^2 = 1 + r^2, and its divergence is size / s^2 - div D.
  const denoised = ({ slope }: Rates, w: Float64Array, j: number, s: number): number => w[j]! / s - s * slope[j]!;
  /** v M at 1 / v = e^(2 u). */
  const squaresAt = async (u: number): Promise<Float64Array> => {
    const s = Math.hypot(1, Math.exp(u));
    const centre = new Float64Array(states.length);
    const found = await ratesAt(centre, u);
    const channels = found.integrands.length / rows;
    return Float64Array.from({ length: rows }, (_, i) => {
      let squares = 0;
      for (let j = i * size; j < (i + 1) * size; j++) squares += denoised(found, centre, j, s) ** 2;
      return (
        squares * Math.exp(-2 * u) + size / s ** 2 - mean(found.integrands.subarray(i * channels, (i + 1) * channels))
      );
    });
  };
  const [here, nearer] = [await squaresAt(last), await squaresAt(last - Math.LN2 / 2)];
  const uncertainty = here.map((value, i) => Math.abs(value - nearer[i]! / 2) / 4);
  const mismatch = here.map((value, i) => -(value + (value - nearer[i]! / 2) / 2) / 2);
  const s = Math.hypot(1, Math.exp(last));
  for (const node of nodes) {
    const w = states.map((value) => node * value);
    const found = await ratesAt(w, last);
    for (let i = 0; i < rows; i++)
      for (let j = i * size; j < (i + 1) * size; j++)
        mismatch[i]! += (denoised(found, w, j, s) * s * states[j]! * Math.exp(-2 * last)) / nodes.length;
  }
  return { mismatch, uncertainty };
};
