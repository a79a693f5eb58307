/** Peak signal-to-noise ratio. */
import type { NdArray } from "@scorefield/tensor";
import { checkPair, rangeWidth, type ValueRange } from "./image-pair.ts";

/**
 * 10 log10(width of the range^2 / mean squared error), in dB. 20 dB is an error of a tenth of the range, 40 dB of a hundredth.
 * @param restored any shape
 * @param truth the same shape
 * @param range what values can be, such as [-1, 1]
 * @returns dB; Infinity where both are equal
 * @throws ArgumentError | ShapeError for arrays of different shapes and for a bad range
 */
export const psnr = (restored: NdArray, truth: NdArray, range: ValueRange): number => {
  const width = rangeWidth("psnr", range);
  checkPair("psnr", restored, truth);
  let square = 0;
  for (let i = 0; i < truth.data.length; i++) square += (Number(restored.data[i]) - Number(truth.data[i])) ** 2;
  return 10 * Math.log10((width * width * truth.data.length) / square);
};
