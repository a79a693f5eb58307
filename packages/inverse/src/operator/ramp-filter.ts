/** The filter of filtered back-projection. */
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Windows of the ramp: none, or Hann's, which is 0 at the highest frequency. */
export type RampWindow = "ramp" | "hann";

/**
 * The ramp |f| up to half the sampling frequency, at whole distances: 1/4, 0 at even distances, -1 / (pi n)^2 at odd ones (Kak &
 * Slaney 1988, equation 3.61, with a spacing of 1).
 */
const ramp = (n: number): number => (n === 0 ? 0.25 : n % 2 === 0 ? 0 : -1 / (Math.PI * n) ** 2);

/** Hann's window 1/2 + 1/2 cos(2 pi f) mixes each value with those beside it. */
const kernels: Record<RampWindow, (n: number) => number> = {
  ramp,
  hann: (n) => ramp(n) / 2 + (ramp(n - 1) + ramp(n + 1)) / 4,
};

/**
 * Filtering of a view as a matrix, by which rows of values are multiplied from the right: a convolution without wrapping.
 * @param spacing distance of two detectors: values become per length
 * @returns [detectors, detectors], float64
 */
export const rampMatrix = (detectors: number, spacing: number, window: RampWindow): NdArray<"float64"> => {
  const kernel = Float64Array.from({ length: detectors }, (_, n) => kernels[window](n) / spacing);
  const matrix = new Float64Array(detectors * detectors);
  for (let i = 0; i < detectors; i++)
    for (let j = 0; j < detectors; j++) matrix[i * detectors + j] = kernel[Math.abs(i - j)]!;
  return ndarray(matrix, [detectors, detectors]);
};
