/** Columns as small whole numbers: a tree then looks at a few hundred places to split in place of every value. */
import type { Rows } from "@scorefield/core/internal";

/** Codes of a table, column after column. */
export interface Binned {
  readonly n: number;
  readonly d: number;
  /**
   * The bin of row i in column j is `codes[j * n + i]`. It lies above `edges[j][bin - 1]` and at most at
   * `edges[j][bin]`.
   */
  readonly codes: Uint8Array;
  /** Ascending, one fewer than the bins of the column. */
  readonly edges: readonly Float64Array[];
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
    return Float64Array.from({ length: values.length - 1 }, (_, k) => between(values[k]!, values[k + 1]!));
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

/** Bins of rows. @param bins the most in a column, up to 256 */
export const binned = ({ n, d, data }: Rows, bins: number): Binned => {
  const codes = new Uint8Array(n * d);
  const edges = Array.from({ length: d }, (_, j) => {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) column[i] = data[i * d + j]!;
    const ends = edgesOf(column.slice().sort(), bins);
    for (let i = 0; i < n; i++) codes[j * n + i] = firstAtLeast(ends, column[i]!);
    return ends;
  });
  return { n, d, codes, edges };
};
