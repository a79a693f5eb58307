/** What a column of a table holds, as plain JSON that a run keeps. No Node module is used here: pages decode too. */

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
export type ColumnKind = "number" | "whole" | "ordered" | "category" | "yes-no" | "date" | "constant";

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
  /** Whether training rows lack it. */
  readonly missing: boolean;
  /** Of a date: whether cells have a time of day. */
  readonly time?: boolean;
  /** Of a date: how it is written, such as `DD/MM/YYYY` or `YYYY-MM-DD HH:mm:ss`. */
  readonly format?: string;
  /** Of a date: milliseconds that all its dates are multiples of: 86,400,000 of days. */
  readonly unit?: number;
}
