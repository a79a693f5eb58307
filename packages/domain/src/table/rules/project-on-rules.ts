/** Rows moved as little as possible to keep rules. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkOptions, type Known } from "@scorefield/core/internal";
import { DataError } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { mirroredRow } from "./mirrored-row.ts";
import { nearestRow } from "./nearest-row.ts";
import { isBroken, type RowRules, rowRules, valuesOfRow } from "./row-rules.ts";
import type { TableRule } from "./rule.ts";
import { type RuleScales, ruleScales } from "./rule-scales.ts";

/** Options of {@link projectOnRules}. */
export interface ProjectOptions {
  /** Of the training rows. Without them, standard deviations are those of the rows, and ranges and spikes do not count. */
  readonly scales?: RuleScales | undefined;
  /**
   * [n * columns], 1 for cells that stay as they are: what is known of rows, such as what samples are conditioned on. Where
   * such cells leave no way to keep rules, the row's cells of these rules stay as they are.
   */
  readonly known?: Uint8Array | undefined;
  /**
   * Whether rows are mirrored at the inequalities that they break before they are moved to the nearest row that keeps all
   * rules: see `mirroredRow`; default no.
   */
  readonly mirror?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const options = { scales: true, known: true, mirror: true, signal: true } satisfies Known<ProjectOptions>;

/** @throws ArgumentError unless rows of these columns */
export const checkRows = (name: string, rows: NdArray, columns: readonly TableColumn[]): void => {
  checkArray(`${name} rows`, rows);
  if (!Array.isArray(columns)) throw new ArgumentError(`${name} columns: expected a list of columns`);
  if (rows.shape.length !== 2 || rows.shape[1] !== columns.length)
    throw new ArgumentError(
      `${name} rows: expected shape [rows, ${columns.length}], one number for each column; found [${rows.shape}]`,
    );
};

/** Sets the cells that follow from others. @returns the columns that rules determine, or that determine others, here */
const follow = (row: Float64Array, { links }: RowRules, isKnown: (column: number) => boolean): Set<number> => {
  const held = new Set<number>();
  for (const { from, to, map } of links) {
    const cell = map.get(row[from]!);
    if (cell === undefined || Number.isNaN(row[to]!)) continue;
    if (!isKnown(to)) row[to] = cell;
    held.add(from).add(to);
  }
  return held;
};

/**
 * Rows that keep all rules. A row that keeps them already is returned as it is, to the bit. Others are moved to the nearest
 * point that keeps them, in standard deviations of the columns, on the values that columns have: whole numbers, decimals,
 * days, levels. Columns that follow from others are set first. A rule says nothing of a row that lacks one of its cells.
 * Cells at a spike, such as 0, stay where other cells can make up for it, and values stay in the range of the training rows
 * where the rules allow it.
 * @param rows [n, columns]; not changed
 * @returns [n, columns]
 * @throws ArgumentError for rules of other columns, and a mask of another length; DataError naming the row where no values
 *   keep all rules, and none of its cells is known
 */
export const projectOnRules = (
  rows: NdArray,
  columns: readonly TableColumn[],
  rules: readonly TableRule[],
  given: ProjectOptions = {},
): NdArray<"float64"> => {
  checkOptions("projectOnRules", given, options);
  checkRows("projectOnRules", rows, columns);
  const { known, mirror = false, signal } = given;
  if (known && known.length !== rows.data.length)
    throw new ArgumentError(`projectOnRules known: expected ${rows.data.length} marks, found ${known.length}`);
  const compiled = rowRules(columns, rules);
  const { groups, grids } = compiled;
  const scales = given.scales ?? ruleScales(rows, columns);
  const [n = 0, d = 0] = rows.shape;
  const data = Float64Array.from(rows.data as ArrayLike<number>, Number);
  const deviations = Float64Array.from(columns, ({ name }) => scales.deviations[name] ?? 1);
  const ranges = given.scales && columns.map(({ name }) => scales.ranges[name]);
  const spikes = columns.map(({ name }) => new Set(given.scales?.spikes[name]));
  const constants = [...columns.keys()].filter((j) => columns[j]!.kind === "constant");
  const values = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    if (i % 1024 === 0) signal?.throwIfAborted();
    const row = data.subarray(i * d, i * d + d);
    const isKnown = (j: number): boolean => known?.[i * d + j] === 1;
    const held = follow(row, compiled, isKnown);
    valuesOfRow(grids, row, values);
    for (const group of groups) {
      if (!group.sums.some((sum) => isBroken(sum, values))) continue;
      const sums = group.sums.filter(({ at }) => at.every((j) => !Number.isNaN(values[j]!)));
      const used = [...new Set(sums.flatMap(({ at }) => at))];
      const staying = used.filter(isKnown);
      const fixed = new Set([...held, ...constants, ...staying]);
      const pinned = used.filter((j) => spikes[j]!.has(values[j]!));
      const problem = { sums, columns: used, grids, scales: deviations };
      const moving = (from: Float64Array) =>
        (pinned.length > 0 && nearestRow({ ...problem, ranges }, from, new Set([...fixed, ...pinned]))) ||
        (ranges && nearestRow({ ...problem, ranges }, from, fixed)) ||
        nearestRow(problem, from, fixed);
      const mirrored = mirror && mirroredRow({ ...problem, ranges }, values, new Set([...fixed, ...pinned]));
      const moved = (mirrored && moving(mirrored)) || moving(values);
      if (!moved && staying.length > 0) continue;
      if (!moved)
        throw new DataError({
          row: i + 1,
          expected: `values that keep ${sums.map(({ rule }) => `"${rule.text}"`).join(", ")}`,
          found: `none near ${used.map((j) => `${columns[j]!.name} = ${values[j]}`).join(", ")}`,
          fix: "Leave one of these rules out, or correct it",
        });
      for (const j of used) if (moved[j] !== values[j]) row[j] = grids[j]!.cellOf(moved[j]!);
    }
  }
  return ndarray(data, [n, d]);
};
