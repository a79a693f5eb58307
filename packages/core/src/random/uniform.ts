/** Uniform, integer and sign draws; sample by sample reproducible like {@link normal}. */
import type { FloatType, NdArray, Shape } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { blank, type DrawOptions, drawWords } from "./stream.ts";

/** Two words into a multiple of 2^-53 in [0, 1). */
const unit = (words: Int32Array, i: number): number => ((words[i]! >>> 0) * 2 ** 21 + (words[i + 1]! >>> 11)) / 2 ** 53;

/**
 * Independent draws, uniform on [low, high): multiples of 2^-24 (float32) or 2^-53 (float64) of the interval.
 * Rounding to float32 may return `high` itself where the interval is not [0, 1).
 * @param options which numbers; `low` (default 0) and `high` (default 1); `dtype`, "float32" (default) or "float64"
 * @throws ArgumentError unless low < high, both finite, or for other options out of range; ShapeError for a bad shape
 */
export const uniform = <D extends FloatType = "float32">(
  shape: Shape,
  options: DrawOptions & { readonly low?: number; readonly high?: number; readonly dtype?: D },
): NdArray<D> => {
  const { low = 0, high = 1 } = options ?? {};
  if (!(low < high && Number.isFinite(high - low)))
    throw new ArgumentError(`uniform: expected finite low < high, found low ${low}, high ${high}`);
  const array = blank(shape, options?.dtype ?? ("float32" as D));
  const { data } = array as NdArray<FloatType>;
  const range = high - low;
  if (data instanceof Float32Array)
    drawWords(shape, options, 1, (words, count, offset) => {
      for (let i = 0; i < count; i++) data[offset + i] = low + (range * (words[i]! >>> 8)) / 2 ** 24;
    });
  else
    drawWords(shape, options, 2, (words, count, offset) => {
      for (let i = 0; i < count; i += 2) data[offset + i / 2] = low + range * unit(words, i);
    });
  return array;
};

/**
 * Independent integers in [low, high), each equally likely to within 2^-21 of its probability.
 * @param options which numbers; `low` (default 0) and `high`, both int32
 * @throws ArgumentError unless low < high, both int32, or for other options out of range; ShapeError for a bad shape
 */
export const integers = (
  shape: Shape,
  options: DrawOptions & { readonly low?: number; readonly high: number },
): NdArray<"int32"> => {
  const { low = 0, high } = options ?? {};
  if (low !== (low | 0) || high !== (high | 0) || low >= high)
    throw new ArgumentError(`integers: expected int32 low < high, found low ${low}, high ${high}`);
  const array = blank(shape, "int32");
  drawWords(shape, options, 2, (words, count, offset) => {
    for (let i = 0; i < count; i += 2) array.data[offset + i / 2] = low + Math.floor((high - low) * unit(words, i));
  });
  return array;
};

/**
 * Independent float32 signs, -1 or 1 with equal probability: the probe vectors of Hutchinson's trace estimator
 * (Hutchinson 1990).
 * @throws ShapeError for a bad shape; ArgumentError for options out of range
 */
export const rademacher = (shape: Shape, options: DrawOptions): NdArray<"float32"> => {
  const array = blank(shape, "float32");
  drawWords(shape, options, 1, (words, count, offset) => {
    for (let i = 0; i < count; i++) array.data[offset + i] = 1 | (words[i]! >> 31);
  });
  return array;
};
