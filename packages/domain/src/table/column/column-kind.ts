/** Which kind a column has, by its cells and its name. */
import type { CellColumn } from "@scorefield/data";
import type { ColumnKind } from "../table-column.ts";
import { findDates } from "./date-column.ts";
import { scanDate } from "./date-text.ts";
import { namesCategory, namesIdentifier } from "./name-hints.ts";
import { type NumberFacts, numberFacts } from "./number-facts.ts";
import { scaleOrder, yesNoOrder } from "./scales.ts";

/** A category of more levels is refused. */
export const mostLevels = 1000;
/** Whole numbers of no more distinct values than this are levels, where there are rows enough for each. */
const mostOrdered = 20;
const rowsPerLevel = 10;
/** Of numbers with decimals, which are measurements more often: these must stand in even steps, such as sizes in halves. */
const rowsPerDecimalLevel = 25;
const mostSteps = 40;

/** Whether ascending numbers are all on a grid of few steps: amounts of money are not. */
const onGrid = (levels: readonly number[]): boolean => {
  const [first = 0] = levels;
  const step = levels.reduce(
    (least, level, i) => (i === 0 ? least : Math.min(least, level - levels[i - 1]!)),
    Infinity,
  );
  return levels.every((level) => {
    const steps = (level - first) / step;
    return steps <= mostSteps && Math.abs(steps - Math.round(steps)) < 1e-6;
  });
};

/** What was decided of a column. */
export type Decision =
  | { readonly kind: ColumnKind }
  /** It is left out, and why. */
  | { readonly leaveOut: string }
  /** Its cells are numbers, except a few texts, which may be mistakes. */
  | { readonly numbers: number };

const grouped = (value: number): string => value.toLocaleString("en-US");

/** Whether whole numbers without gaps, in any order, count the rows: years do not. */
const isRunning = ({ least, most, distinct, whole }: NumberFacts, rows: number): boolean => {
  // Fewer may well be so by chance, and years that follow each other are no names of rows.
  const years = least >= 1500 && most <= 2200;
  return rows >= 10 && whole && !years && most - least + 1 === rows && distinct() === rows;
};

const leadingZero = /^[+-]?0\d/;

/** Numbers such as 0042 are texts that happen to have digits only. */
const kindOfCodes = ({ distinct }: CellColumn, present: number): Decision => {
  if (present >= 3 && distinct === present) return { leaveOut: "codes that name the row, another in every row" };
  if (distinct > mostOrdered && distinct > present / 2)
    return { leaveOut: `codes, ${grouped(distinct)} different in ${grouped(present)} rows` };
  return { kind: "category" };
};

const kindOfNumbers = (cells: CellColumn, rows: number): Decision => {
  const facts = numberFacts(cells.numbers);
  const { whole, least, most, levels } = facts;
  const present = rows - cells.missing;
  if (levels?.length === 1) return { kind: cells.missing > 0 ? "category" : "constant" };
  if (cells.texts.some((text) => leadingZero.test(text))) {
    const dates = cells.distinct > 2 ? undefined : findDates(cells.texts);
    return dates ? { kind: "date" } : kindOfCodes(cells, present);
  }
  if (levels?.length === 2 && levels[0] === 0 && levels[1] === 1) return { kind: "yes-no" };
  if (cells.missing === 0 && isRunning(facts, rows))
    return { leaveOut: `a running number, ${grouped(least)} to ${grouped(most)}` };
  if (whole && present >= 3 && namesIdentifier(cells.name) && facts.distinct() === present)
    return { leaveOut: "a number that names the row, another in every row" };
  if (whole && least >= 19000101 && most <= 20991231 && scanDate(`${least}`) && findDates(cells.texts))
    return { kind: "date" };
  const enough = levels !== undefined && present >= (whole ? rowsPerLevel : rowsPerDecimalLevel) * levels.length;
  if (enough && levels.length <= mostOrdered && (whole || onGrid(levels)))
    return { kind: whole && namesCategory(cells.name) ? "category" : "ordered" };
  if (whole && namesCategory(cells.name) && cells.distinct <= mostLevels && present >= 3 * cells.distinct)
    return { kind: "category" };
  return { kind: whole ? "whole" : "number" };
};

const uuid = /^\{?[\da-f]{8}-?([\da-f]{4}-?){3}[\da-f]{12}\}?$|^[\da-f]{24,64}$/i;

const kindOfTexts = (cells: CellColumn, rows: number): Decision => {
  const { texts, distinct, missing, numeric } = cells;
  const present = rows - missing;
  if (distinct === 1) return { kind: missing > 0 ? "category" : "constant" };
  const lower = [...new Set(texts.slice(0, 20).map((text) => text.toLowerCase()))];
  if (texts.length <= 20 && yesNoOrder(lower)) return { kind: "yes-no" };
  if (texts.length <= 20 && scaleOrder(texts)) return { kind: "ordered" };
  if (scanDate(texts[0]!) && findDates(texts)) return { kind: "date" };
  if (uuid.test(texts[0]!) && texts.every((text) => uuid.test(text)))
    return { leaveOut: "identifiers that computers made" };
  if (distinct > mostOrdered && numeric > 0.9 * present) return { numbers: numeric };
  if (present >= 3 && distinct === present) return { leaveOut: "texts that name the row, another in every row" };
  if (distinct > mostOrdered && distinct > present / 2)
    return { leaveOut: `free text, ${grouped(distinct)} different in ${grouped(present)} rows` };
  return { kind: "category" };
};

/** @param rows of the table */
export const decideKind = (cells: CellColumn, rows: number): Decision => {
  if (cells.missing === rows) return { leaveOut: "no cell has a value" };
  if (cells.typed === "date")
    return { kind: new Set(cells.numbers).size > 1 || cells.missing > 0 ? "date" : "constant" };
  return cells.other === 0 ? kindOfNumbers(cells, rows) : kindOfTexts(cells, rows);
};
