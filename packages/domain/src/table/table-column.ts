/** What a column of a table holds, as plain JSON that a run keeps. No Node module is used here: pages decode too. */
import { ArgumentError } from "@scorefield/core";

/**
 * The kinds of a column:
 * - `number`: any numbers, such as measurements;
 * - `whole`: whole numbers, such as counts;
 * - `ordered`: few levels in an order, which are numbers or texts such as low, medium and high;
 * - `category`: texts or codes without an order;
 * - `yes-no`: two levels, of which one is yes, true or 1;
 * - `date`: days or times;
 * - `constant`: one value in every row.
 */
export const columnKinds = ["number", "whole", "ordered", "category", "yes-no", "date", "constant"] as const;

/** A kind of column. */
export type ColumnKind = (typeof columnKinds)[number];

/**
 * A column. In rows [n, columns] a cell is a number: a number as itself, a level as its code from 0, a date as
 * milliseconds since 1970 UTC, and NaN where it is missing.
 */
export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Texts of the levels by code, of ordered, category and yes-no, and of a constant that is a text. Ordered levels ascend. */
  readonly levels?: readonly string[];
  /** The numbers that ordered levels stand for, where they are numbers. */
  readonly numbers?: readonly number[];
  /** The most decimals that its numbers are written in, of number and whole; left out where there are more than 10. */
  readonly decimals?: number;
  /** The fewest decimals that its numbers are written in: 2 of prices such as 3.50; default 0. */
  readonly leastDecimals?: number;
  /** Whether its numbers are written with a decimal comma. */
  readonly comma?: boolean;
  /** A currency or percent sign before or behind all its numbers; a cell is the number without it. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** Whether training rows lack it. */
  readonly missing: boolean;
  /** Of a date: whether cells have a time of day. */
  readonly time?: boolean;
  /** Of a date: how it is written, such as `DD/MM/YYYY` or `YYYY-MM-DD HH:mm:ss`. */
  readonly format?: string;
  /** Of a date: milliseconds that all its dates are multiples of: 86,400,000 of days. */
  readonly unit?: number;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isWhole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const absentOr = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const isBoolean = (value: unknown): boolean => typeof value === "boolean";

const problemOf = (column: unknown): string | undefined => {
  if (typeof column !== "object" || column === null) return "expected a column, found another value";
  const { name, kind, levels, numbers, missing, ...rest } = column as Record<string, unknown>;
  if (!isText(name)) return "expected the name of a column as text";
  const of = `column ${JSON.stringify(name)}: `;
  if (!columnKinds.includes(kind as ColumnKind)) return `${of}expected a kind among ${columnKinds.join(", ")}`;
  if (!isBoolean(missing)) return `${of}expected whether cells are missing`;
  const needed = kind === "ordered" || kind === "category" || kind === "yes-no";
  if (levels === undefined ? needed : !(Array.isArray(levels) && levels.length > 0 && levels.every(isText)))
    return `${of}expected the texts of its levels`;
  const texts = levels as readonly string[] | undefined;
  if (texts && new Set(texts).size !== texts.length) return `${of}a level twice`;
  if (numbers !== undefined) {
    const values = Array.isArray(numbers) ? (numbers as readonly number[]) : [];
    const rise = values.every((value, i) => Number.isFinite(value) && (i === 0 || value > values[i - 1]!));
    if (values.length !== texts?.length || !rise) return `${of}expected a rising number for each level`;
  }
  const { decimals, leastDecimals, comma, prefix, suffix, time, format, unit } = rest;
  if (!absentOr(decimals, isWhole) || !absentOr(leastDecimals, isWhole)) return `${of}expected a number of decimals`;
  if (!absentOr(comma, isBoolean) || !absentOr(time, isBoolean)) return `${of}expected true or false`;
  if (!absentOr(prefix, isText) || !absentOr(suffix, isText)) return `${of}expected a sign of its numbers as text`;
  if (!absentOr(format, isText)) return `${of}expected the format of its dates as text`;
  if (!absentOr(unit, (value) => isWhole(value) && value !== 0)) return `${of}expected a unit of its dates`;
  return undefined;
};

/** @throws ArgumentError unless plain JSON describes the columns of a table: a run may be a stranger's */
export const checkTableColumns = (columns: unknown): readonly TableColumn[] => {
  if (!Array.isArray(columns)) throw new ArgumentError("table: expected a list of columns, found another value");
  for (const column of columns) {
    const problem = problemOf(column);
    if (problem !== undefined) throw new ArgumentError(`table: ${problem}`);
  }
  const names = new Set<string>();
  for (const { name } of columns as readonly TableColumn[]) {
    if (names.has(name)) throw new ArgumentError(`table: column ${JSON.stringify(name)} twice`);
    names.add(name);
  }
  return columns as readonly TableColumn[];
};

/** Whether a table has numbers alone and no missing cells, so that it needs no more than scaling. */
export const isPlain = (columns: readonly TableColumn[]): boolean =>
  columns.every(
    ({ kind, levels, missing }) =>
      !missing && levels === undefined && (kind === "number" || kind === "whole" || kind === "constant"),
  );
