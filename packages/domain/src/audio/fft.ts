/** The discrete Fourier transform of real numbers, for lengths that are powers of two. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";

/** Both directions, of one length. */
export interface RealFft {
  readonly length: number;
  /**
   * X_k = sum over t of x_t exp(-2 pi i k t / n) for k = 0 to n/2. X_0 and X_{n/2} are real and share a place: `real[0]` is X_0,
   * `imaginary[0]` is X_{n/2}. So n numbers become n numbers.
   * @param signal n numbers @param real n/2 numbers, written @param imaginary the same
   */
  forward(signal: ArrayLike<number>, real: Float64Array, imaginary: Float64Array): void;
  /** The signal of such a transform, written to `signal`. */
  inverse(real: ArrayLike<number>, imaginary: ArrayLike<number>, signal: Float64Array): void;
}

/** Whole powers of two, from 4. */
export const isFftLength = (n: number): boolean => Number.isInteger(n) && n >= 4 && Number.isInteger(Math.log2(n));

/** The power of two nearest to a number, of logarithms, and at least 4: a length for a transform. */
export const nearestPowerOfTwo = (n: number): number => Math.max(4, 2 ** Math.round(Math.log2(n)));

/** exp(-2 pi i k / n), k below n / 2. */
const rootsOf = (n: number) => ({
  cosine: Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
  sine: Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n)),
});

/** The transform of complex numbers in place (Cooley & Tukey 1965), radix 2, of which the first two stages need no products. */
const complexFft = (n: number) => {
  const bits = Math.log2(n);
  const swaps: number[] = [];
  for (let i = 0; i < n; i++) {
    let r = 0;
    for (let b = 0; b < bits; b++) r |= ((i >> b) & 1) << (bits - 1 - b);
    if (i < r) swaps.push(i, r);
  }
  const pairs = Uint32Array.from(swaps);
  // Roots of each later stage beside each other, as they are read.
  const stages = Array.from({ length: Math.max(0, bits - 2) }, (_, i) => ({ half: 4 << i, ...rootsOf(8 << i) }));

  const firstStages = (re: Float64Array, im: Float64Array): void => {
    if (n === 2) {
      const [x, y] = [re[1]!, im[1]!];
      re[1] = re[0]! - x;
      im[1] = im[0]! - y;
      re[0]! += x;
      im[0]! += y;
      return;
    }
    for (let i = 0; i < n; i += 4) {
      const a = re[i]! + re[i + 1]!;
      const b = im[i]! + im[i + 1]!;
      const c = re[i]! - re[i + 1]!;
      const d = im[i]! - im[i + 1]!;
      const e = re[i + 2]! + re[i + 3]!;
      const f = im[i + 2]! + im[i + 3]!;
      const g = re[i + 2]! - re[i + 3]!;
      const h = im[i + 2]! - im[i + 3]!;
      re[i] = a + e;
      im[i] = b + f;
      re[i + 1] = c + h;
      im[i + 1] = d - g;
      re[i + 2] = a - e;
      im[i + 2] = b - f;
      re[i + 3] = c - h;
      im[i + 3] = d + g;
    }
  };

  return (re: Float64Array, im: Float64Array): void => {
    for (let p = 0; p < pairs.length; p += 2) {
      const i = pairs[p]!;
      const j = pairs[p + 1]!;
      const x = re[i]!;
      const y = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = x;
      im[j] = y;
    }
    firstStages(re, im);
    for (const { half, cosine, sine } of stages)
      for (let from = 0; from < n; from += 2 * half)
        for (let k = 0; k < half; k++) {
          const c = cosine[k]!;
          const s = sine[k]!;
          const a = from + k;
          const b = a + half;
          const x = re[b]! * c - im[b]! * s;
          const y = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
  };
};

/**
 * The transform of n real numbers by one of n/2 complex numbers: even places are real parts, odd ones imaginary.
 * @throws ArgumentError for a length that is no power of two, or below 4
 */
export const realFft = (n: number): RealFft => {
  if (!isFftLength(n)) throw new ArgumentError(`realFft: expected a power of two of at least 4, found ${n}`);
  const half = n / 2;
  const transform = complexFft(half);
  const { cosine, sine } = rootsOf(n);
  const [re, im] = [new Float64Array(half), new Float64Array(half)];
  return {
    length: n,
    forward(signal, real, imaginary) {
      for (let t = 0; t < half; t++) {
        re[t] = signal[2 * t]!;
        im[t] = signal[2 * t + 1]!;
      }
      transform(re, im);
      real[0] = re[0]! + im[0]!;
      imaginary[0] = re[0]! - im[0]!;
      for (let k = 1; k < half; k++) {
        const j = half - k;
        // Transforms of the even and of the odd places.
        const evenRe = (re[k]! + re[j]!) / 2;
        const evenIm = (im[k]! - im[j]!) / 2;
        const oddRe = (im[k]! + im[j]!) / 2;
        const oddIm = (re[j]! - re[k]!) / 2;
        real[k] = evenRe + cosine[k]! * oddRe - sine[k]! * oddIm;
        imaginary[k] = evenIm + cosine[k]! * oddIm + sine[k]! * oddRe;
      }
    },
    inverse(real, imaginary, signal) {
      re[0] = (real[0]! + imaginary[0]!) / 2;
      im[0] = -(real[0]! - imaginary[0]!) / 2;
      for (let k = 1; k < half; k++) {
        const j = half - k;
        const [evenRe, evenIm] = [(real[k]! + real[j]!) / 2, (imaginary[k]! - imaginary[j]!) / 2];
        const [x, y] = [(real[k]! - real[j]!) / 2, (imaginary[k]! + imaginary[j]!) / 2];
        const [oddRe, oddIm] = [cosine[k]! * x + sine[k]! * y, cosine[k]! * y - sine[k]! * x];
        // The conjugate, so that the forward transform is the inverse one.
        re[k] = evenRe - oddIm;
        im[k] = -(evenIm + oddRe);
      }
      transform(re, im);
      for (let t = 0; t < half; t++) {
        signal[2 * t] = re[t]! / half;
        signal[2 * t + 1] = -im[t]! / half;
      }
    },
  };
};
