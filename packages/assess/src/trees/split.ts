/** The best split of a node, by the gain of a Newton step on both sides (Chen & Guestrin 2016, equation 7). */
import type { Binned, BinnedColumn } from "./bins.ts";
import { perBin, type Sums } from "./histogram.ts";

/** What a split must keep, and what it costs. */
export interface SplitRules {
  /** Rows of a leaf, at least. */
  readonly smallestLeaf: number;
  /** Curvature of a leaf, at least. */
  readonly leastCurvature: number;
  /** Added to the curvature of a leaf: pulls values of leaves to 0. */
  readonly l2: number;
  /** Gain of a split, at least. */
  readonly leastGain: number;
  /** A category of at most this many levels is split into one level and all others. */
  readonly oneLevel: number;
}

/** A split of a node. */
export interface Split {
  readonly gain: number;
  readonly column: number;
  /** Of numbers: the last bin that goes left. */
  readonly bin: number;
  /** Of a category: whether each of its bins goes left. */
  readonly left?: Uint8Array;
  /** Whether a missing cell goes left. */
  readonly missingLeft: boolean;
  readonly sums: Sums;
}

/** Rounding alone gains this much. */
const noGain = 1e-9;
/** Added to the curvature of a level when levels are sorted: a rare level is not an extreme one (as LightGBM's `cat_smooth`). */
const smoothing = 10;

