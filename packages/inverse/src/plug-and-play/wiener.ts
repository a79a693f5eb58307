/** Wiener's filter: the best linear estimate of a stationary image that a circular convolution blurs. */
import { ArgumentError } from "@scorefield/core";
import { checkFloats, checkOptions, checkPositive, type Known } from "@scorefield/core/internal";
import {
  constant,
  dft,
  inverseDft,
  type NdArray,
  ndarray,
  type Shape,
  sizeOf,
  stack,
  type Tensor,
} from "@scorefield/tensor";
import { imaginaryPart, realPart, toPairs } from "../operator/complex-pairs.ts";
import { hostTransform } from "../operator/fourier-basis.ts";
import { checkSamples, isLinear, type LinearOperator } from "../operator/operator.ts";
import { constantLike } from "../solve/constant-like.ts";

/** Settings of {@link wienerFilter}. */
export interface WienerOptions {
  /** Deviation of the white noise in y. */
  readonly sigma: number;
  /** Variance of the image at each frequency of the unitary Fourier transform, [rows, columns]; see {@link powerSpectrum}. */
  readonly spectrum: NdArray;
  /** Mean of the image, in every pixel. Default 0. */
  readonly mean?: number;
}

const options = { sigma: true, spectrum: true, mean: true } satisfies Known<WienerOptions>;

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/**
 * x = m + F* [ conj(H) S / (|H|^2 S + sigma^2) F (y - A m) ], with H the transfer function of A, S the spectrum and F the unitary
 * Fourier transform over the last two axes (Wiener 1949; Gonzalez & Woods 2018, equation 5.8-6). For a Gaussian image with this mean
 * and spectrum it is the posterior mean.
 * @param operator a circular convolution that is the same for all channels, such as blur with circular edges. H is what it makes of an
 *   impulse
 * @returns a function of y [n, ..., rows, columns] for traced functions; it gives the shape of y
 * @throws ArgumentError for an operator that changes the shape, a spectrum of another size or with negative numbers, a sigma that is
 *   not positive; ShapeError, when it is called, for y of another shape
 */
export const wienerFilter = (operator: LinearOperator, given: WienerOptions): ((y: Tensor) => Tensor) => {
  checkOptions("wienerFilter", given, options);
  const { sigma, spectrum, mean = 0 } = given;
  checkPositive("wienerFilter sigma", sigma);
  checkFloats("wienerFilter spectrum", spectrum);
  const { input, output } = operator;
  if (!isLinear(operator) || input.length < 2 || !sameShape(input, output))
    throw new ArgumentError(
      `wienerFilter operator: expected a circular convolution of images, found one from [${input}] to [${output}]`,
    );
  const size = input.slice(-2);
  if (!sameShape(spectrum.shape, size))
    throw new ArgumentError(`wienerFilter spectrum: expected [${size}], found [${spectrum.shape}]`);
  if (!(spectrum.data as Float64Array).every((value) => value >= 0 && Number.isFinite(value)))
    throw new ArgumentError("wienerFilter spectrum: expected numbers of at least 0, found others");
  const impulses = new Float64Array(sizeOf(input));
  for (let at = 0; at < impulses.length; at += size[0]! * size[1]!) impulses[at] = 1;
  const impulse = ndarray(impulses, [1, ...input]);
  return (y) => {
    checkSamples("wienerFilter", y, input);
    const [h, s] = [dft(toPairs(operator.apply(constantLike(impulse, y))), [-2, -1]), constantLike(spectrum, y)];
    const [re, im] = [realPart(h), imaginaryPart(h)];
    const gain = s.divide(
      re
        .square()
        .add(im.square())
        .multiply(s)
        .add(sigma ** 2),
    );
    const average = constant(mean, y.dtype).broadcastTo([1, ...input]);
    const seen = dft(toPairs(y.subtract(operator.apply(average))), [-2, -1]);
    const [a, b] = [realPart(seen), imaginaryPart(seen)];
    // conj(H) times what is seen.
    const back = stack([re.multiply(a).add(im.multiply(b)), re.multiply(b).subtract(im.multiply(a))], -1);
    const filtered = back.multiply(gain.reshape([...gain.shape, 1]));
    return realPart(inverseDft(filtered, [-2, -1])).add(mean);
  };
};

/**
 * The variance of images at each frequency of the unitary Fourier transform, averaged over images, and over frequencies at the same
 * distance from 0 (rounded to whole cycles along the longer side), as few images leave each frequency uncertain.
 * @param images [n, ..., rows, columns]; all axes but the last two count as images
 * @param mean taken off every pixel first. Default the mean of all pixels
 * @throws ArgumentError for less than two axes
 */
export const powerSpectrum = (
  images: NdArray,
  mean?: number,
): { readonly spectrum: NdArray<"float64">; readonly mean: number } => {
  checkFloats("powerSpectrum images", images);
  const [rows, columns] = images.shape.slice(-2) as [number, number];
  if (images.shape.length < 2)
    throw new ArgumentError(`powerSpectrum images: expected [n, ..., rows, columns], found [${images.shape}]`);
  const data = images.data as Float64Array;
  const pixels = rows * columns;
  const middle = mean ?? data.reduce((sum, value) => sum + value, 0) / data.length;
  const power = new Float64Array(pixels);
  const count = data.length / pixels;
  for (let k = 0; k < count; k++) {
    const centred = Float64Array.from(data.subarray(k * pixels, (k + 1) * pixels), (value) => value - middle);
    const { re, im } = hostTransform(ndarray(centred, [rows, columns]));
    for (let at = 0; at < pixels; at++) power[at]! += (re[at]! ** 2 + im[at]! ** 2) / (count * pixels);
  }
  const longer = Math.max(rows, columns);
  const fold = (i: number, n: number): number => (Math.min(i, n - i) / n) * longer;
  const ring = (at: number): number =>
    Math.round(Math.hypot(fold(Math.floor(at / columns), rows), fold(at % columns, columns)));
  const [sums, counts] = [new Map<number, number>(), new Map<number, number>()];
  for (let at = 0; at < pixels; at++) {
    sums.set(ring(at), (sums.get(ring(at)) ?? 0) + power[at]!);
    counts.set(ring(at), (counts.get(ring(at)) ?? 0) + 1);
  }
  const spectrum = power.map((_, at) => sums.get(ring(at))! / counts.get(ring(at))!);
  return { spectrum: ndarray(spectrum, [rows, columns]), mean: middle };
};
