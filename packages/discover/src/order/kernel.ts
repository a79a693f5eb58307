/** Gaussian kernels of rows. */
import { innerProducts, type Rows } from "@scorefield/core/internal";

/** Squared distances of all rows of `a` to all rows of `b`, row-major [a.n, b.n]. */
export const squaredDistances = (a: Rows, b: Rows): Float64Array => {
  const products = innerProducts(a, b);
  const squares = ({ n, d, data }: Rows): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += data[i * d + j]! ** 2;
      return sum;
    });
  const [ofA, ofB] = [squares(a), a.data === b.data ? squares(a) : squares(b)];
  for (let i = 0; i < a.n; i++)
    for (let j = 0; j < b.n; j++) {
      const at = i * b.n + j;
      products[at] = Math.max(0, ofA[i]! + ofB[j]! - 2 * products[at]!);
    }
  return products;
};

/**
 * The median distance of pairs of rows, the usual width of a Gaussian kernel. It is taken of at most a hundred thousand pairs, spread
 * evenly.
 */
export const medianDistance = (squared: Float64Array, n: number): number => {
  const stride = Math.max(1, Math.floor((n * n) / 1e5)) | 1;
  const list: number[] = [];
  for (let at = 0; at < squared.length; at += stride) if (Math.floor(at / n) !== at % n) list.push(squared[at]!);
  const sorted = Float64Array.from(list).sort();
  return Math.sqrt(sorted[sorted.length >> 1] || 1);
};

/** Replaces squared distances by exp(-distance^2 / (2 width^2)). */
export const gaussianKernel = (squared: Float64Array, width: number): Float64Array => {
  const scale = -0.5 / width ** 2;
  for (let at = 0; at < squared.length; at++) squared[at] = Math.exp(scale * squared[at]!);
  return squared;
};
