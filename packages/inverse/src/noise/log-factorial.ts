/** The logarithm of factorials, as tensors and on the host. */
import type { Tensor } from "@scorefield/tensor";

/** Stirling's series of log Gamma(x) (Abramowitz & Stegun 1964, 6.1.41), to 1e-14 from x = 8 on. */
const terms = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];
const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/** log Gamma(x) without (x - 1/2) log x - x + log(2 pi) / 2, for x >= 8. */
export const stirlingRest = (x: Tensor): Tensor => {
  const inverse = x.reciprocal();
  const square = inverse.square();
  let series = square.multiply(terms.at(-1)!);
  for (const term of terms.slice(1, -1).toReversed()) series = series.add(term).multiply(square);
  return series.add(terms[0]!).multiply(inverse);
};

/** log k! of tensors of counts k >= 0, whole numbers or not, number by number. */
export const logFactorial = (k: Tensor): Tensor => {
  // log Gamma(k + 1) = log Gamma(k + 8) - log((k + 1) ... (k + 7)), so that the series is accurate.
  let product = k.add(1);
  for (let i = 2; i <= 7; i++) product = product.multiply(k.add(i));
  const x = k.add(8);
  return x.subtract(0.5).multiply(x.log()).subtract(x).add(halfLogTwoPi).add(stirlingRest(x)).subtract(product.log());
};

/** log k! of a whole number k >= 0. */
export const hostLogFactorial = (k: number): number => {
  let product = 1;
  let x = k + 1;
  for (; x < 8; x++) product *= x;
  const square = 1 / (x * x);
  const series = terms.reduceRight((sum, term) => sum * square + term, 0) / x;
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + series - Math.log(product);
};
