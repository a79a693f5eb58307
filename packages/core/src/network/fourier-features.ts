/** Features of a number that let a network see fine differences: sines and cosines at growing frequencies. */
import { concat, constant, cos, ndarray, sin, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";

/** @throws ArgumentError unless a count of features is even and positive: half are sines, half cosines */
const checkFeatureCount = (name: string, count: number): void => {
  if (!(Number.isInteger(count / 2) && count > 0))
    throw new ArgumentError(`${name}: expected an even positive number, found ${count}`);
};

/**
 * Highest frequency for noise levels: preconditioning makes log(sigma) / 4 of them, which spans about [-2, 2]; the period is
 * then 0.1.
 */
export const highestNoiseFrequency = 64;

/**
 * cos(w_k c) and sin(w_k c) for frequencies w_k in geometric progression from 1 to `highest` (Vaswani et al. 2017,
 * section 3.5, for noise levels as in Ho et al. 2020).
 * @param c [n]
 * @returns [n, count], the cosines first
 * @throws ArgumentError for a count that is not even
 */
export const fourierFeatures = (c: Tensor, count: number, highest: number): Tensor => {
  checkFeatureCount("fourierFeatures count", count);
  const half = count / 2;
  const frequencies = Float32Array.from({ length: half }, (_, k) => highest ** (half === 1 ? 0 : k / (half - 1)));
  const phase = c.reshape([-1, 1]).multiply(constant(ndarray(frequencies)).cast(c.dtype));
  return concat([cos(phase), sin(phase)], 1);
};
