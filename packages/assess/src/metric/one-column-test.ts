/** How well one column alone separates samples from real rows. */
import { ArgumentError, permutation } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { cellsOf, checkRowSets } from "./cells.ts";
import type { MetricColumn } from "./metric-column.ts";

const mostBins = 32;

/** The bin of a cell; the last bin holds missing cells. */
interface Binning {
  readonly bins: number;
  binOf(cell: number): number;
}

const byLevels = (levels: number): Binning => ({
  bins: levels + 1,
  binOf: (cell) => (Number.isNaN(cell) ? levels : cell),
});

/** Bins of about equally many of these numbers. A value that many cells share ends its bin. */
const byQuantiles = (cells: readonly number[]): Binning => {
  const ascending = Float64Array.from(cells.filter((cell) => !Number.isNaN(cell))).sort();
  const at = (k: number): number => ascending[Math.floor((k / mostBins) * ascending.length)]!;
  const edges = ascending.length > 0 ? [...new Set(Array.from({ length: mostBins }, (_, k) => at(k)))] : [];
  return {
    bins: edges.length + 2,
    binOf: (cell) => {
      if (Number.isNaN(cell)) return edges.length + 1;
      let [low, high] = [0, edges.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (edges[middle]! < cell) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
};

const countsOf = (cells: readonly number[], { bins, binOf }: Binning): Float64Array => {
  const counts = new Float64Array(bins);
  for (const cell of cells) counts[binOf(cell)]!++;
  return counts;
};

/** P(the score of a row of a is above) + P(equal) / 2, of scores by bin. */
const areaOf = (scores: Float64Array, a: Float64Array, b: Float64Array): number => {
  const order = Array.from(scores.keys()).sort((i, j) => scores[i]! - scores[j]!);
  let [below, won, all] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let [here, there, to] = [0, 0, from];
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
      here += a[order[to]!]!;
      there += b[order[to]!]!;
    }
    won += here * (below + there / 2);
    below += there;
    all += here;
    from = to;
  }
  return won / (all * below);
};

/**
 * For each column the area under the curve of a classifier that sees this column alone: the probability that it finds a
 * sample among a sample and a real row, 1/2 for columns that give nothing away. The classifier is the ratio of counts in 32
 * bins of the pooled values, or in the levels of a category, with missing cells in a bin of their own. It counts on one half
 * of the rows and is judged on the other, and the other way round.
 * @param samples [n, d], n > 3 @param real [m, d], m > 3, with codes of levels, and NaN for missing cells
 * @param options `seed` of the halves, default 0
 * @throws ArgumentError for fewer than four rows in a set, or another number of columns
 */
export const oneColumnAreas = (
  samples: NdArray,
  real: NdArray,
  columns: readonly MetricColumn[],
  { seed = 0 }: { readonly seed?: number | undefined } = {},
): number[] => {
  checkRowSets("oneColumnAreas", [samples, real], columns);
  for (const { shape } of [samples, real])
    if ((shape[0] ?? 0) < 4) throw new ArgumentError(`oneColumnAreas: expected at least 4 rows, found ${shape[0]}`);
  const halves = [samples, real].map(({ shape: [n = 0] }, step) => {
    const order = permutation(n, { seed, step, purpose: "resampling" }).data;
    return [order.subarray(0, n >> 1), order.subarray(n >> 1)] as const;
  });
  return columns.map(({ levels }, j) => {
    const cells = [samples, real].map((rows) => cellsOf(rows, j));
    const part = (set: 0 | 1, half: 0 | 1) => Array.from(halves[set]![half], (row) => cells[set]![row]!);
    const areas = ([0, 1] as const).map((half) => {
      const other = (1 - half) as 0 | 1;
      const [a, b] = [part(0, half), part(1, half)];
      const binning = levels ? byLevels(levels.length) : byQuantiles([...a, ...b]);
      const [countsA, countsB] = [countsOf(a, binning), countsOf(b, binning)];
      const scores = countsA.map(
        (count, bin) => Math.log((count + 0.5) / (a.length + 1)) - Math.log((countsB[bin]! + 0.5) / (b.length + 1)),
      );
      return areaOf(scores, countsOf(part(0, other), binning), countsOf(part(1, other), binning));
    });
    return (areas[0]! + areas[1]!) / 2;
  });
};
