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

/** What the features of a noise level see of it. */
export type NoiseEmbedding = "log" | "share";

/** Highest frequency for shares of noise, which lie in (0, 1). */
const highestShareFrequency = 8;

/**
 * Features of noise levels c = log(sigma / alpha) / 4. `log`: fast ones of c itself, which tell near levels apart. `share`: slow ones of
 * the share of noise sigma / (alpha + sigma) = 1 / (1 + exp(-4 c)). Its rate is bounded, so derivatives of a network in the noise level are
 * too, which continuous-time objectives of flow maps need (Lu & Song 2025, section 4.1).
 * @param c [n]
 * @returns [n, count]
 * @throws ArgumentError for a count that is not even
 */
export const noiseFeatures = (c: Tensor, count: number, embedding: NoiseEmbedding): Tensor =>
  embedding === "log"
    ? fourierFeatures(c, count, highestNoiseFrequency)
    : fourierFeatures(c.multiply(4).sigmoid(), count, highestShareFrequency);
