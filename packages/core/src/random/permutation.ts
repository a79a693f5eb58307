/** Shuffled epochs. */
import { type NdArray, ndarray } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { type DrawOptions, drawWords } from "./stream.ts";

/**
 * A random order of 0 ... count - 1, every order equally likely (Fisher & Yates 1938; Durstenfeld 1964).
 * An epoch of training visits row `permutation(count, { seed, step: epoch }).data[position]`. A resumed run draws the
 * same order again. It takes about 20 ms for a million rows.
 * @param options which order; purpose defaults to "order", `firstSample` is not used
 * @throws ArgumentError when count is not an integer in [0, 2^31) or an option is out of range
 */
export const permutation = (count: number, options: Omit<DrawOptions, "firstSample">): NdArray<"int32"> => {
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** 31)
    throw new ArgumentError(`permutation: expected a count in [0, 2^31), found ${count}`);
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  // One sample of `count` elements, so that two words belong to each exchange.
  drawWords([1, count], { purpose: "order", ...options, firstSample: 0 }, 2, (words, length, offset) => {
    for (let i = 0; i < length; i += 2) {
      const last = count - 1 - (offset + i / 2);
      const unit = ((words[i]! >>> 0) * 2 ** 21 + (words[i + 1]! >>> 11)) / 2 ** 53;
      const other = Math.floor(unit * (last + 1));
      const kept = order[last]!;
      order[last] = order[other]!;
      order[other] = kept;
    }
  });
  return ndarray(order);
};
