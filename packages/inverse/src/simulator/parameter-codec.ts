/** Between parameters and the numbers that a score model learns: without bounds, and about standard normal given the data. */
import { normalQuantile } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { cholesky } from "../solve/cholesky.ts";
import { normalTail } from "../solve/normal-tail.ts";
import { triangularRow } from "./prior.ts";

/** Plain numbers of a codec: enough to make it again. */
interface ParameterScales {
  /** Bounds of each parameter, [d]; null where there is none. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** The least-squares fit of parameters without bounds by standardised data: intercepts [d] and slopes [d x m], by rows. */
  readonly intercepts: readonly number[];
  readonly slopes: readonly number[];
  /** Lower triangular L of the covariance L L^T of what the fit leaves, [d x d], by rows. */
  readonly factor: readonly number[];
}

/** Parameters as a score model sees them, given standardised data. */
export interface ParameterCodec {
  readonly scales: ParameterScales;
  /** @param features standardised data, [n, m] @returns [n, d] */
  encode(parameters: NdArray<"float64">, features: NdArray<"float32">): NdArray<"float32">;
  /** @param features as many rows, or one for all */
  decode(latents: NdArray, features: NdArray<"float32">): NdArray<"float64">;
  /** log |d latents / d parameters| of each row, [n]; NaN outside of the bounds. */
  logVolume(parameters: NdArray<"float64">): Float64Array;
}

const logNormal = (z: number): number => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);

/** Shares of a range closer to its ends than this are moved there, so that quantiles are finite. */
const least = 1e-12;

/** Maps of one parameter onto all numbers and back, with log |dz / dx|. */
interface Unbounded {
  to(x: number): number;
  from(z: number): number;
  logSlope(x: number): number;
}

/**
 * Between two bounds the standard normal quantile of the share of the range, so that a uniform parameter becomes a normal one. With one
 * bound, the logarithm of the distance to it. Else the parameter itself.
 */
const unbounded = (low: number | null, high: number | null): Unbounded => {
  if (low !== null && high !== null) {
    const range = high - low;
    const share = (x: number): number => Math.min(1 - least, Math.max(least, (x - low) / range));
    return {
      to: (x) => normalQuantile(share(x)),
      from: (z) => (z < 0 ? low + range * normalTail(-z) : high - range * normalTail(z)),
      logSlope: (x) => (x >= low && x <= high ? -logNormal(normalQuantile(share(x))) - Math.log(range) : Number.NaN),
    };
  }
  if (low !== null)
    return {
      to: (x) => Math.log(Math.max(x - low, Number.MIN_VALUE)),
      from: (z) => low + Math.exp(z),
      logSlope: (x) => (x > low ? -Math.log(x - low) : Number.NaN),
    };
  if (high !== null)
    return {
      to: (x) => -Math.log(Math.max(high - x, Number.MIN_VALUE)),
      from: (z) => high - Math.exp(-z),
      logSlope: (x) => (x < high ? -Math.log(high - x) : Number.NaN),
    };
  return { to: (x) => x, from: (z) => z, logSlope: () => 0 };
};

/** The codec of these numbers. */
export const parameterCodec = (scales: ParameterScales): ParameterCodec => {
  const { low, high, intercepts, slopes } = scales;
  const d = intercepts.length;
  const m = slopes.length / d;
  const maps = low.map((value, j) => unbounded(value, high[j]!));
  const factor = Float64Array.from(scales.factor);
  const inverse = inverseOf(factor, d);
  let logFactor = 0;
  for (let j = 0; j < d; j++) logFactor += Math.log(factor[j * d + j]!);
  const fitted = (features: NdArray<"float32">, i: number, j: number): number => {
    let sum = intercepts[j]!;
    for (let k = 0; k < m; k++) sum += slopes[j * m + k]! * features.data[i * m + k]!;
    return sum;
  };
  return {
    scales,
    encode: ({ data, shape: [n = 0] }, features) => {
      const latents = new Float32Array(n * d);
      const away = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) away[j] = maps[j]!.to(data[i * d + j]!) - fitted(features, i, j);
        for (let j = 0; j < d; j++) latents[i * d + j] = triangularRow(inverse, away, j);
      }
      return ndarray(latents, [n, d]);
    },
    decode: ({ data, shape: [n = 0] }, features) => {
      const parameters = new Float64Array(n * d);
      const one = features.shape[0] === 1;
      const row = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) row[j] = Number(data[i * d + j]);
        for (let j = 0; j < d; j++)
          parameters[i * d + j] = maps[j]!.from(fitted(features, one ? 0 : i, j) + triangularRow(factor, row, j));
      }
      return ndarray(parameters, [n, d]);
    },
    logVolume: ({ data, shape: [n = 0] }) =>
      Float64Array.from({ length: n }, (_, i) => {
        let sum = -logFactor;
        for (let j = 0; j < d; j++) sum += maps[j]!.logSlope(data[i * d + j]!);
        return sum;
      }),
  };
};

/** The inverse of a lower triangular matrix. */
const inverseOf = (factor: Float64Array, d: number): Float64Array => {
  const product = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++) product[i * d + j]! += factor[i * d + k]! * factor[j * d + k]!;
  return cholesky(product, d)!.inverse;
};

/** More features than this are not fitted: the network sees them alone. */
const mostFeatures = 300;

/** Of a fit by `count` rows of standardised features, from least to most. */
const penalties = [1e-6, 1e-3, 1e-2, 0.1, 1];

