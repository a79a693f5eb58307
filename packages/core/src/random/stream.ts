/** Where random numbers come from: (seed, step, purpose) choose a key, (sample, block) the counter under it. */
import { type DataType, type NdArray, type Shape, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import { type Key, threefry2x32, threefryWords } from "./threefry.ts";

// Values are part of every recorded run: add new ones at the end, never renumber.
const tags = {
  general: 0,
  data: 1,
  order: 2,
  augmentation: 3,
  "noise-level": 4,
  noise: 5,
  prior: 6,
  sampler: 7,
  initialisation: 8,
  dropout: 9,
  condition: 10,
  probe: 11,
  projection: 12,
  measurement: 13,
  "held-out": 14,
  resampling: 15,
  observed: 16,
} as const;

/** What random numbers are for. Draws for different purposes are never the same numbers, for any seed and step. */
export type Purpose = keyof typeof tags;

/** Every purpose. */
export const purposes = Object.keys(tags) as readonly Purpose[];

/**
 * Which numbers to draw. Equal options give equal numbers, on any machine and in any batch. Draws of different kinds
 * (normal and uniform, float32 and float64) under equal options are not independent: give them purposes or steps.
 */
export interface DrawOptions {
  /** An integer in [0, 2^53). */
  readonly seed: number;
  /** Training step, sampler step or epoch: an integer in [0, 2^32), default 0. */
  readonly step?: number;
  /** Index of the first sample (row of axis 0), an integer in [0, 2^32), default 0: row i is sample `firstSample + i`. */
  readonly firstSample?: number;
  /** Default "general". */
  readonly purpose?: Purpose;
}

const integerIn = (name: string, value: number, limit: number): number => {
  if (!Number.isInteger(value) || value < 0 || value >= limit)
    throw new ArgumentError(`${name}: expected an integer in [0, 2^${Math.log2(limit)}), found ${value}`);
  return value;
};

/**
 * The key of a stream: Threefry of (step, purpose) under the seed. A bijection, so under one seed no two
 * (step, purpose) pairs share a key.
 * @throws ArgumentError when seed, step or purpose is out of range
 */
export const streamKey = (options: DrawOptions): Key => {
  if (typeof options !== "object" || options === null)
    throw new ArgumentError(`random draw: expected options such as { seed: 0 }, found ${showValue(options)}`);
  const { seed, step = 0, purpose = "general" } = options;
  const tag = tags[purpose];
  if (tag === undefined)
    throw new ArgumentError(`purpose: expected one of ${purposes.join(", ")}; found ${String(purpose)}`);
  integerIn("seed", seed, 2 ** 53);
  integerIn("step", step, 2 ** 32);
  return threefry2x32([seed >>> 0, Math.floor(seed / 2 ** 32)], step, tag);
};

/**
 * The array a draw fills.
 * @throws ShapeError when the shape is not made of non-negative integers
 */
export const blank = <D extends DataType>(shape: Shape, dtype: D): NdArray<D> => {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0))
    throw new ShapeError(`random draw: expected a shape of non-negative integers, found [${shape}]`);
  return zeros(shape, dtype);
};

// 16 kB of words: with the quantile table and the output they stay in the first-level cache.
const chunk = 4096;

/**
 * Draws `wordsPerElement` random words for every element of `shape` and hands them on in chunks of whole elements.
 * @param convert turns the first `count` words into the elements from `offset` on
 * @throws ArgumentError when an option is out of range
 */
export const drawWords = (
  shape: Shape,
  options: DrawOptions,
  wordsPerElement: 1 | 2,
  convert: (words: Int32Array, count: number, offset: number) => void,
): void => {
  const key = streamKey(options);
  const samples = shape[0] ?? 1;
  const wordsPerSample = sizeOf(shape.slice(1)) * wordsPerElement;
  const firstSample = integerIn("firstSample", options.firstSample ?? 0, 2 ** 32);
  if (firstSample + samples > 2 ** 32)
    throw new ArgumentError(`firstSample: expected all samples below 2^32, found ${firstSample} + ${samples}`);
  const blocks = samples * Math.ceil(wordsPerSample / 2);
  const words = new Int32Array(Math.min(chunk, 2 * blocks));
  for (let from = 0, offset = 0; from < blocks; from += chunk / 2) {
    const to = Math.min(from + chunk / 2, blocks);
    const count = threefryWords(words, key, wordsPerSample, firstSample, from, to);
    convert(words, count, offset);
    offset += count / wordsPerElement;
  }
};
