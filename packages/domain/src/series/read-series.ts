/** Series of a table: columns of numbers in the order of time, on an even grid where they have one. */
import { resolve } from "node:path";
import { type CellTable, DataError } from "@scorefield/data";
import type { ReadOptions } from "../domain.ts";
import { shortList } from "../names.ts";
import { readTableCells } from "../table/read-table-cells.ts";
import { calendarNames, calendarValues, usefulFeatures } from "./calendar.ts";
import type { CalendarFeature, SeriesSettings } from "./series-settings.ts";
import { findStep, stepText } from "./time-step.ts";
import { type TimeValues, timeValues } from "./time-values.ts";

/** One series of one group: rows of all channels. */
export interface SeriesGroup {
  /** The group's name; empty where there are none. */
  readonly name: string;
  /** Times, rising, [rows]. */
  readonly times: Float64Array;
  /** [rows][channels], NaN where missing. */
  readonly values: Float64Array;
  /** With returns: what they are of, [rows][series]. */
  readonly levels?: Float64Array;
}

/** Series as read. */
export interface SeriesData {
  /** Names of the channels: series, then covariates, then features of the calendar. */
  readonly names: readonly string[];
  /** How many of the channels are covariates and features of the calendar. */
  readonly covariates: number;
  readonly groups: readonly SeriesGroup[];
  readonly step: number;
  readonly isDate: boolean;
  /** How dates are written. */
  readonly format?: string | undefined;
  /** The name of the column of times in files that are written. */
  readonly timeName: string;
  readonly remarks: readonly string[];
  /** Settings with nothing left to be found out. */
  readonly settings: SeriesSettings;
}

type Column = CellTable["columns"][number];

/** The word for rows that follow each other without times. */
const rowWord = "row";

const columnNamed = (cells: CellTable, name: string, path: string, what: string): Column => {
  const found = cells.columns.find((column) => column.name === name);
  if (found) return found;
  throw new DataError({
    path,
    column: name,
    expected: `${what} among the columns`,
    found: shortList(cells.columns.map((column) => column.name)),
    ...(what === "the time" && {
      fix: `Name it exactly as the file does, or say time: ["${rowWord}"] where rows follow each other evenly`,
    }),
  });
};

/** The columns of series and of covariates. @throws DataError for one that holds texts */
const channelsOf = (cells: CellTable, settings: SeriesSettings, path: string) => {
  const { columns, exclude = [], covariates = [], group, time = [] } = settings;
  const remarks: string[] = [];
  const numeric = ({ name, other, typed, missing }: Column): boolean => {
    const why = typed === "date" ? "dates" : other > 0 ? "texts" : missing === cells.rows ? "no values" : undefined;
    if (why !== undefined) remarks.push(`${name} is left out: it holds ${why}`);
    return why === undefined;
  };
  const apart = new Set([...exclude, ...covariates, ...time, ...(group === undefined ? [] : [group])]);
  const named = (names: readonly string[], what: string): Column[] =>
    names.map((name) => {
      const column = columnNamed(cells, name, path, what);
      if (column.other === 0) return column;
      throw new DataError({ path, column: name, expected: "numbers", found: "texts", fix: "Leave it out" });
    });
  const series = columns
    ? named(columns, "the series")
    : cells.columns.filter((column) => !apart.has(column.name)).filter(numeric);
  if (series.length === 0)
    throw new DataError({ path, expected: "at least one column of numbers beside the time", found: "none" });
  return { series, covariates: named(covariates, "the covariate"), remarks };
};

/** Rows of each group, in the order of time. @throws DataError for a time twice in a group */
const orderedGroups = (cells: CellTable, times: Float64Array, group: Column | undefined, path: string) => {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < cells.rows; row++) {
    const name = group ? (group.texts[group.codes[row]!] ?? `${group.numbers[row]}`) : "";
    const own = rows.get(name);
    if (own) own.push(row);
    else rows.set(name, [row]);
  }
  let sorted = true;
  for (const own of rows.values()) {
    sorted &&= own.every((row, i) => i === 0 || times[row]! >= times[own[i - 1]!]!);
    own.sort((a, b) => times[a]! - times[b]!);
    const twice = own.findIndex((row, i) => i > 0 && times[row] === times[own[i - 1]!]);
    if (twice > 0)
      throw new DataError({
        path,
        row: cells.rowOf(own[twice]!),
        expected: group ? "each time once in a group" : "each time once",
        found: `the time of row ${cells.rowOf(own[twice - 1]!)} again`,
        fix: group
          ? "Leave one of the rows out"
          : "Name the column that tells several series apart with group, or leave one of the rows out",
      });
  }
  return { rows: [...rows], sorted };
};