/**
 * Fits a codec: a linear fit of parameters by data, as in regression adjustment of approximate Bayesian computation (Beaumont, Zhang &
 * Balding 2002). What is left has covariance 1. A model of it begins as the normal posterior that is right for linear simulators, and
 * learns only how the posterior differs.
 * @param features standardised data, [n, m]
 */
export const fitParameterCodec = (
  parameters: NdArray<"float64">,
  features: NdArray<"float32">,
  { low, high }: { readonly low: Float64Array; readonly high: Float64Array },
): ParameterCodec => {
  const [n = 0, d = 0] = parameters.shape;
  const m = features.shape[1]!;
  const bound = (values: Float64Array) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  const bounds = { low: bound(low), high: bound(high) };
  const maps = bounds.low.map((value, j) => unbounded(value, bounds.high[j]!));
  const z = parameters.data.map((value, i) => maps[i % d]!.to(value));
  const used = m <= mostFeatures ? m : 0;
  const coefficients = used > 0 ? bestFit(z, features, { n, d, m }) : meansOf(z, { n, d });
  const intercepts = Array.from({ length: d }, (_, j) => coefficients[j * (used + 1)]!);
  const slopes = Array.from({ length: d * m }, (_, k) =>
    used > 0 ? coefficients[Math.floor(k / m) * (m + 1) + 1 + (k % m)]! : 0,
  );
  const covariance = new Float64Array(d * d);
  const left = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      left[j] = z[i * d + j]! - intercepts[j]!;
      for (let k = 0; k < m; k++) left[j]! -= slopes[j * m + k]! * features.data[i * m + k]!;
    }
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) covariance[j * d + k]! += (left[j]! * left[k]!) / n;
  }
  // Of parameters that the data say to rounding, a little is left, so that the matrix has an inverse.
  for (let j = 0; j < d; j++) covariance[j * d + j]! += 1e-10 * varianceOf(z, j, { n, d }) + 1e-300;
  const parts = cholesky(covariance, d);
  const factor = parts?.factor ?? diagonalOf(covariance, d);
  return parameterCodec({ ...bounds, intercepts, slopes, factor: Array.from(factor) });
};

const diagonalOf = (matrix: Float64Array, d: number): Float64Array =>
  matrix.map((value, k) => (k % (d + 1) === 0 ? Math.sqrt(value) : 0));

const meansOf = (z: Float64Array, { n, d }: { n: number; d: number }): Float64Array => {
  const means = new Float64Array(d);
  for (let i = 0; i < n * d; i++) means[i % d]! += z[i]! / n;
  return means;
};

const varianceOf = (z: Float64Array, j: number, { n, d }: { n: number; d: number }): number => {
  const mean = meansOf(z, { n, d })[j]!;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (z[i * d + j]! - mean) ** 2 / n;
  return sum;
};

/** Coefficients [d x (m + 1)] of ridge regression. Every tenth row judges the penalty. */
const bestFit = (
  z: Float64Array,
  features: NdArray<"float32">,
  sizes: { n: number; d: number; m: number },
): Float64Array => {
  const { n, d, m } = sizes;
  const isApart = (i: number): boolean => n >= 20 && i % 10 === 9;
  const shown = ridge(z, features, sizes, (i) => !isApart(i));
  const errorOf = (coefficients: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < n; i++)
      if (isApart(i))
        for (let j = 0; j < d; j++) {
          let error = z[i * d + j]! - coefficients[j * (m + 1)]!;
          for (let k = 0; k < m; k++) error -= coefficients[j * (m + 1) + 1 + k]! * features.data[i * m + k]!;
          sum += error ** 2;
        }
    return sum;
  };
  let best = { penalty: penalties[0]!, error: Number.POSITIVE_INFINITY };
  for (const penalty of penalties) {
    const error = errorOf(shown(penalty));
    if (error < best.error) best = { penalty, error };
  }
  return ridge(z, features, sizes, () => true)(best.penalty);
};

/** The solution for each penalty, from sums over the rows that count. */
const ridge = (
  z: Float64Array,
  features: NdArray<"float32">,
  { n, d, m }: { n: number; d: number; m: number },
  counts: (i: number) => boolean,
): ((penalty: number) => Float64Array) => {
  const w = m + 1;
  const gram = new Float64Array(w * w);
  const right = new Float64Array(d * w);
  const row = new Float64Array(w);
  row[0] = 1;
  let rows = 0;
  for (let i = 0; i < n; i++) {
    if (!counts(i)) continue;
    rows++;
    for (let k = 0; k < m; k++) row[1 + k] = features.data[i * m + k]!;
    for (let a = 0; a < w; a++) for (let b = 0; b <= a; b++) gram[a * w + b]! += row[a]! * row[b]!;
    for (let j = 0; j < d; j++) for (let a = 0; a < w; a++) right[j * w + a]! += z[i * d + j]! * row[a]!;
  }
  for (let a = 0; a < w; a++) for (let b = 0; b < a; b++) gram[b * w + a] = gram[a * w + b]!;
  return (penalty) => {
    const matrix = gram.slice();
    for (let a = 1; a < w; a++) matrix[a * w + a]! += penalty * rows;
    matrix[0]! += 1e-9 * rows;
    const { inverse } = cholesky(matrix, w)!;
    const solution = new Float64Array(d * w);
    const half = new Float64Array(w);
    for (let j = 0; j < d; j++) {
      for (let a = 0; a < w; a++) half[a] = triangularRow(inverse, right.subarray(j * w, (j + 1) * w), a);
      for (let a = 0; a < w; a++) for (let b = a; b < w; b++) solution[j * w + a]! += inverse[b * w + a]! * half[b]!;
    }
    return solution;
  };
};
