/**
 * Extremely randomised trees for numbers (Geurts, Ernst & Wehenkel 2006): a node looks at some columns, draws one threshold
 * for each, and takes the best. They need neither sorting nor bins, so that very many can be grown on a few hundred rows.
 */
import type { Rows } from "@scorefield/core/internal";

/** How trees grow. */
export interface ExtraTreesSettings {
  readonly trees: number;
  /** Columns that a node looks at. */
  readonly columnsPerSplit: number;
  /** Rows of a node that is split, at least. */
  readonly smallestSplit: number;
  /** Uniform draws in [0, 1), as many as are asked for. */
  readonly draw: () => number;
}

/**
 * How much the splits of each column lower the squared error, as a share of the target's variance, averaged over trees.
 * @param target [n], and how much each row counts is equal
 * @returns [d], with a sum of at most 1
 */
export const extraTreeImportances = (
  { n, d, data }: Rows,
  target: Float64Array,
  { trees, columnsPerSplit, smallestSplit, draw }: ExtraTreesSettings,
): Float64Array => {
  const importances = new Float64Array(d);
  const order = new Int32Array(n);
  const columns = Int32Array.from({ length: d }, (_, j) => j);
  const grow = (begin: number, end: number, sum: number): void => {
    const count = end - begin;
    if (count < smallestSplit) return;
    let [bestGain, bestColumn, bestThreshold, bestSum] = [0, -1, 0, 0];
    let looked = 0;
    // Columns that do not vary here do not count as looked at.
    for (let from = 0; from < d && looked < columnsPerSplit; from++) {
      const other = from + Math.floor(draw() * (d - from));
      const column = columns[other]!;
      columns[other] = columns[from]!;
      columns[from] = column;
      let [least, most] = [Infinity, -Infinity];
      for (let k = begin; k < end; k++) {
        const value = data[order[k]! * d + column]!;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (!(most > least)) continue;
      looked++;
      const threshold = least + (most - least) * draw();
      let [left, leftSum] = [0, 0];
      for (let k = begin; k < end; k++) {
        const row = order[k]!;
        if (data[row * d + column]! <= threshold) {
          left++;
          leftSum += target[row]!;
        }
      }
      if (left === count) continue;
      const gain =
        (leftSum * leftSum) / left + ((sum - leftSum) * (sum - leftSum)) / (count - left) - (sum * sum) / count;
      if (gain > bestGain) [bestGain, bestColumn, bestThreshold, bestSum] = [gain, column, threshold, leftSum];
    }
    if (bestColumn < 0) return;
    importances[bestColumn]! += bestGain;
    let middle = begin;
    for (let k = begin; k < end; k++) {
      const row = order[k]!;
      if (data[row * d + bestColumn]! > bestThreshold) continue;
      order[k] = order[middle]!;
      order[middle++] = row;
    }
    grow(begin, middle, bestSum);
    grow(middle, end, sum - bestSum);
  };
  const total = target.reduce((sum, value) => sum + value, 0);
  const spread = target.reduce((sum, value) => sum + value * value, 0) - (total * total) / n;
  if (!(spread > 0)) return importances;
  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < n; i++) order[i] = i;
    grow(0, n, total);
  }
  return importances.map((gain) => gain / (trees * spread));
};
