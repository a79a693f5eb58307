/** Kinds of columns that a person says: `zip=category`, `age=whole`, `size=ordered:small<medium<large`, `note=leave-out`. */
import { ArgumentError } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { didYouMean } from "@scorefield/tensor/internal";
import { shortList } from "../../names.ts";
import { type ColumnKind, columnKinds } from "../table-column.ts";
import type { DayOrder } from "./date-text.ts";

/** What a person says of a column. */
export interface ChosenKind {
  readonly kind: ColumnKind | "leave-out";
  /** Of ordered levels, ascending. */
  readonly levels?: readonly string[];
  /** Of dates. */
  readonly order?: DayOrder;
}

/** The words that stand for a kind. */
const kindWords = [...columnKinds.filter((kind) => kind !== "constant"), "day-first", "month-first", "leave-out"];

/** @param word such as `whole`, `leave-out`, `day-first` for dates, or `ordered:small<medium<large` */
const chosenKind = (column: string, word: string): ChosenKind => {
  const [kind = "", ...rest] = word.split(":");
  const levels =
    rest.length > 0
      ? rest
          .join(":")
          .split("<")
          .map((level) => level.trim())
      : undefined;
  if (kind === "day-first" || kind === "month-first") return { kind: "date", order: kind };
  if (!kindWords.includes(kind))
    throw new ArgumentError(
      `kinds: column ${JSON.stringify(column)}: expected one of ${kindWords.join(", ")}, found ${word}${didYouMean(kind, kindWords)}`,
    );
  if (levels === undefined) return { kind: kind as ChosenKind["kind"] };
  if (kind !== "ordered" || levels.includes("") || levels.length < 2)
    throw new ArgumentError(
      `kinds: column ${JSON.stringify(column)}: expected levels of an ordered column, as in ordered:small<medium<large, found ${word}`,
    );
  return { kind, levels };
};

const parsed = (kinds: readonly string[]): (readonly [name: string, word: string])[] =>
  kinds.map((entry) => {
    // A kind has this sign nowhere, and a name seldom.
    const at = entry.indexOf("=");
    if (at < 1)
      throw new ArgumentError(`kinds: expected a column and its kind, as in age=whole, found ${JSON.stringify(entry)}`);
    return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
  });

/** The orders of day and month that kinds say, by the name of a column. */
export const chosenOrders = (kinds: readonly string[]): ReadonlyMap<string, DayOrder> =>
  new Map(
    parsed(kinds).flatMap(([name, word]) => (word === "day-first" || word === "month-first" ? [[name, word]] : [])),
  );

/**
 * Kinds by the name of a column.
 * @param kinds entries such as `age=whole`
 * @param names of the columns that there are
 * @throws ArgumentError for an entry without a kind, or with one that is not known; DataError for a column that is not there
 */
export const chosenKinds = (
  kinds: readonly string[] | Readonly<Record<string, string>>,
  names: readonly string[],
  path?: string,
): ReadonlyMap<string, ChosenKind> => {
  const pairs = Array.isArray(kinds) ? parsed(kinds) : Object.entries(kinds as Readonly<Record<string, string>>);
  const chosen = new Map<string, ChosenKind>();
  for (const [name, word] of pairs) {
    if (!names.includes(name))
      throw new DataError({
        path,
        column: name,
        expected: `columns among ${shortList(names)} in kinds`,
        found: `no such column${didYouMean(name, names)}`,
      });
    chosen.set(name, chosenKind(name, word));
  }
  return chosen;
};
