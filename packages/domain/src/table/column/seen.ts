/** What was seen of a column, for people and as plain JSON. */
import type { ColumnSeen } from "../../column-report.ts";
import type { TableColumn } from "../table-column.ts";
import { cellText } from "./cell-text.ts";

const mostNamed = 5;

/**
 * What was seen of a column in all rows.
 * @param value the number of a row's cell
 */
export const seenOf = (column: TableColumn, value: (row: number) => number, rows: number): ColumnSeen => {
  const { name, kind, levels } = column;
  let missing = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const counts = new Float64Array(levels?.length ?? 0);
  for (let row = 0; row < rows; row++) {
    const cell = value(row);
    if (Number.isNaN(cell)) missing++;
    else if (levels) counts[cell]!++;
    else {
      if (cell < least) least = cell;
      if (cell > most) most = cell;
    }
  }
  const about = { name, kind, missing: missing / rows };
  if (!levels) return { ...about, least: cellText(column, least), most: cellText(column, most) };
  const present = rows - missing;
  const common = [...levels.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, mostNamed);
  if (kind === "ordered" && levels.length <= mostNamed) common.sort((a, b) => a - b);
  return {
    ...about,
    levels: levels.length,
    ...(kind === "ordered" && { least: levels[0]!, most: levels.at(-1)! }),
    common: common.map((k) => ({ level: levels[k]!, share: counts[k]! / present })),
    rarest: counts.reduce((few, count) => Math.min(few, count), rows),
  };
};
