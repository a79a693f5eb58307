/** Which columns are sums of others: from their correlations. */

/** Means, standard deviations and correlations of columns. */
export interface Correlations {
  readonly d: number;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** [d, d] */
  readonly matrix: Float64Array;
}

/** @param columns [d] of [n] finite numbers, none constant */
export const correlationsOf = (columns: readonly Float64Array[]): Correlations => {
  const d = columns.length;
  const n = columns[0]?.length ?? 0;
  const means = Float64Array.from(columns, (column) => column.reduce((sum, value) => sum + value, 0) / n);
  const centred = columns.map((column, j) => column.map((value) => value - means[j]!));
  const deviations = Float64Array.from(centred, (column) =>
    Math.sqrt(column.reduce((sum, value) => sum + value * value, 0) / n),
  );
  const matrix = new Float64Array(d * d);
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += centred[a]![i]! * centred[b]![i]!;
      matrix[a * d + b] = matrix[b * d + a] = sum / n / (deviations[a]! * deviations[b]!);
    }
  return { d, means, deviations, matrix };
};

/** A column as a sum of others, in standard units. */
export interface Regression {
  /** Share of its variance that is left. */
  readonly left: number;
  /** By number of column; columns that are sums of others among them have none. */
  readonly coefficients: ReadonlyMap<number, number>;
}

/** Least squares by elimination with the largest pivot first; pivots below `least` are sums of those before. */
const regress = ({ d, matrix }: Correlations, target: number, on: readonly number[], least: number): Regression => {
  const names = [...on, target];
  const m = names.length;
  const a = Float64Array.from({ length: m * m }, (_, k) => matrix[names[Math.floor(k / m)]! * d + names[k % m]!]!);
  const free = new Set(on.keys());
  const pivots: number[] = [];
  for (;;) {
    let [pivot, size] = [-1, least];
    for (const k of free) if (a[k * m + k]! > size) [pivot, size] = [k, a[k * m + k]!];
    if (pivot < 0) break;
    free.delete(pivot);
    pivots.push(pivot);
    // The target is the last row; rows of earlier pivots stay as they were when they were chosen.
    for (const i of [...free, m - 1]) {
      const factor = a[i * m + pivot]! / size;
      for (let j = 0; j < m; j++) a[i * m + j]! -= factor * a[pivot * m + j]!;
    }
  }
  // Row k of the pivots holds the equation that was left when it was eliminated.
  const coefficients = new Map<number, number>();
  const solved = new Map<number, number>();
  for (const pivot of [...pivots].reverse()) {
    let value = a[pivot * m + m - 1]!;
    for (const [other, by] of solved) value -= a[pivot * m + other]! * by;
    value /= a[pivot * m + pivot]!;
    solved.set(pivot, value);
    coefficients.set(names[pivot]!, value);
  }
  return { left: Math.max(a[m * m - 1]!, 0), coefficients };
};

/**
 * The fewest columns found of which one is a sum: each column is left out in turn, in the order given, where the others do.
 * @param most share of the variance that may be left
 */
export const shortRegression = (
  correlations: Correlations,
  target: number,
  on: readonly number[],
  most: number,
): Regression | undefined => {
  const least = Math.min(most, 1e-9);
  let best = regress(correlations, target, on, least);
  if (best.left > most) return undefined;
  let kept = [...on];
  for (const j of on) {
    if (kept.length === 1) break;
    const fewer = kept.filter((other) => other !== j);
    const without = regress(correlations, target, fewer, least);
    if (without.left <= most) [kept, best] = [fewer, without];
  }
  return best;
};

/**
 * Groups of columns that are sums of each other: elimination leaves of some columns no more than `most(j)` of their variance.
 * Such a column, and the columns that it is a sum of, are of one group. Groups share no column.
 * @param n rows that the correlations are of
 */
export const dependentGroups = (
  correlations: Correlations,
  n: number,
  most: (column: number) => number,
): number[][] => {
  const { d, matrix } = correlations;
  const a = matrix.slice();
  const left = new Set(Array.from({ length: d }, (_, j) => j));
  const basis: number[] = [];
  for (;;) {
    let [pivot, size] = [-1, 0];
    for (const j of left) if (a[j * d + j]! > Math.max(size, most(j))) [pivot, size] = [j, a[j * d + j]!];
    if (pivot < 0) break;
    left.delete(pivot);
    basis.push(pivot);
    for (const i of left) {
      const factor = a[i * d + pivot]! / size;
      for (const j of left) a[i * d + j]! -= factor * a[pivot * d + j]!;
    }
  }
  let groups: Set<number>[] = [];
  for (const target of left) {
    const { left: unexplained, coefficients } = regress(correlations, target, basis, 1e-9);
    // Ten standard errors of a coefficient of columns that have nothing to do with each other.
    const noise = Math.max(1e-6, 10 * Math.sqrt(unexplained / n));
    const group = new Set([target]);
    for (const [j, by] of coefficients) if (Math.abs(by) > noise) group.add(j);
    const touched = groups.filter((other) => [...other].some((j) => group.has(j)));
    groups = [
      ...groups.filter((other) => !touched.includes(other)),
      new Set([...group, ...touched.flatMap((other) => [...other])]),
    ];
  }
  return groups.map((group) => [...group].sort((x, y) => x - y));
};
