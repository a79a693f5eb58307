/** What is known of a row in training: drawn so that the model learns every conditional distribution of its columns. */
import { type NdArray, zeros } from "@scorefield/tensor";
import { type Layout, layoutSize } from "../../network/layout.ts";
import { normalQuantile } from "../../numeric/normal-quantile.ts";
import { quickDraws } from "../../random/quick-draws.ts";
import { uniform } from "../../random/uniform.ts";
import { boundOffset, observedSize } from "./observed.ts";

/** Which draws are taken, and in how many rows something is known. */
export interface ObservedDraws {
  readonly seed: number;
  readonly step: number;
  /** Share of rows in which something is known, in [0, 1]. */
  readonly share: number;
}

/** Share of the other columns, whose value is not known, in which a range or some levels are. */
const partlyKnown = 0.15;
/** Thresholds of ranges are a little wider than numbers of unit scale. */
const thresholdDeviation = 1.3;

/** Thresholds cut the line into intervals. The one that a number lies in. */
const cell = (value: number, thresholds: readonly number[]): readonly [number, number] => {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const at of thresholds)
    if (at <= value) low = Math.max(low, at);
    else high = Math.min(high, at);
  return [low, high];
};

/** One threshold, or two. */
const thresholds = (draw: () => number): number[] =>
  Array.from({ length: draw() < 0.6 ? 1 : 2 }, () => thresholdDeviation * normalQuantile(draw() || 2 ** -33));

/** Splits levels at random into two parts. Excludes (1) the part that `level` is not in. */
const excludeOthers = (excluded: Float32Array, level: number, draw: () => number): void => {
  const share = draw();
  for (let j = 0; j < excluded.length; j++) excluded[j] = draw() < share ? 1 : 0;
  // The level's own part is never excluded: then the other one is.
  if (excluded[level] === 1) for (let j = 0; j < excluded.length; j++) excluded[j] = 1 - excluded[j]!;
};

/**
 * What is known of rows. With the probability `share` something is: then each column's value is with a probability that is
 * uniform for each row, and otherwise sometimes a range of a number or some levels of a category. Which set of values is
 * known depends on the value only through the part of a random partition that it lies in. So under what is known the value
 * has its distribution limited to the set, and the model learns just this.
 * @param x clean rows, [n, coordinates of the layout]
 * @returns [n, numbers of what is known]
 */
export const drawObserved = (
  layout: Layout,
  { data, shape: [n = 0] }: NdArray<"float32">,
  { seed, step, share }: ObservedDraws,
): NdArray<"float32"> => {
  const { columns, scale } = layout;
  const width = layoutSize(layout);
  const size = observedSize(layout);
  const observed = zeros([n, size]) as NdArray<"float32">;
  // The seed of each row is keyed, so that a row's draws do not depend on the other rows of its batch.
  const { data: seeds } = uniform([n, 2], { seed, step, purpose: "observed", dtype: "float64" });
  for (let i = 0; i < n; i++) {
    if (seeds[2 * i]! >= share) continue;
    const draw = quickDraws(seeds[2 * i + 1]! * 2 ** 32);
    const known = draw();
    let at = i * width;
    let to = i * size;
    for (const k of columns) {
      const isKnown = draw() < known;
      const isPartly = !isKnown && draw() < partlyKnown;
      if (k === 1) {
        const value = data[at]!;
        const [low, high] = isKnown ? [value, value] : isPartly ? cell(value, thresholds(draw)) : [-Infinity, Infinity];
        if (low > -Infinity) observed.data[to] = low + boundOffset;
        if (high < Infinity) observed.data[to + 1] = boundOffset - high;
      } else if (isKnown || isPartly) {
        let level = 0;
        while (level < k - 1 && data[at + level]! < scale / 2) level++;
        if (isKnown) observed.data.fill(1, to, to + k);
        else excludeOthers(observed.data.subarray(to, to + k), level, draw);
        observed.data[to + level] = 0;
      }
      at += k;
      to += k === 1 ? 2 : k;
    }
  }
  return observed;
};
