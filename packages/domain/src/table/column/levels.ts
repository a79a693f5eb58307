/** The levels of a column and how often each occurs. */
import type { CellColumn } from "@scorefield/data";
import { scaleOrder, yesNoOrder } from "./scales.ts";

/** Levels of a column. */
export interface FoundLevels {
  readonly levels: readonly string[];
  /** The numbers that they stand for, ascending, where all are numbers. */
  readonly numbers?: readonly number[];
  /** The code of a row's level; NaN where it is missing, and where its level is unknown. */
  readonly code: (row: number) => number;
}

/** A text is the number itself, not a code with zeros before it. */
const isNumberText = (text: string): boolean => !/^[+-]?0\d/.test(text);

const byNumber = ({ numbers, codes, texts }: CellColumn): FoundLevels => {
  const firsts = new Map<number, string>();
  for (const [i, value] of numbers.entries())
    if (!Number.isNaN(value) && !firsts.has(value)) firsts.set(value, texts[codes[i]!] ?? `${value}`);
  const values = [...firsts.keys()].sort((a, b) => a - b);
  const at = new Map(values.map((value, i) => [value, i]));
  const own = values.map((value) => firsts.get(value)!);
  // Of two texts of one number each stands for one level.
  const levels = new Set(own).size === own.length ? own : values.map((value) => `${value}`);
  return { levels, numbers: values, code: (row) => at.get(numbers[row]!) ?? Number.NaN };
};

const byText = (cells: CellColumn, order: readonly string[] | undefined): FoundLevels => {
  const { texts, codes } = cells;
  const levels = order ?? [...texts].sort((a, b) => (a < b ? -1 : 1));
  const at = new Map(levels.map((text, i) => [text, i]));
  const codeOf = Float64Array.from(texts, (text) => at.get(text) ?? Number.NaN);
  return { levels, code: (row) => codeOf[codes[row]!] ?? Number.NaN };
};

/** Yes and no, each as it is written most often where there are several ways. */
const asAnswers = (cells: CellColumn): FoundLevels | undefined => {
  const { texts, codes } = cells;
  const order = yesNoOrder([...new Set(texts.map((text) => text.toLowerCase()))]);
  if (!order) return undefined;
  const counts = new Float64Array(texts.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const answer = texts.map((text) => order.indexOf(text.toLowerCase()));
  const levels = order.map((_, k) =>
    texts.reduce(
      (most, _, i) => (answer[i] === k && (most < 0 || counts[i]! > counts[most]!) ? i : most),
      -1 as number,
    ),
  );
  return {
    levels: levels.map((i) => texts[i]!),
    code: (row) => answer[codes[row]!] ?? Number.NaN,
  };
};

/**
 * The levels of cells.
 * @param kind ordered levels are in the order of their numbers, or of the words of a scale; undefined where there is no order
 * @param chosen levels in the order that a person says
 */
export const findLevels = (
  cells: CellColumn,
  kind: "ordered" | "category" | "yes-no",
  chosen?: readonly string[],
): FoundLevels | undefined => {
  const numeric = cells.other === 0 && cells.texts.every(isNumberText);
  if (chosen) return byText(cells, chosen);
  if (numeric) return byNumber(cells);
  if (kind === "yes-no") return asAnswers(cells) ?? byText(cells, undefined);
  if (kind === "category") return byText(cells, undefined);
  const order = scaleOrder(cells.texts);
  return order && byText(cells, order);
};
