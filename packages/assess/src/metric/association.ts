/** How strongly two columns go together, whatever their kinds: one number for each pair of columns. */
import type { NdArray } from "@scorefield/tensor";
import { cellsOf, isCategory } from "./cells.ts";
import type { MetricColumn } from "./metric-column.ts";

/** A column as associations see it. Missing cells are NaN. */
interface AssociationColumn {
  /** How many levels there are; 0 for numbers. */
  readonly levels: number;
  readonly cells: Float64Array;
}

/** How numbers enter: as they are, or their ranks among all of their column. */
export type NumberScale = "values" | "ranks";

/** Ranks from 1; equal cells share the mean of theirs. Missing cells stay NaN. */
const ranksOf = (cells: Float64Array): Float64Array => {
  const there = Array.from(cells.keys()).filter((i) => !Number.isNaN(cells[i]!));
  there.sort((i, j) => cells[i]! - cells[j]!);
  const ranks = new Float64Array(cells.length).fill(Number.NaN);
  for (let from = 0; from < there.length; ) {
    let to = from + 1;
    while (to < there.length && cells[there[to]!] === cells[there[from]!]) to++;
    for (let k = from; k < to; k++) ranks[there[k]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
};

/** About 0, of unit deviation: products of numbers far from 0 lose the digits of a covariance. */
const standardised = (cells: Float64Array): Float64Array => {
  let [count, mean, squares] = [0, 0, 0];
  for (const cell of cells) if (!Number.isNaN(cell)) mean += (cell - mean) / ++count;
  for (const cell of cells) if (!Number.isNaN(cell)) squares += (cell - mean) ** 2;
  const deviation = Math.sqrt(squares / count) || 1;
  return cells.map((cell) => (cell - mean) / deviation);
};

/** The columns of rows [n, d], with what does not depend on how often rows count computed once. */
export const associationColumns = (
  rows: NdArray,
  columns: readonly MetricColumn[],
  scale: NumberScale,
): AssociationColumn[] =>
  columns.map((column, j) => {
    const cells = cellsOf(rows, j);
    if (isCategory(column)) return { levels: column.levels!.length, cells };
    return { levels: 0, cells: standardised(scale === "ranks" ? ranksOf(cells) : cells) };
  });

const tiny = 1e-12;

/** Pearson's correlation; of ranks it is Spearman's. 0 where one of the columns is constant. */
const correlation = (a: Float64Array, b: Float64Array, counts: Float64Array): number => {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v, c] = [a[i]!, b[i]!, counts[i]!];
    const product = u * v;
    if (c === 0 || Number.isNaN(product)) continue;
    n += c;
    x += c * u;
    y += c * v;
    xx += c * u * u;
    yy += c * v * v;
    xy += c * product;
  }
  const [varianceX, varianceY] = [xx - (x * x) / n, yy - (y * y) / n];
  if (!(varianceX > tiny * n && varianceY > tiny * n)) return 0;
  return Math.max(-1, Math.min(1, (xy - (x * y) / n) / Math.sqrt(varianceX * varianceY)));
};

/**
 * Cramer's V with the correction of its bias (Bergsma 2013): with phi^2 = chi^2 / n over r and k levels that occur,
 *
 *     phi~^2 = max(0, phi^2 - (r - 1) (k - 1) / (n - 1))    r~ = r - (r - 1)^2 / (n - 1)
 *     V = sqrt(phi~^2 / min(r~ - 1, k~ - 1))
 */
const cramersV = (a: AssociationColumn, b: AssociationColumn, counts: Float64Array): number => {
  const [r, k] = [a.levels, b.levels];
  const table = new Float64Array(r * k);
  const [left, right] = [new Float64Array(r), new Float64Array(k)];
  let n = 0;
  for (let i = 0; i < counts.length; i++) {
    const [u, v, c] = [a.cells[i]!, b.cells[i]!, counts[i]!];
    if (c === 0 || Number.isNaN(u + v)) continue;
    table[u * k + v]! += c;
    left[u]! += c;
    right[v]! += c;
    n += c;
  }
  let square = -1;
  for (let u = 0; u < r; u++)
    if (left[u]! > 0)
      for (let v = 0; v < k; v++) if (right[v]! > 0) square += table[u * k + v]! ** 2 / (left[u]! * right[v]!);
  const occurring = (sums: Float64Array): number => sums.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const [rows, columns] = [occurring(left), occurring(right)];
  if (n < 2 || rows < 2 || columns < 2) return 0;
  const corrected = Math.max(0, square - ((rows - 1) * (columns - 1)) / (n - 1));
  const fewer = Math.min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1;
  return fewer > tiny ? Math.min(1, Math.sqrt(corrected / fewer)) : 0;
};

/** The correlation ratio (Fisher 1925): the root of the share of a number's variance that lies between levels. */
const correlationRatio = (category: AssociationColumn, numbers: Float64Array, counts: Float64Array): number => {
  const sizes = new Float64Array(category.levels);
  const sums = new Float64Array(category.levels);
  let [n, total, squares] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const [u, x, c] = [category.cells[i]!, numbers[i]!, counts[i]!];
    if (c === 0 || Number.isNaN(u + x)) continue;
    sizes[u]! += c;
    sums[u]! += c * x;
    n += c;
    total += c * x;
    squares += c * x * x;
  }
  const all = squares - (total * total) / n;
  if (!(all > tiny * n)) return 0;
  let between = -(total * total) / n;
  for (let u = 0; u < sizes.length; u++) if (sizes[u]! > 0) between += sums[u]! ** 2 / sizes[u]!;
  return Math.sqrt(Math.max(0, Math.min(1, between / all)));
};

/** The association of two columns, over the rows that have both, each as often as it counts. */
export const association = (a: AssociationColumn, b: AssociationColumn, counts: Float64Array): number => {
  if (a.levels > 0) return b.levels > 0 ? cramersV(a, b, counts) : correlationRatio(a, b.cells, counts);
  return b.levels > 0 ? correlationRatio(b, a.cells, counts) : correlation(a.cells, b.cells, counts);
};

/** What the number of a pair is, in words. */
export const associationKind = (a: MetricColumn, b: MetricColumn, scale: NumberScale): string => {
  const categories = [a, b].filter(isCategory).length;
  if (categories === 2) return "Cramer's V";
  if (categories === 1) return "correlation ratio";
  return scale === "ranks" ? "rank correlation" : "correlation";
};
