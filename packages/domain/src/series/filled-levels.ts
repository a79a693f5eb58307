/** Filled returns as what they are of: prices. */
import { checkMade } from "@scorefield/core/internal";
import type { FilledValue, ImputedSeries } from "./impute-series.ts";
import type { SeriesData, SeriesGroup } from "./read-series.ts";

/** A group with levels in place of returns, and the draws of the levels that it lacks. */
const levelsOf = (
  group: SeriesGroup,
  own: readonly FilledValue[],
  { width, series }: { readonly width: number; readonly series: number },
): { readonly group: SeriesGroup; readonly filled: readonly FilledValue[] } => {
  const { levels, times } = group;
  if (!levels) return { group, filled: own };
  const values = group.values.slice();
  const draws = new Map(own.map((value) => [value.row * series + value.series, value.draws]));
  const filled: FilledValue[] = [];
  for (let j = 0; j < series; j++) {
    let before: Float64Array | undefined;
    for (let row = 0; row < times.length; row++) {
      const at = row * series + j;
      const level = levels[at]!;
      values[row * width + j] = level;
      const returns = draws.get(at);
      if (!Number.isNaN(level)) before = undefined;
      else if (returns) {
        const known = row > 0 ? levels[at - series]! : Number.NaN;
        // Before the first level that is known there is nothing to go on from.
        if (!before && Number.isNaN(known)) continue;
        // Draws go on from the same draw of the row before.
        before = returns.map((value, k) => (before ? before[k]! : known) * Math.exp(value));
        filled.push({ row, series: j, draws: before });
      }
    }
  }
  return { group: { ...group, values }, filled: filled.sort((a, b) => a.row - b.row || a.series - b.series) };
};

/**
 * Series of returns and what was filled of them, as levels such as prices. A missing level follows from the level before by the drawn
 * return; that the level after a gap is known is not made use of. Levels before the first known one stay missing. Other series stay
 * as they are.
 * @throws ArgumentError for what neither `readSeries` nor `imputeSeries` makes
 */
export const filledLevels = (
  data: SeriesData,
  found: ImputedSeries,
): { readonly data: SeriesData; readonly found: ImputedSeries } => {
  checkMade("filledLevels data", data, ["groups", "names"], "series as readSeries reads them");
  checkMade("filledLevels found", found, ["groups"], "what imputeSeries filled");
  const width = data.names.length;
  const series = width - data.covariates;
  const made = data.groups.map((group, g) => levelsOf(group, found.groups[g] ?? [], { width, series }));
  const groups = made.map(({ filled }) => filled);
  return {
    data: { ...data, groups: made.map(({ group }) => group) },
    found: { groups, filled: groups.reduce((sum, own) => sum + own.length, 0) },
  };
};
