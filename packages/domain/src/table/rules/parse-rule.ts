/** Linear rules of rows as a person writes them. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import type { TableColumn } from "../table-column.ts";
import { gridOf } from "./grid.ts";
import type { LinearRule } from "./rule.ts";
import { finestStep, tidy } from "./rule-steps.ts";
import { ruleError, ruleTokens, type Token } from "./rule-tokens.ts";

/** A sum of columns and numbers. */
interface Sum {
  readonly columns: ReadonlyMap<string, number>;
  readonly constant: number;
  /** Where it has a date or a duration, a plain number, each that is not zero. */
  readonly timeAt?: number | undefined;
  readonly plainAt?: number | undefined;
}

const scaled = (sum: Sum, factor: number): Sum => ({
  ...sum,
  columns: new Map([...sum.columns].map(([name, value]) => [name, value * factor])),
  constant: sum.constant * factor,
});

const added = (a: Sum, b: Sum): Sum => {
  const columns = new Map(a.columns);
  for (const [name, value] of b.columns) columns.set(name, (columns.get(name) ?? 0) + value);
  const [timeAt, plainAt] = [a.timeAt ?? b.timeAt, a.plainAt ?? b.plainAt];
  return { columns, constant: a.constant + b.constant, timeAt, plainAt };
};

const notLinear = "found a product of columns; rules are sums of columns times numbers. Add such a product as a column";

/** Reads sums: `2 * (a - b) + 3`. */
const sumReader = (rule: string, columns: readonly TableColumn[], tokens: readonly Token[]) => {
  let next = 0;
  const peek = (): Token => tokens[next]!;
  const isSign = (signs: string): boolean => peek().kind === "sign" && signs.includes(peek().text);

  const columnSum = ({ name, at }: Token & { readonly kind: "column" }): Sum => {
    const column = columns.find((known) => known.name === name)!;
    if (!gridOf(column))
      throw ruleError(
        rule,
        at,
        `expected a column of numbers or dates; ${name} is ${column.kind === "ordered" ? "ordered by levels that are no numbers" : `of kind ${column.kind}`}`,
      );
    return { columns: new Map([[name, 1]]), constant: 0 };
  };

  const factor = (): Sum => {
    const token = peek();
    next++;
    if (token.kind === "column") return columnSum(token);
    if (token.kind === "number") {
      const unit = peek();
      if (unit.kind !== "unit")
        return { columns: new Map(), constant: token.value, ...(token.value !== 0 && { plainAt: token.at }) };
      next++;
      return { columns: new Map(), constant: token.value * unit.value, timeAt: token.at };
    }
    if (token.kind === "date") return { columns: new Map(), constant: token.value, timeAt: token.at };
    if (token.kind === "sign" && "+-".includes(token.text)) return scaled(factor(), token.text === "-" ? -1 : 1);
    if (token.kind === "sign" && token.text === "(") {
      const inner = sum();
      if (!isSign(")")) throw ruleError(rule, peek().at, `expected ), found ${peek().text}`);
      next++;
      return inner;
    }
    throw ruleError(rule, token.at, `expected a column or a number, found ${token.text}`);
  };

  const product = (): Sum => {
    let left = factor();
    while (isSign("*/")) {
      const { text, at } = peek();
      next++;
      const right = factor();
      if (text === "/") {
        if (right.columns.size > 0) throw ruleError(rule, at, notLinear.replace("a product", "a quotient"));
        if (right.constant === 0) throw ruleError(rule, at, "found a division by 0");
        left = scaled(left, 1 / right.constant);
        continue;
      }
      if (left.columns.size > 0 && right.columns.size > 0) throw ruleError(rule, at, notLinear);
      const [of, by] = left.columns.size > 0 ? [left, right] : [right, left];
      // A number times a column is in the column's unit; a number times a duration is a duration.
      const timeAt = of.columns.size > 0 ? of.timeAt : (of.timeAt ?? by.timeAt);
      left = { ...scaled(of, by.constant), timeAt, plainAt: timeAt === undefined ? of.plainAt : undefined };
    }
    return left;
  };

  const sum = (): Sum => {
    let total = product();
    while (isSign("+-")) {
      const { text } = peek();
      next++;
      total = added(total, scaled(product(), text === "-" ? -1 : 1));
    }
    return total;
  };

  return { sum, peek, skip: () => next++ };
};

