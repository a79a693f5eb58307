/** A column of a known kind, made of its cells. */

import type { CellColumn } from "@scorefield/data";
import { DataError } from "@scorefield/data";
import { didYouMean } from "@scorefield/tensor/internal";
import { shortList } from "../../names.ts";
import { decimalsOf } from "../decimals.ts";
import type { TableColumn } from "../table-column.ts";
import type { ChosenKind } from "./chosen-kinds.ts";
import { mostLevels } from "./column-kind.ts";
import { dateUnit, findDates, usualDateFormat } from "./date-column.ts";
import { formatDate } from "./date-text.ts";
import { findLevels } from "./levels.ts";

/** A column with the numbers of its cells. */
export interface MadeColumn {
  readonly column: TableColumn;
  /** The number of a row's cell: see {@link TableColumn}. */
  readonly value: (row: number) => number;
  readonly remark?: string;
}

/** Where errors are. */
export interface CellPlace {
  readonly path?: string | undefined;
  /** The row in the file of a row of cells, as the reader counts it. */
  readonly rowOf: (row: number) => number;
  /** Whether numbers have a decimal comma. */
  readonly comma: boolean;
  /** How dates are written, by the name of a column whose texts the reader has read as dates. */
  readonly formats?: ReadonlyMap<string, string> | undefined;
}

type Made = (cells: CellColumn, chosen: ChosenKind, missing: boolean, place: CellPlace) => MadeColumn;

const grouped = (value: number): string => value.toLocaleString("en-US");

const leaveOut = (name: string): string => `leave the column out with exclude: [${JSON.stringify(name)}]`;

/** The text of a cell, for errors. */
const cellShown = ({ codes, texts, numbers }: CellColumn, row: number): string => {
  const text = texts[codes[row]!];
  return text === undefined ? `${numbers[row]}` : JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
};

/** @throws DataError for the first row whose cell is not as expected */
const refuseCells = (
  cells: CellColumn,
  { path, rowOf }: CellPlace,
  expected: string,
  isWrong: (row: number) => boolean,
): void => {
  for (let row = 0; row < cells.codes.length; row++)
    if (isWrong(row))
      throw new DataError({
        path,
        row: rowOf(row),
        column: cells.name,
        expected,
        found: cellShown(cells, row),
        fix: `Correct it, or empty it to make it missing, or ${leaveOut(cells.name)}`,
      });
};

/** Decimals of a number's text; 0 of one with an exponent. */
const decimalsWritten = (given: string, mark: string): number => {
  // Without a currency or percent sign.
  const text = given.replace(/[^\d]+$/, "");
  const at = text.lastIndexOf(mark);
  const rest = at < 0 ? "" : text.slice(at + 1);
  return /^\d*$/.test(rest) ? rest.length : 0;
};

const mostFixed = 10;

/** The fewest decimals of any text, at most 10. */
const leastDecimals = (texts: readonly string[], mark: string): number => {
  let least = texts.length === 0 ? 0 : mostFixed;
  for (const text of texts) least = Math.min(least, decimalsWritten(text, mark));
  return least;
};

const makeNumber: Made = (cells, { kind }, missing, place) => {
  const { name, numbers, codes, texts } = cells;
  refuseCells(cells, place, "a number", (row) => codes[row] !== -1 && Number.isNaN(numbers[row]));
  refuseCells(cells, place, "a finite number", (row) => Math.abs(numbers[row]!) === Number.POSITIVE_INFINITY);
  if (kind === "whole")
    refuseCells(
      cells,
      place,
      "a whole number",
      (row) => !Number.isNaN(numbers[row]!) && !Number.isInteger(numbers[row]),
    );
  const decimals = decimalsOf(missing ? numbers.filter((value) => !Number.isNaN(value)) : numbers);
  const { comma } = place;
  const written = leastDecimals(texts, comma ? "," : ".");
  return {
    column: {
      name,
      kind: kind as "number" | "whole",
      ...(decimals !== undefined && { decimals }),
      ...(written > 0 && { leastDecimals: written }),
      ...(comma && { comma }),
      ...(cells.prefix && { prefix: cells.prefix }),
      ...(cells.suffix && { suffix: cells.suffix }),
      missing,
    },
    value: (row) => numbers[row]!,
  };
};

