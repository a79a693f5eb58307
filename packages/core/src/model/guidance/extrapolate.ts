/** From one model past another: what classifier-free guidance and autoguidance share. */
import { and, type Tensor, where } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../../errors.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import { together } from "../composition/together.ts";
import { expandTime } from "../expand-time.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { score } from "../tweedie.ts";

/** Options of guidance by two models. */
export interface GuidanceOptions {
  /** The w of D = D_other + w (D - D_other); 1 is the model itself. */
  readonly weight: number;
  /**
   * The noise levels (low, high] of sigma / alpha at which the model is guided (Kynkaanniemi et al. 2024). Outside it
   * is the model itself, and the other model is not evaluated. Default all.
   */
  readonly interval?: readonly [low: number, high: number];
}

/** The names of {@link GuidanceOptions}. */
export const guidanceOptions = { weight: true, interval: true } satisfies Known<GuidanceOptions>;

/**
 * D_other + w (D - D_other) within the interval and D outside, and the same for scores. Sampling evaluates the other
 * model only in steps that look at a time within.
 * @param name in errors
 * @throws ArgumentError for models that do not go together, a weight that is not finite or a bad interval
 */
export const extrapolate = (
  name: string,
  model: ScoreModel,
  other: ScoreModel,
  options: GuidanceOptions,
): ScoreModel => {
  checkOptions(name, options, guidanceOptions);
  const { weight, interval = [0, Number.POSITIVE_INFINITY] } = options;
  const { parts, members } = together(name, [model, other]);
  const [first, second] = members as [ScoreModel, ScoreModel];
  if (!Array.isArray(interval) || interval.length !== 2 || !interval.every((end) => typeof end === "number"))
    throw new ArgumentError(`${name} interval: expected [low, high] of sigma / alpha, found ${showValue(interval)}`);
  const [low, high] = interval;
  if (!Number.isFinite(weight)) throw new ArgumentError(`${name}: expected a finite weight, found ${weight}`);
  if (!(low >= 0 && high > low))
    throw new ArgumentError(`${name}: expected an interval (low, high] of sigma / alpha, found (${low}, ${high}]`);
  if (weight === 1) return model;
  const knowsScore = first.score || second.score;
  const combined = (combine: (a: Tensor, b: Tensor, t: Tensor) => Tensor): ScoreModel => ({
    ...parts,
    denoise: (x, t, given) => combine(first.denoise(x, t, given), second.denoise(x, t, given), t),
    ...(knowsScore && {
      score: (x: Tensor, t: Tensor, given?: Given) => combine(score(first, x, t, given), score(second, x, t, given), t),
    }),
  });
  const past = (a: Tensor, b: Tensor): Tensor => b.add(a.subtract(b).multiply(weight));
  const guided = combined(past);
  if (low === 0 && high === Number.POSITIVE_INFINITY) return guided;
  const { process } = parts;
  const ratioAt = (t: number): number => process.sigma(t) / process.alpha(t);
  const inside = (t: Tensor): Tensor => {
    const ratio = process.sigma(t).divide(process.alpha(t));
    const above = ratio.greater(low);
    return high === Number.POSITIVE_INFINITY ? above : and(above, ratio.lessOrEqual(high));
  };
  const both: ScoreModel = {
    ...combined((a, b, t) => where(expandTime(inside(t), a.rank), past(a, b), a)),
    within: (earliest, latest) => {
      const [least, most] = [ratioAt(earliest), ratioAt(latest)];
      if (most <= low || least > high) return first.within?.(earliest, latest) ?? first;
      return least > low && most <= high ? guided : both;
    },
  };
  return both;
};
