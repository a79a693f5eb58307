/** A row on the other side of the inequalities that it breaks. */
import { type LinearLimit, nearestPoint } from "./nearest-point.ts";
import type { RowProblem } from "./nearest-row.ts";
import { excessOf, isBroken, type RowSum } from "./row-rules.ts";

// Mirrors change places with each other: of orders alone each step leaves fewer pairs in the wrong order.
const stepsForSum = 4;
// What may be left of a broken inequality, in standard deviations: the nearest row settles it.
const rounding = 1e-9;

/**
 * Mirrors the values of a row at the inequalities that it breaks, one after the other, until it breaks none: where `low` was 2 above
 * `open`, it is 2 below. Of two columns of one scale that is an exchange. A nearest row would have both equal, and rows that
 * broke an order would all have a value that real rows hardly have. Equalities are kept in each step, after the nearest point that
 * has them.
 * @param values [columns]; not changed
 * @param fixed columns that stay as they are
 * @returns [columns], not on the grids of the columns and up to rounding; undefined where it breaks no inequality, where it would go beyond ranges,
 *   and where mirrors do not end
 */
export const mirroredRow = (
  { sums, columns, scales, ranges }: RowProblem,
  values: Float64Array,
  fixed: ReadonlySet<number>,
): Float64Array | undefined => {
  const free = columns.filter((j) => !fixed.has(j));
  const place = new Map(free.map((j, p) => [j, p]));
  const normalOf = ({ at, by }: RowSum): Float64Array => {
    const normal = new Float64Array(free.length);
    for (const [k, j] of at.entries()) {
      const p = place.get(j);
      if (p !== undefined) normal[p]! += by[k]! * scales[j]!;
    }
    return normal;
  };
  const row = values.slice();
  /** Moves the row by a multiple of the least move that changes a sum by an amount. @returns whether it can be */
  const move = (limits: readonly LinearLimit[], times: number): boolean => {
    const moves = nearestPoint(free.length, limits);
    if (!moves) return false;
    for (const [p, j] of free.entries()) row[j]! += times * moves[p]! * scales[j]!;
    return true;
  };
  const equalities = sums.filter(({ equal }) => equal);
  const kept = equalities.map((sum): LinearLimit => ({ normal: normalOf(sum), limit: 0, equal: true }));
  if (equalities.some((sum) => isBroken(sum, row))) {
    const offset = ({ at, by, constant }: RowSum): number =>
      constant - at.reduce((sum, j, k) => sum + by[k]! * row[j]!, 0);
    if (
      !move(
        equalities.map((sum, k) => ({ ...kept[k]!, limit: offset(sum) })),
        1,
      )
    )
      return undefined;
  }
  const inequalities = sums.filter(({ equal }) => !equal);
  const tolerances = inequalities.map(
    ({ at, by }) => rounding * at.reduce((sum, j, k) => sum + Math.abs(by[k]!) * scales[j]!, 0),
  );
  const broken = (): RowSum | undefined => inequalities.find((sum, k) => excessOf(sum, row) > tolerances[k]!);
  if (!broken()) return undefined;
  for (let step = 0; step < stepsForSum * inequalities.length; step++) {
    const sum = broken();
    if (!sum) return row;
    if (!move([...kept, { normal: normalOf(sum), limit: -excessOf(sum, row), equal: true }], 2)) return undefined;
    for (const j of free) {
      const [least, most] = ranges?.[j] ?? [-Infinity, Infinity];
      const [low, high] = [Math.min(least, values[j]!), Math.max(most, values[j]!)];
      const inside = Math.min(high, Math.max(low, row[j]!));
      // What is beyond by rounding alone is at the end of the range.
      if (Math.abs(row[j]! - inside) > rounding * scales[j]!) return undefined;
      row[j] = inside;
    }
  }
  return broken() ? undefined : row;
};
