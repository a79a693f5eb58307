/** Conditions on columns, as people write them: `age >= 30, city = Paris | Rome, income != missing`. */
import { ArgumentError, didYouMean } from "@scorefield/core";
import type { TableColumn } from "../table-column.ts";
import type { ColumnCondition } from "./allowed.ts";

const millisecondsOfDay = 86_400_000;
const relations = ["<=", ">=", "==", "!=", "≤", "≥", "≠", "<", ">", "="] as const;
const plainly: Readonly<Record<string, string>> = { "==": "=", "≤": "<=", "≥": ">=", "≠": "!=" };

/** Parts of a text between marks that are not in quotes, trimmed. */
const partsBetween = (text: string, mark: string): string[] => {
  const parts = [""];
  let quote = "";
  for (const letter of text) {
    if (quote === "" && letter === mark) {
      parts.push("");
      continue;
    }
    if (quote === letter) quote = "";
    // An apostrophe within a word is none.
    else if (
      quote === "" &&
      (letter === '"' || letter === "'") &&
      parts
        .at(-1)!
        .trimEnd()
        .match(/(^|[<>=≤≥≠|])$/)
    )
      quote = letter;
    parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
};

const unquoted = (text: string): string => {
  const [quote] = text;
  return text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
};

/** A condition's column, relation and value. Names of columns may hold signs and spaces, the longest one is taken. */
const splitCondition = (part: string, columns: readonly TableColumn[]) => {
  const refuse = (expected: string, found: string): never => {
    throw new ArgumentError(`condition "${part}": expected ${expected}, found ${found}`);
  };
  const names = columns.map(({ name }) => name);
  const candidates = columns.flatMap((column) =>
    [column.name, `"${column.name}"`, `'${column.name}'`].flatMap((written) => {
      if (!part.startsWith(written)) return [];
      const rest = part.slice(written.length).trimStart();
      const relation = relations.find((sign) => rest.startsWith(sign));
      return relation ? [{ column, relation, value: rest.slice(relation.length).trim(), length: written.length }] : [];
    }),
  );
  const [found] = candidates.sort((a, b) => b.length - a.length);
  if (!found) {
    const at = relations.map((sign) => part.indexOf(sign)).filter((at) => at >= 0);
    const name = unquoted(part.slice(0, at.length > 0 ? Math.min(...at) : undefined).trim());
    if (names.includes(name)) return refuse("a relation such as = or >= after the column", "none");
    // What stands behind the comma of a number or a text.
    const comma = at.length === 0 ? '. A value with a comma stands in quotes, as in price>="1,50"' : "";
    return refuse(`a column among ${names.join(", ")}`, `${name}${didYouMean(name, names)}${comma}`);
  }
  if (found.value === "") refuse("a value after the relation", "none");
  return { ...found, relation: plainly[found.relation] ?? found.relation };
};

type Bounds = Pick<ColumnCondition, "low" | "high" | "lowOpen" | "highOpen">;

const bounds = (relation: string, value: number): Bounds => {
  const open = relation === "<" || relation === ">";
  return relation.startsWith("<") ? { high: value, highOpen: open } : { low: value, lowOpen: open };
};

/** Of levels that stand for numbers: the codes of those in relation to a number, which need not be a level. */
const codeBounds = (relation: string, value: number, numbers: readonly number[]): Bounds => {
  const inside = (number: number) =>
    relation === "<"
      ? number < value
      : relation === "<="
        ? number <= value
        : relation === ">"
          ? number > value
          : number >= value;
  const codes = numbers.flatMap((number, code) => (inside(number) ? [code] : []));
  return relation.startsWith("<") ? { high: codes.at(-1) ?? -1 } : { low: codes[0] ?? numbers.length };
};

/** A day, of a column whose cells have a time: from its first moment to before the next day. */
const dayBounds = (relation: string, day: number): Bounds => {
  const next = day + millisecondsOfDay;
  switch (relation) {
    case "<":
      return { high: day, highOpen: true };
    case "<=":
      return { high: next, highOpen: true };
    case ">":
      return { low: next };
    case ">=":
      return { low: day };
    default:
      return { low: day, high: next, highOpen: true };
  }
};

const readCondition = (
  part: string,
  columns: readonly TableColumn[],
  codeOf: (column: TableColumn, text: string) => number,
): ColumnCondition => {
  const { column, relation, value } = splitCondition(part, columns);
  const { name, kind, levels, numbers, time } = column;
  const about = { column: name };
  const refuse = (problem: string): never => {
    throw new ArgumentError(`condition "${part}": ${problem}`);
  };
  const equal = relation === "=" || relation === "!=";
  if (equal && value === "missing" && !levels?.includes(value)) return { ...about, missing: relation === "=" };
  const texts = partsBetween(value, "|").map(unquoted);
  if (!equal) {
    if (texts.length > 1) refuse(`expected one bound after ${relation}, found ${texts.length} values`);
    const [text] = texts as [string];
    if (kind === "category" || kind === "yes-no")
      refuse(`expected = or != and a level, as ${name} has no order, found ${relation}`);
    const number = text === "" ? Number.NaN : Number(text);
    if (numbers && Number.isFinite(number)) return { ...about, ...codeBounds(relation, number, numbers) };
    const bound = codeOf(column, text);
    const isDay = kind === "date" && time === true && !text.includes(":");
    return { ...about, ...(isDay ? dayBounds(relation, bound) : bounds(relation, bound)) };
  }
  const values = texts.map((text) => codeOf(column, text));
  if (relation === "!=") {
    if (!levels) refuse("expected a range, such as with < or >, as != leaves all other values, found !=");
    return { ...about, is: levels!.map((_, code) => code).filter((code) => !values.includes(code)) };
  }
  if (kind === "date" && time === true && texts.some((text) => !text.includes(":"))) {
    if (texts.length > 1) refuse(`expected one day, or times of day as well, found ${texts.length} values`);
    return { ...about, ...dayBounds(relation, values[0]!) };
  }
  return { ...about, is: values.length === 1 ? values[0]! : values };
};

/**
 * Conditions between commas, which all hold: a column, one of `= != < <= > >=`, and a value. After = several values may
 * stand with | between them. `= missing` and `!= missing` are of missing cells. Values and names may be in quotes, which
 * those with commas need. A date without a time is the whole day.
 * @param codeOf the number or the code that a text means in a column
 * @throws ArgumentError for what is none of these, and as `codeOf`
 */
export const parseWhere = (
  text: string,
  columns: readonly TableColumn[],
  codeOf: (column: TableColumn, text: string) => number,
): ColumnCondition[] => {
  const parts = partsBetween(text, ",");
  if (parts.includes(""))
    throw new ArgumentError(`conditions "${text}": expected a condition on each side of a comma, found none`);
  return parts.map((part) => readCondition(part, columns, codeOf));
};
