/** The nearest values of one row that keep its sums, on the grids of its columns. */
import type { Grid } from "./grid.ts";
import { type LinearLimit, nearestPoint } from "./nearest-point.ts";
import { isBroken, type RowSum } from "./row-rules.ts";

/** What a row is moved by. */
export interface RowProblem {
  /** The sums that count in this row; none of their cells is missing. */
  readonly sums: readonly RowSum[];
  /** Numbers of their columns. */
  readonly columns: readonly number[];
  readonly grids: readonly (Grid | undefined)[];
  /** By number of column: what a column is measured in, its standard deviation. */
  readonly scales: Float64Array;
  /** By number of column: least and greatest values. */
  readonly ranges?: readonly (readonly [number, number] | undefined)[] | undefined;
}

/**
 * The scales that moves are measured in. A column that would take less than a hundred-thousandth of what another of its sums
 * takes is taken for one that does: such ratios are lost in rounding.
 */
const balancedScales = ({ sums, scales }: RowProblem): Float64Array => {
  const balanced = scales.slice();
  for (const { at, by } of sums) {
    const most = Math.max(...at.map((j, k) => Math.abs(by[k]!) * scales[j]!));
    for (const [k, j] of at.entries()) balanced[j] = Math.max(balanced[j]!, (1e-5 * most) / Math.abs(by[k]!));
  }
  return balanced;
};

/** The nearest values of measured numbers, where those of fixed columns stay: [all columns]. */
const relaxed = (
  { sums, columns, scales, ranges }: RowProblem,
  values: Float64Array,
  fixed: ReadonlySet<number>,
): Float64Array | undefined => {
  const free = columns.filter((j) => !fixed.has(j));
  const place = new Map(free.map((j, k) => [j, k]));
  const limits: LinearLimit[] = [];
  for (const { at, by, equal, constant, within } of sums) {
    const normal = new Float64Array(free.length);
    let limit = constant;
    let size = Math.abs(constant);
    for (const [k, j] of at.entries()) {
      limit -= by[k]! * values[j]!;
      size += Math.abs(by[k]! * values[j]!);
      const p = place.get(j);
      if (p !== undefined) normal[p]! += by[k]! * scales[j]!;
    }
    // Sums of numbers with decimals are wrong in their last digits.
    if (Math.abs(limit) <= 4e-16 * size) limit = 0;
    if (equal && within === 0) {
      // Without a free column only what floating point rounds may be left.
      const settled = normal.every((value) => value === 0) && Math.abs(limit) <= 1e-12 * size;
      if (!settled) limits.push({ normal, limit, equal });
      continue;
    }
    const least = normal.every((value) => value === 0) ? 1e-12 * size : 0;
    limits.push({ normal, limit: limit + within + least, equal: false });
    if (equal) limits.push({ normal: normal.map((value) => -value), limit: within - limit + least, equal: false });
  }
  // Ends of ranges are taken up once a value would be beyond them: most never are.
  const taken = new Set<number>();
  for (;;) {
    const moves = nearestPoint(free.length, limits);
    if (!moves) return undefined;
    const before = taken.size;
    for (const [p, j] of free.entries()) {
      const range = ranges?.[j];
      if (!range) continue;
      const [down, up] = [Math.min(range[0] - values[j]!, 0), Math.max(range[1] - values[j]!, 0)];
      const move = moves[p]! * scales[j]!;
      for (const [side, end] of [-down, up].entries()) {
        const sign = side === 0 ? -1 : 1;
        if (sign * move <= end || taken.has(2 * p + side)) continue;
        taken.add(2 * p + side);
        const normal = new Float64Array(free.length);
        normal[p] = sign * scales[j]!;
        limits.push({ normal, limit: end, equal: false });
      }
    }
    if (taken.size > before) continue;
    const moved = values.slice();
    for (const [p, j] of free.entries()) moved[j]! += moves[p]! * scales[j]!;
    return moved;
  }
};

