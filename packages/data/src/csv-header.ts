/** Whether the first record of a text file, or the first row of a sheet, holds names. */
import { CellKind, numberText } from "./number-text.ts";
import { cellNumber } from "./table.ts";

/** Records that are looked at to decide. */
export const headerLookahead = 50;

const datelike = /^\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([T ]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}/;

/** A cell as it counts here: a number, nothing, a date, or words. */
const sort = (cell: unknown): "number" | "missing" | "date" | "words" => {
  if (cell instanceof Date) return "date";
  const value = cellNumber(cell);
  if (value !== undefined) return Number.isNaN(value) ? "missing" : "number";
  if (typeof cell !== "string") return "words";
  const text = cell.trim();
  const { kind } = numberText(text);
  if (kind !== CellKind.text && kind !== CellKind.infinite) return "number";
  return datelike.test(text) ? "date" : "words";
};

/**
 * Whether the first of some records holds names: words above a number, a date or a truth value do. Where all is words, it
 * does unless the words occur twice in it, or half of them again below.
 */
export const looksLikeHeader = (records: readonly (readonly unknown[])[]): boolean => {
  const [first = [], ...below] = records;
  const sorts = first.map(sort);
  if (!sorts.includes("words")) return false;
  const under = first.map((_, i) => below.map((cells) => sort(cells[i])).find((kind) => kind !== "missing"));
  if (sorts.some((kind, i) => kind === "words" && (under[i] === "number" || under[i] === "date"))) return true;
  if (sorts.includes("number") || sorts.some((kind, i) => kind === "date" && under[i] === "date")) return false;
  const words = first.filter((_, i) => sorts[i] === "words").map((cell) => `${cell}`.trim());
  if (new Set(words).size < words.length) return false;
  const again = first.filter((cell, i) => sorts[i] === "words" && below.some((cells) => cells[i] === cell)).length;
  return below.length < 2 || 2 * again < words.length;
};