const makeLevels: Made = (cells, { kind, levels: chosen }, missing, { path, rowOf }) => {
  const { name, codes, texts } = cells;
  const found = cells.distinct > mostLevels ? undefined : findLevels(cells, kind as "category", chosen);
  if (cells.distinct > mostLevels)
    throw new DataError({
      path,
      column: name,
      expected: `a category of at most ${grouped(mostLevels)} levels`,
      found: `${grouped(cells.distinct)} different ones`,
      fix: `Group them in the file, such as by region or first letters, or ${leaveOut(name)}`,
    });
  if (!found)
    throw new DataError({
      path,
      column: name,
      expected: "levels whose order is known",
      found: shortList(texts),
      fix: `Say the order, as in kinds: ["${name}=ordered:${texts.slice(0, 3).join("<")}"]`,
    });
  if (chosen) {
    const unknown = codes.findIndex((code, row) => code !== -1 && Number.isNaN(found.code(row)));
    if (unknown >= 0)
      throw new DataError({
        path,
        row: rowOf(unknown),
        column: name,
        expected: `one of ${chosen.join(", ")}, as kinds says`,
        found: `${cellShown(cells, unknown)}${didYouMean(texts[codes[unknown]!] ?? "", chosen)}`,
      });
  }
  if (kind === "yes-no" && found.levels.length !== 2)
    throw new DataError({
      path,
      column: name,
      expected: "two different values of a yes-no column",
      found: shortList(found.levels),
      fix: `Say that it is a category, as in kinds: ["${name}=category"]`,
    });
  const numbers = kind === "category" ? undefined : found.numbers;
  return {
    column: { name, kind: kind as "category", levels: found.levels, ...(numbers && { numbers }), missing },
    value: found.code,
  };
};

const makeDate: Made = (cells, { order }, missing, { path, formats }) => {
  const { name, numbers, codes, texts, typed } = cells;
  if (typed === "date") {
    const unit = dateUnit(numbers);
    const time = unit % 86_400_000 !== 0;
    return {
      column: { name, kind: "date", missing, time, format: formats?.get(name) ?? usualDateFormat(unit), unit },
      value: (row) => numbers[row]!,
    };
  }
  const found = codes.includes(-2) ? undefined : findDates(texts, order);
  if (!found)
    throw new DataError({
      path,
      column: name,
      expected: "dates, all written in one way",
      found: `texts such as ${shortList(texts.slice(0, 3).map((text) => JSON.stringify(text)))}`,
      fix: `Write them as 2024-12-31, or ${leaveOut(name)}`,
    });
  const { values, format, ambiguous } = found;
  const unit = dateUnit(values);
  return {
    column: { name, kind: "date", missing, time: unit % 86_400_000 !== 0, format, unit },
    value: (row) => values[codes[row]!] ?? Number.NaN,
    ...(ambiguous && {
      remark: `${name}: no date tells whether the day or the month comes first; the day was taken to, as ${texts[0]} is ${formatDate(values[0]!, "D MMMM YYYY")}. If it does not, say so with kinds: ["${name}=month-first"]`,
    }),
  };
};

const makeConstant: Made = (cells, _, missing, { comma }) => {
  const { name, numbers, texts, typed } = cells;
  const number = numbers.find((value) => !Number.isNaN(value));
  if (number === undefined || typed === "date" || /^[+-]?0\d/.test(texts[0] ?? "")) {
    const text = typed === "date" ? formatDate(number!, usualDateFormat(dateUnit(numbers))) : texts[0]!;
    return { column: { name, kind: "constant", levels: [text], missing }, value: () => 0 };
  }
  const decimals = decimalsOf(Float64Array.of(number));
  const written = leastDecimals(texts, comma ? "," : ".");
  return {
    column: {
      name,
      kind: "constant",
      ...(decimals !== undefined && { decimals }),
      ...(written > 0 && { leastDecimals: written }),
      ...(comma && { comma }),
      missing,
    },
    value: () => number,
  };
};

/**
 * A column of a kind, and the numbers of its cells.
 * @throws DataError for cells that are not of this kind, naming row and column, and for too many levels
 */
export const makeColumn: Made = (cells, chosen, missing, place) => {
  switch (chosen.kind) {
    case "number":
    case "whole":
      return makeNumber(cells, chosen, missing, place);
    case "date":
      return makeDate(cells, chosen, missing, place);
    case "constant":
      return makeConstant(cells, chosen, missing, place);
    default:
      return makeLevels(cells, chosen, missing, place);
  }
};
