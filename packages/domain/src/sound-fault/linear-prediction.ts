/** Sounds as autoregressive processes: coefficients, and gaps that are filled by them. No Node module is used here. */
import type { Gap } from "./gaps.ts";
import { inverseDiagonal, solveToeplitz } from "./toeplitz.ts";

/** An autoregressive process. */
export interface Predictor {
  /** 1, a_1, ..., a_p: the sum of a_i x_{t-i} is the innovation. */
  readonly coefficients: Float64Array;
  /** Variance of the innovation. */
  readonly variance: number;
}

// Autocorrelations of a window that fades at its ends: without this the ends, where numbers stop, are taken for part of the sound.
const hann = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, t) => Math.sin((Math.PI * (t + 1)) / (n + 1)) ** 2);

const windows = new Map<number, Float64Array>();
const fading = (n: number): Float64Array => {
  const known = windows.get(n);
  if (known) return known;
  const made = hann(n);
  windows.set(n, made);
  return made;
};

/** Share of the power that is added as white noise, so that equations have a solution. */
const whiteShare = 1e-6;

/** The predictor of an order, by autocorrelations of the sound under a Hann window. @param order below the length */
export const predictorOf = (sound: Float64Array, order: number): Predictor => {
  const weights = fading(sound.length);
  const faded = sound.map((value, t) => value * weights[t]!);
  const correlations = new Float64Array(order + 1);
  for (let lag = 0; lag <= order; lag++) {
    let sum = 0;
    for (let t = lag; t < faded.length; t++) sum += faded[t]! * faded[t - lag]!;
    correlations[lag] = sum;
  }
  correlations[0] = correlations[0]! * (1 + whiteShare) + 1e-12;
  const found = solveToeplitz(
    correlations.subarray(0, order),
    correlations.subarray(1).map((value) => -value),
  );
  const coefficients = Float64Array.from([1, ...found]);
  const energy = coefficients.reduce((sum, value, i) => sum + value * correlations[i]!, 0);
  const weight = weights.reduce((sum, value) => sum + value ** 2, 0);
  return { coefficients, variance: Math.max(energy, 1e-12) / weight };
};

/** c_l = sum over k of a_k a_{k+l}: the quadratic form of prediction errors. @returns l = 0 to p */
const errorForm = (a: Float64Array): Float64Array =>
  Float64Array.from(a, (_, lag) => {
    let sum = 0;
    for (let k = 0; k + lag < a.length; k++) sum += a[k]! * a[k + lag]!;
    return sum;
  });

/** The first column of the matrix of that form for numbers beside each other. */
const formColumn = (form: Float64Array, size: number): Float64Array => {
  const column = new Float64Array(size);
  column.set(form.subarray(0, size));
  column[0]! *= 1 + 1e-9;
  return column;
};

/** The numbers of a gap that make prediction errors least, given all others. Written to `x`. */
const fillBy = (x: Float64Array, form: Float64Array, [from, to]: Gap): void => {
  const order = form.length - 1;
  x.fill(0, from, to);
  const right = new Float64Array(to - from);
  for (let t = from; t < to; t++) {
    let sum = 0;
    const last = Math.min(x.length - 1, t + order);
    for (let other = Math.max(0, t - order); other <= last; other++) sum += form[Math.abs(other - t)]! * x[other]!;
    right[t - from] = -sum;
  }
  x.set(solveToeplitz(formColumn(form, to - from), right), from);
};

/** How gaps are filled. */
export interface FillOptions {
  /** Orders of the predictors, whose results are averaged. */
  readonly orders: readonly number[];
  /** How often predictors and numbers are found in turn; default 3. */
  readonly rounds?: number | undefined;
}

/**
 * A sound whose gaps are filled by autoregressive processes: numbers and predictors in turn (Janssen, Veldhuis & Vries 1986), with
 * autocorrelations under a Hann window, averaged over some orders.
 * @param sound what is in its gaps is not looked at
 */
export const fillGaps = (
  sound: ArrayLike<number>,
  gaps: readonly Gap[],
  { orders, rounds = 3 }: FillOptions,
): Float64Array => {
  const filled = new Float64Array(sound.length);
  for (const order of orders) {
    const x = Float64Array.from(sound);
    for (const [from, to] of gaps) x.fill(0, from, to);
    for (let round = 0; round < rounds; round++) {
      const form = errorForm(predictorOf(x, Math.min(order, x.length - 1)).coefficients);
      for (const gap of gaps) fillBy(x, form, gap);
    }
    for (let t = 0; t < x.length; t++) filled[t]! += x[t]! / orders.length;
  }
  return filled;
};

/**
 * The deviation that the autoregressive process of a filled sound gives to each number of a gap, given all others: small at its
 * ends, and where the sound is easy to predict.
 * @returns one for each number of the gap
 */
export const gapDeviations = (filled: Float64Array, [from, to]: Gap, order: number): Float64Array => {
  const { coefficients, variance } = predictorOf(filled, Math.min(order, filled.length - 1));
  const diagonal = inverseDiagonal(formColumn(errorForm(coefficients), to - from));
  return diagonal.map((value) => Math.sqrt(Math.max(0, value) * variance));
};
