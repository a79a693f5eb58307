/** The modified Bessel functions I_0 and I_1 of positive numbers, scaled so that they neither overflow nor cancel. */
import { constant, greater, ndarray, type Tensor, where } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";

/** From here on the series in 1 / w serves. Below it, this many angles do. Either is good to 1e-12. */
const far = 24;
const angles = 20;
const terms = 11;

const cosines = Float64Array.from({ length: angles }, (_, k) => Math.cos((Math.PI * (k + 0.5)) / angles));
/** cos - 1, without the cancellation. */
const below = ndarray(
  Float64Array.from({ length: angles }, (_, k) => -2 * Math.sin((Math.PI * (k + 0.5)) / (2 * angles)) ** 2),
);

/** Coefficients of w^-k in sqrt(2 pi w) e^-w I_0(w): the product of (2 j - 1)^2 / (8 j) up to k. */
const coefficients = Array.from({ length: terms }, (_, k) =>
  Array.from({ length: k + 1 }, (_, j) => (2 * j + 1) ** 2 / (8 * (j + 1))).reduce((a, b) => a * b, 1),
);

/**
 * log I_0(w) - w, number by number, and its derivative I_1(w) / I_0(w) - 1. For small w the integral over angles, of which the midpoint
 * rule converges geometrically; for large w the series in 1 / w:
 *
 *     I_0(w) e^-w = mean over angles of exp(w (cos a - 1))                             Abramowitz & Stegun 1964, 9.6.16
 *                 = (2 pi w)^-1/2 (1 + 1 / (8 w) + 9 / (2 (8 w)^2) + ...)              9.7.1
 *
 * @param w at least 0, float32 or float64
 */
export const logBesselZero = (w: Tensor): Tensor => {
  const near = w.min(far).expandDims(-1).multiply(constantLike(below, w)).logSumExp(-1).subtract(Math.log(angles));
  const large = w.max(far);
  const inverse = large.reciprocal();
  const series = coefficients.reduceRight<Tensor>(
    (sum, coefficient) => sum.add(coefficient).multiply(inverse),
    constant(0, w.dtype),
  );
  const beyond = series.log1p().subtract(
    large
      .multiply(2 * Math.PI)
      .log()
      .multiply(0.5),
  );
  return where(greater(w, constant(far, w.dtype)), beyond, near);
};

/**
 * I_0(v) e^-v and I_1(v) e^-v of 0 <= v <= 24, number by number.
 * @param v beyond 24 counts as 24
 */
export const scaledBessel = (v: Tensor): { readonly zero: Tensor; readonly one: Tensor } => {
  const weights = v.min(far).expandDims(-1).multiply(constantLike(below, v)).exp();
  return { zero: weights.mean(-1), one: weights.multiply(constantLike(ndarray(cosines), v)).mean(-1) };
};
