/** Sums over the rows of a node, by bin of each column: all that the search for a split looks at (Ke et al. 2017). */
import type { Binned } from "./bins.ts";

/** Numbers of a bin: the sum of gradients, the sum of curvatures, and how many rows. */
export const perBin = 3;

/** Sums of a set of rows. */
export interface Sums {
  readonly gradient: number;
  readonly curvature: number;
  readonly count: number;
}

/** Room for gradients and curvatures in the order of a node's rows, so that every column reads them in turn. */
export interface InOrder {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/**
 * Fills a histogram with the rows `order[begin]` to `order[end - 1]`.
 * @param histogram [bins of all columns, {@link perBin}] @param columns that are filled
 */
export const fillHistogram = (
  histogram: Float64Array,
  { n, codes, starts }: Binned,
  columns: Int32Array,
  order: Int32Array,
  begin: number,
  end: number,
  gradient: Float64Array,
  curvature: Float64Array,
  inOrder: InOrder,
): void => {
  const [g, h] = [inOrder.gradient, inOrder.curvature];
  for (let k = begin; k < end; k++) {
    const row = order[k]!;
    g[k] = gradient[row]!;
    h[k] = curvature[row]!;
  }
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c]!;
    const [start, stop, from] = [starts[column]! * perBin, starts[column + 1]! * perBin, column * n];
    histogram.fill(0, start, stop);
    for (let k = begin; k < end; k++) {
      const at = start + codes[from + order[k]!]! * perBin;
      histogram[at] = histogram[at]! + g[k]!;
      histogram[at + 1] = histogram[at + 1]! + h[k]!;
      histogram[at + 2] = histogram[at + 2]! + 1;
    }
  }
};

/** What a parent holds besides one child is the other child. */
export const subtractHistogram = (
  parent: Float64Array,
  child: Float64Array,
  starts: Int32Array,
  columns: Int32Array,
): void => {
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c]!;
    const stop = starts[column + 1]! * perBin;
    for (let k = starts[column]! * perBin; k < stop; k++) parent[k] = parent[k]! - child[k]!;
  }
};
