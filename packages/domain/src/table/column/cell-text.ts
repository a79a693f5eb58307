/** The text of a cell, and the number of a text: both as people write the column. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { didYouMean } from "@scorefield/tensor/internal";
import { shortList } from "../../names.ts";
import type { TableColumn } from "../table-column.ts";
import { formatDate, readDate } from "./date-text.ts";

/** A number with at least some decimals, and no fewer than it needs. */
const numberText = (value: number, column: TableColumn): string => {
  const { leastDecimals = 0, comma = false, prefix = "", suffix = "" } = column;
  if (prefix || suffix) {
    const bare = numberText(Math.abs(value), { ...column, prefix: "", suffix: "" });
    return `${value < 0 ? "-" : ""}${prefix}${bare}${suffix}`;
  }
  // Adding 0 makes 0 of -0.
  const plain = `${value + 0}`;
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return comma ? plain.replace(".", ",") : plain;
  const [, decimals = ""] = plain.split(".");
  const text = decimals.length < leastDecimals ? value.toFixed(leastDecimals) : plain;
  return comma ? text.replace(".", ",") : text;
};

/**
 * A cell as text; empty where it is missing.
 * @throws ArgumentError for the code of a level that there is not
 */
export const cellText = (column: TableColumn, value: number): string => {
  checkMade("cellText", column, ["name", "kind"], "a column of a table");
  if (Number.isNaN(value)) return "";
  const { name, kind, levels, format } = column;
  if (levels) {
    const level = levels[value];
    if (level === undefined)
      throw new ArgumentError(
        `column ${JSON.stringify(name)}: expected the code of a level, 0 to ${levels.length - 1}, found ${value}`,
      );
    return level;
  }
  return kind === "date" ? formatDate(value, format ?? "YYYY-MM-DD") : numberText(value, column);
};

/** A number's text without the signs that stand before or behind it. */
const bareNumber = ({ prefix, suffix }: TableColumn, text: string): string => {
  const minus = text.startsWith("-") ? "-" : "";
  let bare = text.slice(minus.length);
  if (prefix && bare.startsWith(prefix.trim())) bare = bare.slice(prefix.trim().length);
  if (suffix && bare.endsWith(suffix.trim())) bare = bare.slice(0, -suffix.trim().length);
  return `${minus}${bare.trim()}`;
};

const plainNumber = (text: string, comma: boolean): number =>
  text === "" ? Number.NaN : Number(comma ? text.replaceAll(".", "").replace(",", ".") : text);

/** The code of a level that a text means: its own text, the same number, or the same in other letters; -1 for none. */
export const levelCode = ({ levels = [], numbers, kind }: TableColumn, text: string): number => {
  const exact = levels.indexOf(text);
  if (exact >= 0) return exact;
  // Written so, a spreadsheet does not take it for a formula.
  if (text.startsWith("'")) return levels.indexOf(text.slice(1));
  const value = text === "" ? Number.NaN : Number(text);
  if (numbers && !Number.isNaN(value)) return numbers.indexOf(value);
  if (kind !== "yes-no" && kind !== "ordered") return -1;
  const lower = text.toLowerCase();
  return levels.findIndex((level) => level.toLowerCase() === lower);
};

/** What a cell of a column has to be, in words. */
export const expectedCell = ({ kind, levels, format }: TableColumn): string =>
  levels
    ? `one of ${shortList(levels)}`
    : kind === "date"
      ? `a date such as ${formatDate(Date.UTC(2024, 11, 31, 23, 59), format ?? "YYYY-MM-DD")}`
      : kind === "whole"
        ? "a whole number"
        : "a number";

/** The number that a text means in a column; undefined where it means none. */
export const textValue = (column: TableColumn, given: string): number | undefined => {
  const text = given.trim();
  if (column.levels) {
    const code = levelCode(column, text);
    return code < 0 ? undefined : code;
  }
  const value =
    column.kind === "date"
      ? readDate(text, column.format ?? "YYYY-MM-DD")
      : plainNumber(bareNumber(column, text), column.comma === true && /^[^.]*,|\..*,/.test(text));
  return Number.isFinite(value) ? value : undefined;
};

/** What was found in place of a level, with the level that is nearest. */
export const foundLevel = (column: TableColumn, text: string): string =>
  `${JSON.stringify(text)}${didYouMean(text, column.levels ?? [])}`;

/**
 * The number that a text means in a column: in the data's units, or the code of a level.
 * @throws ArgumentError for a level that the run has not learnt, and for what is no number or date, with what is meant
 */
export const cellValue = (column: TableColumn, text: string): number => {
  const value = textValue(column, text);
  if (value !== undefined) return value;
  throw new ArgumentError(
    `column ${JSON.stringify(column.name)}: expected ${expectedCell(column)}, found ${foundLevel(column, text)}`,
  );
};
