/** What is known of a row in training: drawn so that the model learns every conditional distribution of its columns. */
import { type NdArray, zeros } from "@scorefield/tensor";
import { type Layout, layoutSize } from "../../network/layout.ts";
import { normalQuantile } from "../../numeric/normal-quantile.ts";
import { uniform } from "../../random/uniform.ts";
import { boundOffset, observedSize } from "./observed.ts";

/** Which draws, and of how many rows something is known. */
export interface ObservedDraws {
  readonly seed: number;
  readonly step: number;
  /** Share of rows of which something is known, in [0, 1]. */
  readonly share: number;
}

/** Of the columns that are not known, the share of which a range or some levels are. */
const partlyKnown = 0.15;
/** Thresholds of ranges are a little wider than numbers of unit scale. */
const thresholdDeviation = 1.3;

// A row: whether something is known, and the share of its columns that are.
const drawsPerRow = 2;
// A number: known, partly, and three for thresholds. A category: known, partly, size of the set, and one for each level.
const drawsFor = (size: number): number => (size === 1 ? 5 : 3 + size);

/** The interval, of those that thresholds cut the line into, that a number lies in. */
const cell = (value: number, thresholds: readonly number[]): readonly [number, number] => {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const at of thresholds)
    if (at <= value) low = Math.max(low, at);
    else high = Math.min(high, at);
  return [low, high];
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
  const perRow = columns.reduce((sum, k) => sum + drawsFor(k), drawsPerRow);
  const { data: u } = uniform([n, perRow], { seed, step, purpose: "observed" });
  for (let i = 0; i < n; i++) {
    let draw = i * perRow;
    if (u[draw++]! >= share) continue;
    const known = u[draw++]!;
    let at = i * width;
    let to = i * size;
    for (const k of columns) {
      const isKnown = u[draw]! < known;
      const isPartly = !isKnown && u[draw + 1]! < partlyKnown;
      if (k === 1) {
        const value = data[at]!;
        const thresholds = (count: number): number[] =>
          Array.from({ length: count }, (_, c) => thresholdDeviation * normalQuantile(u[draw + 3 + c]! || 2 ** -25));
        const [low, high] = isKnown
          ? [value, value]
          : isPartly
            ? cell(value, thresholds(u[draw + 2]! < 0.6 ? 1 : 2))
            : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        if (low > Number.NEGATIVE_INFINITY) observed.data[to] = low + boundOffset;
        if (high < Number.POSITIVE_INFINITY) observed.data[to + 1] = boundOffset - high;
      } else if (isKnown || isPartly) {
        let level = 0;
        while (level < k - 1 && data[at + level]! < scale / 2) level++;
        // The part of a random two-part partition that holds the level.
        const inside = (j: number): boolean => u[draw + 3 + j]! < u[draw + 2]!;
        for (let j = 0; j < k; j++) if (isKnown ? j !== level : inside(j) !== inside(level)) observed.data[to + j] = 1;
      }
      draw += drawsFor(k);
      at += k;
      to += k === 1 ? 2 : k;
    }
  }
  return observed;
};
