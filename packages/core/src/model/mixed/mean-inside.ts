/** The mean of a number that is known to lie between bounds. */
import { erf, exp, type Tensor, where } from "@scorefield/tensor";
import type { ObservedBlock } from "./observed.ts";

const normalDensity = (u: Tensor): Tensor => exp(u.square().multiply(-0.5)).multiply(1 / Math.sqrt(2 * Math.PI));
/** Phi(b) - Phi(a). */
const normalBetween = (a: Tensor, b: Tensor): Tensor =>
  erf(b.multiply(Math.SQRT1_2))
    .subtract(erf(a.multiply(Math.SQRT1_2)))
    .multiply(0.5);

/**
 * E[z - x | z > x] of a standard normal z, for x of at least 2.5 to 1e-5: the continued fraction
 * 1 / (x + 2 / (x + 3 / (x + ...))) (Abramowitz & Stegun 1964, equation 26.2.14).
 */
const meanExcess = (x: Tensor): Tensor => {
  let fraction = x;
  for (let k = 8; k >= 2; k--) fraction = x.add(fraction.reciprocal().multiply(k));
  return fraction.reciprocal();
};

/** The mean of the density proportional to exp(q z) on [0, 1]: 1 / (1 - exp(-q)) - 1 / q. */
const tiltedMean = (q: Tensor): Tensor => {
  const small = q.abs().less(0.1);
  const far = where(small, q.multiply(0).add(1), q);
  const tilted = exp(far.negate().max(-30).min(30)).negate().add(1).reciprocal().subtract(far.reciprocal());
  return where(small, q.multiply(1 / 12).add(0.5), tilted);
};

/** Widths below this, in deviations, are so narrow that the density is nearly an exponential. */
const narrow = 2;
const tail = 3;

/**
 * The mean of a normal distribution that is limited to [low, high]. With u = (mean - low) / deviation and
 * w = (high - low) / deviation it is
 *
 *     low + deviation (u + (phi(u) - phi(w - u)) / (Phi(u) - Phi(u - w)))
 *
 * The difference of two tails is lost to rounding, so beyond the bounds by 3 deviations the nearer bound is taken to be the only
 * one, and a narrow interval has the exponential density that the normal one is nearly there. The error is below 0.02 of
 * the interval. It lies between the bounds and rises with the mean everywhere: unlike a mean that is cut off at them, whose
 * derivative is 0, it teaches a network that is outside to come inside.
 * @param mean [n, count] of the distribution without bounds
 * @param deviation [n, 1]
 * @param bounds where there are none it is the mean itself
 */
export const meanInside = (mean: Tensor, deviation: Tensor, { low, high, hasLow, hasHigh }: ObservedBlock): Tensor => {
  const [from, to] = [low!, high!];
  const u = mean.subtract(from).divide(deviation);
  const w = to.subtract(from).divide(deviation);
  const wide = w.max(narrow);
  const inside = u.max(-tail - 0.5).min(wide.add(tail + 0.5));
  const middle = inside.add(
    normalDensity(inside)
      .subtract(normalDensity(wide.subtract(inside)))
      .divide(normalBetween(inside.negate(), wide.subtract(inside))),
  );
  const below = meanExcess(u.negate().max(tail - 0.5));
  const above = w.subtract(meanExcess(u.subtract(w).max(tail - 0.5)));
  const outside = where(u.less(-tail), below, where(u.subtract(w).greater(tail), above, middle));
  const tilted = w.multiply(tiltedMean(w.multiply(u.subtract(w.multiply(0.5)))));
  const place = where(w.less(narrow), tilted, outside);
  // Rounding may lead out of the bounds.
  const limited = from.add(place.multiply(deviation)).max(from).min(to);
  return where(hasLow!.max(hasHigh!).greater(0.5), limited, mean);
};