/**
 * Makes comparisons hold to the last bit where both sides differ by rounding: first raises what is below another column or a
 * bound, then lowers what is above. Each goes on until nothing changes. Changes `values`.
 */
const settle = ({ sums, grids }: RowProblem, values: Float64Array, fixed: ReadonlySet<number>): void => {
  const moves = (j: number | undefined): j is number =>
    j !== undefined && !fixed.has(j) && grids[j]!.step === undefined && grids[j]!.numbers === undefined;
  const exact = sums.filter((sum) => sum.exact);
  for (const raise of [true, false])
    for (let pass = 0, changed = true; changed && pass <= exact.length; pass++) {
      changed = false;
      for (const sum of exact) {
        if (!isBroken(sum, values)) continue;
        const { at, by, constant, equal } = sum;
        let upper: number | undefined = at[by.indexOf(1)];
        let lower: number | undefined = at[by.indexOf(-1)];
        const sideOf = (j: number | undefined): number => (j === undefined ? by[0]! * constant + 0 : values[j]!);
        // What ought to be at most the other: exchanged where an equality is off in the other direction.
        if (equal && sideOf(upper) < sideOf(lower)) [upper, lower] = [lower, upper];
        const [moved, to] = raise ? [lower, upper] : [upper, lower];
        if (!moves(moved)) continue;
        values[moved] = sideOf(to);
        changed = true;
      }
    }
};

// Points that a search looks at before it gives up, and neighbours of a value that it tries.
const mostTries = 3_000;
const neighbours = 9;

/**
 * The values nearest to a row's, in standard deviations, that keep all its sums and lie on the grids of their columns. The
 * nearest point of all numbers is found exactly. Where rounding it breaks a rule, columns are rounded one after another,
 * coarse steps first, and the others are moved to make up for it. So the result keeps every rule, and is near to the nearest
 * one on the grids.
 * @param values [columns]; not changed
 * @param fixed columns that stay as they are
 * @returns [columns], or undefined where none was found
 */
export const nearestRow = (
  problem: RowProblem,
  values: Float64Array,
  fixed: ReadonlySet<number>,
): Float64Array | undefined => {
  const { sums, columns, grids, ranges } = problem;
  const balanced = { ...problem, scales: balancedScales(problem) };
  const gridded = (j: number): boolean => grids[j]!.step !== undefined || grids[j]!.numbers !== undefined;
  const coarseness = (j: number): number => {
    const { step, numbers } = grids[j]!;
    const gap = step ?? Math.max(...numbers!.slice(1).map((value, k) => value - numbers![k]!), 0);
    const by = sums.map((sum) => Math.abs(sum.by[sum.at.indexOf(j)] ?? 0));
    return (numbers ? 1e6 : 1) * gap * Math.max(...by);
  };
  const order = columns.filter((j) => !fixed.has(j) && gridded(j)).sort((a, b) => coarseness(b) - coarseness(a));
  const inRange = (j: number, value: number): boolean => {
    const range = ranges?.[j];
    // A value that was beyond the range already may stay there.
    return !range || (value >= Math.min(range[0], values[j]!) && value <= Math.max(range[1], values[j]!));
  };
  let tries = 0;
  const search = (from: Float64Array, held: ReadonlySet<number>): Float64Array | undefined => {
    if (++tries > mostTries) return undefined;
    const point = relaxed(balanced, from, held);
    if (!point) return undefined;
    const rounded = point.slice();
    for (const j of order) if (!held.has(j)) rounded[j] = grids[j]!.near(point[j]!, 1)[0]!;
    settle(problem, rounded, held);
    if (sums.every((sum) => !isBroken(sum, rounded)) && order.every((j) => inRange(j, rounded[j]!))) return rounded;
    const next = order.find((j) => !held.has(j));
    if (next === undefined) return undefined;
    for (const value of grids[next]!.near(point[next]!, neighbours)) {
      if (!inRange(next, value)) continue;
      const tried = from.slice();
      tried[next] = value;
      const found = search(tried, new Set([...held, next]));
      if (found) return found;
    }
    return undefined;
  };
  return search(values, fixed);
};