/** Values of a column in the units that are learnt. @throws DataError for a logarithm of what is not above 0 */
const valuesOf = (column: Column, logarithm: boolean, cells: CellTable, path: string): Float64Array => {
  if (!logarithm) return column.numbers;
  const bad = column.numbers.findIndex((value) => value <= 0);
  if (bad >= 0)
    throw new DataError({
      path,
      row: cells.rowOf(bad),
      column: column.name,
      expected: "numbers above 0, for their logarithms",
      found: `${column.numbers[bad]}`,
      fix: "Leave the column out, or leave returns out",
    });
  return column.numbers.map(Math.log);
};

interface Grid {
  readonly times: Float64Array;
  /** The row of the table of each time; -1 where it lacks. */
  readonly rows: readonly number[];
}

/** Rows on an even grid: where times lack, rows of missing values. */
const evenGrid = (rows: readonly number[], times: Float64Array, step: number): Grid => {
  const start = times[rows[0]!]!;
  const count = Math.round((times[rows.at(-1)!]! - start) / step) + 1;
  const placed = new Array<number>(count).fill(-1);
  for (const row of rows) placed[Math.round((times[row]! - start) / step)] = row;
  return { times: Float64Array.from(placed, (row, i) => (row < 0 ? start + i * step : times[row]!)), rows: placed };
};

/** What is found of the steps of all groups, in words. */
const stepRemark = (
  { step, gaps, lacking, irregular }: ReturnType<typeof findStep>,
  { isDate }: TimeValues,
  filled: boolean,
): string => {
  const said = [`the step is ${stepText(step, isDate)}`];
  if (gaps > 0)
    said.push(
      `times lack at ${gaps.toLocaleString("en-US")} places, ${lacking.toLocaleString("en-US")} in all, ` +
        (filled ? "which are filled in as missing rows" : "and rows are taken as they follow each other"),
    );
  if (irregular > 0)
    said.push(`${irregular.toLocaleString("en-US")} steps are irregular, and rows are taken as they follow each other`);
  return said.join("; ");
};

/** Most rows that may lack for the grid to be filled, as a share. */
const mostLacking = 0.1;

/**
 * Reads the series of a table.
 * @param given settings of a recipe, or of a run that reads another file
 * @throws DataError for columns that are not there, hold texts or no times, and for too few rows
 */
