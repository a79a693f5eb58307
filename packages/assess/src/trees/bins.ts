/** Columns as small whole numbers: a tree then looks at a few hundred places to split in place of every value. */
import type { Rows } from "@scorefield/core/internal";

/** The most bins of a column besides that of missing cells: with it they fit a byte. */
export const mostBins = 255;

/** The bins of one column. */
export interface BinnedColumn {
  /** Of numbers: ascending, one fewer than the bins of values. A number lies above `edges[bin - 1]`, at most at `edges[bin]`. */
  readonly edges?: Float64Array;
  /** Of a category: the bin of each level. */
  readonly binOf?: Uint8Array;
  /** Bins of values, at least 1. Where cells are missing, that number is the bin of missing cells. */
  readonly bins: number;
  readonly missing: boolean;
}

/** Codes of a table, column after column. */
export interface Binned {
  readonly n: number;
  readonly d: number;
  /** The bin of row i in column j is `codes[j * n + i]`. */
  readonly codes: Uint8Array;
  readonly columns: readonly BinnedColumn[];
  /** Where the bins of each column start in a histogram of all columns; one longer, so that its last is the length. */
  readonly starts: Int32Array;
}

/** The first position in an ascending list whose value is at least this one. The length where no value is. */
const firstAtLeast = (ascending: Float64Array, value: number): number => {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Edges halfway between values: between all values where these are few, else at equal shares of the rows. */
const edgesOf = (ascending: Float64Array, bins: number): Float64Array => {
  const values = ascending.filter((value, i) => i === 0 || value !== ascending[i - 1]);
  const between = (low: number, high: number): number => {
    const middle = low + (high - low) / 2;
    // Neighbouring doubles have none between them.
    return middle < high ? middle : low;
  };
  if (values.length <= bins)
    return Float64Array.from({ length: Math.max(0, values.length - 1) }, (_, k) => between(values[k]!, values[k + 1]!));
  const edges: number[] = [];
  for (let k = 1; k < bins; k++) {
    const at = Math.round((k * ascending.length) / bins);
    const [low, high] = [ascending[at - 1]!, ascending[at]!];
    // Where one value fills several shares it is its own bin, with the edge below it in the share before.
    if (low < high) edges.push(between(low, high));
    else {
      const first = firstAtLeast(ascending, low);
      if (first > 0) edges.push(between(ascending[first - 1]!, low));
    }
  }
  return Float64Array.from(new Set(edges)).sort();
};

/** Of a longer column every so manieth cell says where the edges are. */
const rowsForEdges = 200_000;

const numberColumn = (column: Float64Array, bins: number): BinnedColumn => {
  const present = column.filter((value) => !Number.isNaN(value));
  const every = Math.ceil(present.length / rowsForEdges);
  const ascending = (every > 1 ? present.filter((_, i) => i % every === 0) : present).sort();
  const edges = edgesOf(ascending, bins);
  return { edges, bins: edges.length + 1, missing: present.length < column.length };
};

/** A bin for each level; of more levels than bins the rarest share the last. */
const categoryColumn = (column: Float64Array, levels: number, bins: number): BinnedColumn => {
  const missing = column.some(Number.isNaN);
  if (levels <= bins) return { binOf: Uint8Array.from({ length: levels }, (_, k) => k), bins: levels, missing };
  const counts = new Float64Array(levels);
  for (const code of column) if (!Number.isNaN(code)) counts[code]!++;
  const frequent = Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const binOf = new Uint8Array(levels).fill(bins - 1);
  for (let k = 0; k < bins - 1; k++) binOf[frequent[k]!] = k;
  return { binOf, bins, missing };
};

/**
 * Bins of rows.
 * @param categories levels of each column, 0 for numbers @param bins the most of values in a column, up to {@link mostBins}
 */
export const binned = ({ n, d, data }: Rows, categories: ArrayLike<number>, bins: number): Binned => {
  const codes = new Uint8Array(n * d);
  const column = new Float64Array(n);
  const columns = Array.from({ length: d }, (_, j) => {
    for (let i = 0; i < n; i++) column[i] = data[i * d + j]!;
    const made = categories[j] === 0 ? numberColumn(column, bins) : categoryColumn(column, categories[j]!, bins);
    const { edges, binOf } = made;
    for (let i = 0; i < n; i++) {
      const value = column[i]!;
      codes[j * n + i] = Number.isNaN(value) ? made.bins : edges ? firstAtLeast(edges, value) : binOf![value]!;
    }
    return made;
  });
  const starts = new Int32Array(d + 1);
  for (const [j, { bins, missing }] of columns.entries()) starts[j + 1] = starts[j]! + bins + (missing ? 1 : 0);
  return { n, d, codes, columns, starts };
};