/** Finds splits. Made once for a table, as it keeps room for its work. */
export const splitFinder = ({ columns: table, starts }: Binned, rules: SplitRules) => {
  const { smallestLeaf, leastCurvature, l2, leastGain, oneLevel } = rules;
  const order = Array.from({ length: 256 }, () => 0);
  const rate = new Float64Array(256);
  let [allGradient, allCurvature, allCount, whole] = [0, 0, 0, 0];
  // The best split up to now.
  let [gain, column, splitPlace, missingLeft, kind] = [0, -1, 0, false, 0];
  let [leftGradient, leftCurvature, leftCount] = [0, 0, 0];
  let sorted: number[] = [];

  /** Whether a left side of these sums is the best so far. */
  const better = (g: number, h: number, count: number): boolean => {
    if (count < smallestLeaf || allCount - count < smallestLeaf) return false;
    const rest = allCurvature - h;
    if (h < leastCurvature || rest < leastCurvature) return false;
    const over = allGradient - g;
    const found = (g * g) / (h + l2) + (over * over) / (rest + l2) - whole;
    if (!(found > gain)) return false;
    gain = found;
    [leftGradient, leftCurvature, leftCount] = [g, h, count];
    return true;
  };

  /** The same as `better` after each bin, in variables of its own: this loop takes most of the time of small tables. */
  const ofNumbers = (histogram: Float64Array, j: number, { bins, missing }: BinnedColumn): void => {
    const start = starts[j]! * perBin;
    const lost = start + bins * perBin;
    const lostCount = missing ? histogram[lost + 2]! : 0;
    const lostGradient = lostCount > 0 ? histogram[lost]! : 0;
    const lostCurvature = lostCount > 0 ? histogram[lost + 1]! : 0;
    const total = allGradient;
    const most = allCurvature - leastCurvature;
    const last = allCount - smallestLeaf;
    const curved = allCurvature + 2 * l2;
    let [best, place, side] = [gain + whole, -1, 0];
    let [bestGradient, bestCurvature, bestCount] = [0, 0, 0];
    // Missing cells right, then left.
    for (let way = 0; way < (lostCount > 0 ? 2 : 1); way++) {
      let g = way === 0 ? 0 : lostGradient;
      let h = way === 0 ? 0 : lostCurvature;
      let count = way === 0 ? 0 : lostCount;
      for (let bin = 0; bin < bins; bin++) {
        const at = start + bin * perBin;
        const rows = histogram[at + 2]!;
        if (rows === 0) continue;
        g += histogram[at]!;
        h += histogram[at + 1]!;
        count += rows;
        if (count < smallestLeaf || h < leastCurvature) continue;
        if (count > last || h > most) break;
        const over = total - g;
        const left = h + l2;
        const found = (g * g) / left + (over * over) / (curved - left);
        if (found > best) {
          best = found;
          place = bin;
          side = way;
          bestGradient = g;
          bestCurvature = h;
          bestCount = count;
        }
      }
    }
    if (place < 0) return;
    [gain, column, kind, missingLeft] = [best - whole, j, 0, side === 1];
    splitPlace = place;
    [leftGradient, leftCurvature, leftCount] = [bestGradient, bestCurvature, bestCount];
  };

  /** Missing cells are a level like others. */
  const ofLevels = (histogram: Float64Array, j: number, { bins, missing }: BinnedColumn): void => {
    const start = starts[j]! * perBin;
    let there = 0;
    for (let bin = 0; bin < bins + (missing ? 1 : 0); bin++)
      if (histogram[start + bin * perBin + 2]! > 0) order[there++] = bin;
    if (there < 2) return;
    if (there <= oneLevel) {
      for (let k = 0; k < there; k++) {
        const at = start + order[k]! * perBin;
        if (better(histogram[at]!, histogram[at + 1]!, histogram[at + 2]!))
          [column, splitPlace, kind] = [j, order[k]!, 1];
      }
      return;
    }
    // In order of their own Newton steps, the best of all partitions is one of the first against the others (Fisher 1958).
    const levels = order.slice(0, there);
    for (const bin of levels)
      rate[bin] = histogram[start + bin * perBin]! / (histogram[start + bin * perBin + 1]! + smoothing);
    levels.sort((a, b) => rate[a]! - rate[b]! || a - b);
    let [g, h, count] = [0, 0, 0];
    for (let k = 0; k < there - 1; k++) {
      const at = start + levels[k]! * perBin;
      g += histogram[at]!;
      h += histogram[at + 1]!;
      count += histogram[at + 2]!;
      if (better(g, h, count)) {
        [column, splitPlace, kind] = [j, k, 2];
        sorted = levels;
      }
    }
  };

  /** Of the best split: bins that go left. Levels that the node does not hold go where missing cells go. */
  const sidesOf = (histogram: Float64Array): { readonly left: Uint8Array; readonly missingLeft: boolean } => {
    const { bins, missing } = table[column]!;
    const start = starts[column]! * perBin;
    const left = new Uint8Array(bins + 1);
    if (kind === 1) left[splitPlace] = 1;
    else for (let k = 0; k <= splitPlace; k++) left[sorted[k]!] = 1;
    const held = (bin: number): boolean => histogram[start + bin * perBin + 2]! > 0;
    const missingLeft = missing && held(bins) ? left[bins] === 1 : leftCount > allCount - leftCount;
    for (let bin = 0; bin < bins; bin++) if (!held(bin)) left[bin] = missingLeft ? 1 : 0;
    left[bins] = missingLeft ? 1 : 0;
    return { left, missingLeft };
  };

  /** @param columns that may be split */
  return (histogram: Float64Array, columns: Int32Array, sums: Sums): Split | undefined => {
    [allGradient, allCurvature, allCount] = [sums.gradient, sums.curvature, sums.count];
    whole = (allGradient * allGradient) / (allCurvature + l2);
    [gain, column] = [Math.max(noGain, leastGain), -1];
    for (let c = 0; c < columns.length; c++) {
      const j = columns[c]!;
      if (table[j]!.edges) ofNumbers(histogram, j, table[j]!);
      else ofLevels(histogram, j, table[j]!);
    }
    if (column < 0) return undefined;
    const found = { gain, column, sums: { gradient: leftGradient, curvature: leftCurvature, count: leftCount } };
    if (kind > 0) return { ...found, bin: 0, ...sidesOf(histogram) };
    const { bins, missing } = table[column]!;
    const held = missing && histogram[(starts[column]! + bins) * perBin + 2]! > 0;
    // Where the node holds no missing cell, one would go with most rows.
    return { ...found, bin: splitPlace, missingLeft: held ? missingLeft : leftCount > allCount - leftCount };
  };
};