export const readSeries = async (
  given: SeriesSettings,
  { folder = ".", signal }: ReadOptions = {},
): Promise<SeriesData> => {
  const path = resolve(folder, given.path);
  const { time, group: groupName, returns, until, missingWords } = given;
  if (!time)
    throw new DataError({ path, expected: "the column of times", found: "none named", fix: "Name it with time" });
  const { cells, formats } = await readTableCells(path, { missingWords, signal });
  if (cells.rows < 2) throw new DataError({ path, expected: "at least 2 rows", found: `${cells.rows}` });
  const byRow = time.length === 1 && time[0] === rowWord && !cells.columns.some(({ name }) => name === rowWord);
  const timed: TimeValues = byRow
    ? { values: Float64Array.from({ length: cells.rows }, (_, row) => row), isDate: false }
    : timeValues(
        cells,
        time.map((name) => columnNamed(cells, name, path, "the time")),
        { path, formats },
      );
  const group = groupName === undefined ? undefined : columnNamed(cells, groupName, path, "the group");
  const { series, covariates, remarks } = channelsOf(cells, given, path);
  const values = series.map((column) => valuesOf(column, returns, cells, path));
  const others = covariates.map(({ numbers }) => numbers);
  const { rows, sorted } = orderedGroups(cells, timed.values, group, path);
  if (!sorted) remarks.push("rows were put in the order of time");

  const last = until === undefined ? Number.POSITIVE_INFINITY : timeOf(until, timed.isDate, path);
  const kept = rows.map(([name, own]) => {
    // A holiday without a price is no step of a market.
    const full = returns ? own.filter((row) => values.some((column) => !Number.isNaN(column[row]!))) : own;
    return [name, full.filter((row) => timed.values[row]! <= last)] as const;
  });
  const closed =
    cells.rows -
    rows.reduce((sum, [, own]) => sum + own.filter((row) => values.some((v) => !Number.isNaN(v[row]!))).length, 0);
  if (returns && closed > 0)
    remarks.push(`${closed.toLocaleString("en-US")} rows without a value are left out, such as holidays`);

  const steps = kept
    .filter(([, own]) => own.length > 1)
    .map(([, own]) => findStep(Float64Array.from(own, (row) => timed.values[row]!)));
  if (steps.length === 0)
    throw new DataError({
      path,
      expected: "at least 2 rows of a series",
      found: "fewer",
      ...(until !== undefined && { fix: "Take a later until" }),
    });
  const found = steps.reduce((sum, one) => ({
    step: sum.step,
    gaps: sum.gaps + one.gaps,
    lacking: sum.lacking + one.lacking,
    irregular: sum.irregular + (one.step === sum.step ? one.irregular : 1),
  }));
  const total = kept.reduce((sum, [, own]) => sum + own.length, 0);
  const gaps =
    given.gaps ?? (!returns && found.irregular === 0 && found.lacking <= mostLacking * total ? "fill" : "rows");
  if (gaps === "fill" && found.irregular > 0)
    throw new DataError({
      path,
      expected: "times on an even grid, to fill gaps in",
      found: `${found.irregular} irregular steps`,
      fix: 'Say gaps: "rows"',
    });
  if (!byRow) remarks.push(stepRemark(found, timed, gaps === "fill"));

  const span = kept.reduce(
    (most, [, own]) => Math.max(most, own.length < 2 ? 0 : timed.values[own.at(-1)!]! - timed.values[own[0]!]!),
    0,
  );
  const calendar = (given.calendar ?? (timed.isDate && !returns ? usefulFeatures(found.step, span) : [])).filter(
    (feature): feature is CalendarFeature => feature !== "none",
  );
  if (calendar.length > 0 && !timed.isDate)
    throw new DataError({ path, expected: "dates, for features of the calendar", found: "times that are numbers" });

  const all = [...values, ...others];
  const width = all.length + 2 * calendar.length;
  const groups = kept.flatMap(([name, own]): SeriesGroup[] => {
    if (own.length < 2) return [];
    const grid =
      gaps === "fill"
        ? evenGrid(own, timed.values, found.step)
        : { times: Float64Array.from(own, (row) => timed.values[row]!), rows: own };
    const first = returns ? 1 : 0;
    const count = grid.rows.length - first;
    const made = new Float64Array(count * width).fill(Number.NaN);
    const times = grid.times.subarray(first);
    const features = calendarValues(calendar, times);
    for (let i = 0; i < count; i++) {
      const [row, before] = [grid.rows[i + first]!, grid.rows[i + first - 1]!];
      for (const [j, column] of all.entries()) {
        if (row < 0) continue;
        const isReturn = returns && j < values.length;
        made[i * width + j] = isReturn ? column[row]! - (before < 0 ? Number.NaN : column[before]!) : column[row]!;
      }
      for (const [k, feature] of features.entries()) made[i * width + all.length + k] = feature[i]!;
    }
    const levels = returns
      ? Float64Array.from({ length: count * values.length }, (_, at) => {
          const row = grid.rows[Math.floor(at / values.length) + 1]!;
          return row < 0 ? Number.NaN : series[at % values.length]!.numbers[row]!;
        })
      : undefined;
    return [{ name, times, values: made, ...(levels && { levels }) }];
  });
  return {
    names: [...series.map(({ name }) => name), ...covariates.map(({ name }) => name), ...calendarNames(calendar)],
    covariates: covariates.length + 2 * calendar.length,
    groups,
    step: found.step,
    isDate: timed.isDate,
    format: timed.format,
    timeName: byRow ? rowWord : time.length === 1 ? time[0]! : "time",
    remarks,
    settings: {
      ...given,
      columns: series.map(({ name }) => name),
      calendar: calendar.length > 0 ? calendar : ["none"],
      gaps,
    },
  };
};

/** The time that a text says. @throws DataError for a text that is none */
const timeOf = (text: string, isDate: boolean, path: string): number => {
  const value = isDate ? Date.parse(/\d{2}:\d{2}/.test(text) ? `${text.replace(" ", "T")}Z` : text) : Number(text);
  if (Number.isNaN(value))
    throw new DataError({
      path,
      expected: isDate ? "until as a date such as 2019-12-31" : "until as a number, as the times are",
      found: JSON.stringify(text),
    });
  return value;
};