/**
 * Rules from their text: `end >= start`, `a + b = total`, `2*a - 0.5*b <= 10`, `end <= start + 30 days`,
 * `Low <= Open <= High` (two rules), `total = a + b within 0.01`.
 *
 * Names of columns that hold signs may be in double quotes or backticks. Where a name such as `education-num` is a column, it
 * is taken for that and not for a difference. Numbers beside dates are durations, such as `2 days`, or dates, such as
 * `2024-01-31`. `<` is read as `<=` with one step of the columns in between, such as 1 for whole numbers and 0.01 for two
 * decimals; it is refused where a column has measured numbers without fixed decimals, or levels.
 * @returns one rule for each comparison
 * @throws ArgumentError naming the place in the text: for unknown columns and signs, for products of columns, and for
 *   categories
 */
export const parseRule = (text: string, columns: readonly TableColumn[]): LinearRule[] => {
  if (typeof text !== "string") throw new ArgumentError(`parseRule: expected the text of a rule, found ${typeof text}`);
  checkMade("parseRule columns", columns, ["length", "find"], "a list of columns");
  const tokens = ruleTokens(
    text,
    columns.map(({ name }) => name),
  );
  const { sum, peek, skip } = sumReader(text, columns, tokens);
  const rules: LinearRule[] = [];
  let [left, from] = [sum(), 0];
  do {
    const { kind, text: sign, at } = peek();
    if (kind !== "relation") throw ruleError(text, at, `expected one of <= >= = < >; found ${sign}`);
    if (sign === "!=" || sign === "≠")
      throw ruleError(text, at, `expected one of <= >= = < >; found ${sign}, which no nearest row keeps`);
    skip();
    const rightAt = peek().at;
    const right = sum();
    let within: number | undefined;
    if (peek().kind === "within") {
      if (!"==".includes(sign)) throw ruleError(text, peek().at, "expected within after an equality only");
      skip();
      const allowed = sum();
      if (allowed.columns.size > 0 || !(allowed.constant >= 0))
        throw ruleError(text, at, "expected a number of at least 0 after within");
      within = allowed.constant;
    }
    const upward = sign === ">=" || sign === ">" || sign === "≥";
    const difference = upward ? added(right, scaled(left, -1)) : added(left, scaled(right, -1));
    const used = columns.filter(({ name }) => tidy(difference.columns.get(name) ?? 0) !== 0);
    if (used.length === 0) throw ruleError(text, at, "expected a column that does not cancel out, found none");
    const dates = used.some((column) => column.kind === "date");
    if (dates && difference.plainAt !== undefined && difference.constant !== 0)
      throw ruleError(text, difference.plainAt, "expected a duration such as 2 days, or a date such as 2024-01-31");
    if (!dates && difference.timeAt !== undefined)
      throw ruleError(text, difference.timeAt, "expected a number, as no column here is a date");
    const coefficients = Object.fromEntries(used.map(({ name }) => [name, tidy(difference.columns.get(name)!)]));
    let gap = 0;
    if (sign === "<" || sign === ">") {
      const step = finestStep(coefficients, used);
      if (step === undefined)
        throw ruleError(text, at, `expected ${sign}= in place of ${sign}, as these columns have no fixed step`);
      gap = step;
    }
    const part = text.slice(from, peek().at).trim();
    rules.push({
      kind: "linear",
      coefficients,
      relation: "==".includes(sign) ? "=" : "<=",
      constant: tidy(-difference.constant - gap) + 0,
      ...(within && { within }),
      text: part,
    });
    [left, from] = [right, rightAt];
  } while (peek().kind === "relation");
  if (peek().kind !== "end") throw ruleError(text, peek().at, `expected + - * / or the end, found ${peek().text}`);
  return rules;
};
