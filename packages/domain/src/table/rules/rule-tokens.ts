/** The words of a rule: names of columns, numbers, dates, durations and signs. */
import { ArgumentError, didYouMean } from "@scorefield/core";

/** A word of a rule, and where it stands. */
export type Token =
  | { readonly kind: "column"; readonly text: string; readonly at: number; readonly name: string }
  | { readonly kind: "number" | "date" | "unit"; readonly text: string; readonly at: number; readonly value: number }
  | { readonly kind: "sign" | "relation" | "within" | "end"; readonly text: string; readonly at: number };

/** Milliseconds in the units that durations are written in. */
const durations: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
  millisecond: 1,
};

/** An error that names the place in the rule. @param at counted from 0 */
export const ruleError = (rule: string, at: number, problem: string): ArgumentError =>
  new ArgumentError(`rule ${JSON.stringify(rule)}, character ${at + 1}: ${problem}`);

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);

const relations = ["<=", ">=", "==", "!=", "≤", "≥", "≠", "<", ">", "="];

/**
 * The words of a rule. A name of a column is taken before anything else, the longest first, so that names with spaces and
 * hyphens need no quotes if they begin with a letter. Quotes or backticks around a name say that it is one; quotes inside are
 * doubled.
 * @param from where to begin
 * @throws ArgumentError for a word that is none of these
 */
export const ruleTokens = (rule: string, names: readonly string[], from = 0): Token[] => {
  const byLength = names.filter((name) => /^[\p{L}_]/u.test(name)).sort((a, b) => b.length - a.length);
  const tokens: Token[] = [];
  let at = from;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(rule)?.[0];
  };
  const unknown = (name: string): never => {
    const shown = names.length > 12 ? `${names.slice(0, 12).join(", ")}, ...` : names.join(", ");
    throw ruleError(rule, at, `expected a column among ${shown}; found ${name}${didYouMean(name, names)}`);
  };
  while (at < rule.length) {
    const letter = rule[at]!;
    if (/\s/.test(letter)) {
      at++;
      continue;
    }
    if (letter === '"' || letter === "`") {
      const quoted = take(letter === '"' ? /"(?:[^"]|"")*"/y : /`(?:[^`]|``)*`/y);
      if (quoted === undefined) throw ruleError(rule, at, `expected a closing ${letter} after the name of a column`);
      const name = quoted.slice(1, -1).replaceAll(letter + letter, letter);
      if (!names.includes(name)) unknown(name);
      tokens.push({ kind: "column", text: quoted, at, name });
      at += quoted.length;
      continue;
    }
    const name = byLength.find((known) => {
      if (!rule.startsWith(known, at)) return false;
      // Not the beginning of a longer word.
      return !(isWord(known.at(-1)) && isWord(rule[at + known.length]));
    });
    const before = tokens.at(-1);
    const word = name === undefined ? take(/[\p{L}_][\p{L}\p{N}_]*/uy) : undefined;
    const unit = word && durations[word.toLowerCase().replace(/s$/, "")];
    const date = take(/\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?![\d-])/y);
    const number = take(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    const relation = relations.find((sign) => rule.startsWith(sign, at));
    let text: string;
    if (name !== undefined) tokens.push({ kind: "column", text: (text = name), at, name });
    else if (unit && before?.kind === "number") tokens.push({ kind: "unit", text: (text = word), at, value: unit });
    else if (word === "within") tokens.push({ kind: "within", text: (text = word), at });
    else if (word !== undefined) return unknown(word);
    else if (date !== undefined) {
      const value = Date.parse(date.length === 10 ? date : `${date}Z`);
      if (Number.isNaN(value)) throw ruleError(rule, at, `expected a date such as 2024-01-31, found ${date}`);
      tokens.push({ kind: "date", text: (text = date), at, value });
    } else if (number !== undefined) {
      if (!Number.isFinite(Number(number))) throw ruleError(rule, at, `expected a finite number, found ${number}`);
      tokens.push({ kind: "number", text: (text = number), at, value: Number(number) });
    } else if (relation !== undefined) tokens.push({ kind: "relation", text: (text = relation), at });
    else if ("+-*/()".includes(letter)) tokens.push({ kind: "sign", text: (text = letter), at });
    else {
      const expected = "expected a column, a number, + - * / ( ) or one of <= >= = < >";
      throw ruleError(rule, at, `${expected}; found ${String.fromCodePoint(rule.codePointAt(at)!)}`);
    }
    at += text.length;
  }
  return [...tokens, { kind: "end", text: "the end", at: rule.length }];
};
