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

/** exp(-2 pi i k / n), k below n / 2. */
const rootsOf = (n: number) => ({
  cosine: Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
  sine: Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n)),
});

/** The transform of complex numbers in place (Cooley & Tukey 1965), radix 2. */
const complexFft = (n: number) => {
  const bits = Math.log2(n);
  const reversed = Uint32Array.from({ length: n }, (_, i) => {
    let r = 0;
    for (let b = 0; b < bits; b++) r |= ((i >> b) & 1) << (bits - 1 - b);
    return r;
  });
  const { cosine, sine } = rootsOf(n);
  return (re: Float64Array, im: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const x = re[i]!;
      const y = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = x;
      im[j] = y;
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let from = 0; from < n; from += 2 * half)
        for (let k = 0; k < half; k++) {
          const c = cosine[k * stride]!;
          const s = sine[k * stride]!;
          const a = from + k;
          const b = a + half;
          const x = re[b]! * c - im[b]! * s;
          const y = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
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
