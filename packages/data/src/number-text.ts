/**
 * Numbers as people write them: decimal points or commas, and thousands set apart by commas, points, blanks or apostrophes.
 * A text such as `1,234` is a number both ways, but not the same one, so both readings are given. What decides between them
 * is the rest of the column, and then of the file: see `number-style.ts`.
 */

/** What a cell's text is. */
export const CellKind = {
  missing: 0,
  /** A word that is missing in some columns, and a category in others: see `missing-words.ts`. */
  perhapsMissing: 1,
  text: 2,
  /** A number that reads the same both ways. */
  plain: 3,
  /** Only with a decimal point: `3.14`, `1,234.5`, `1,234,567`. */
  point: 4,
  /** Only with a decimal comma: `3,14`, `1.234,5`, `1.234.567`. */
  comma: 5,
  /** `1,234`: 1234, or 1.234 with a decimal comma. */
  eitherComma: 6,
  /** `1.234`: 1.234, or 1234 with a decimal comma. */
  eitherPoint: 7,
  /** `inf`, which is a number, but not a finite one. */
  infinite: 8,
} as const;

/** One of {@link CellKind}. */
export type CellKind = (typeof CellKind)[keyof typeof CellKind];

/** A text read as a number. */
export interface NumberText {
  readonly kind: CellKind;
  /** The number, with a decimal point where both are possible. NaN where it is none. */
  readonly value: number;
  /** With a decimal comma, where that gives another number. */
  readonly other: number;
  /** Decimals written, by `value` and by `other`. */
  readonly decimals: number;
  readonly otherDecimals: number;
  /** What sets thousands apart, by `value` and by `other`; empty where nothing does. */
  readonly thousands: string;
  readonly otherThousands: string;
  /** A whole number of four digits or more without anything between them. */
  readonly long: boolean;
}

/** What the options say about numbers; undefined is to be found. */
export interface NumberRules {
  readonly decimal?: "." | "," | undefined;
  /** Empty: thousands are not set apart. */
  readonly thousands?: string | undefined;
}

const blanks = " \u00a0\u202f\u2009";
const apostrophes = "'’";
const shape =
  /^([+\-−]?)(\d{0,400})((?:[,.' \u00a0\u202f\u2009’]\d{3}){0,200})(?:([.,])(\d{0,2000}))?(?:e([+-]?\d{1,5}))?$/i;
const infinity = /^[+\-−]?(inf|infinity|∞)$/i;

const notNumber: NumberText = {
  kind: CellKind.text,
  value: Number.NaN,
  other: Number.NaN,
  decimals: 0,
  otherDecimals: 0,
  thousands: "",
  otherThousands: "",
  long: false,
};

const same = (a: string, b: string): boolean =>
  a === b || (blanks.includes(a) && blanks.includes(b)) || (apostrophes.includes(a) && apostrophes.includes(b));

/** What is read of a number that has one meaning. */
const only = (kind: CellKind, value: number, decimals: number, thousands: string, long: boolean): NumberText => ({
  ...notNumber,
  kind,
  value,
  decimals,
  thousands,
  long,
});

/**
 * Reads a trimmed text as a number, under the rules. Exponents are allowed, signs too (also U+2212); thousands are groups of
 * three digits after one to three, all set apart by the same character.
 */
export const numberText = (text: string, rules: NumberRules = {}): NumberText => {
  const found = shape.exec(text);
  if (!found) return infinity.test(text) ? { ...notNumber, kind: CellKind.infinite } : notNumber;
  const [, sign = "", head = "", groups = "", mark = "", fraction = "", exponent] = found;
  const negative = sign === "-" || sign === "−";
  const number = (whole: string, part: string): number => {
    const value = Number(`${negative ? "-" : ""}${whole || "0"}.${part || "0"}e${exponent ?? "0"}`);
    return Number.isFinite(value) ? value : Number.NaN;
  };
  const shown = (written: number): number => Math.max(0, written - Number(exponent ?? 0));
  const accepts = (decimal: string): boolean => rules.decimal === undefined || rules.decimal === decimal;
  const mayGroup = (by: string): boolean =>
    rules.thousands === undefined || (rules.thousands !== "" && same(rules.thousands, by));

  if (groups === "") {
    if (head === "" && fraction === "") return notNumber;
    const value = number(head, fraction);
    if (Number.isNaN(value)) return notNumber;
    if (mark === "") return only(CellKind.plain, value, shown(0), "", head.length > 3);
    if (!accepts(mark)) return notNumber;
    return only(mark === "." ? CellKind.point : CellKind.comma, value, shown(fraction.length), "", false);
  }

  const by = groups[0]!;
  const grouped = head.length >= 1 && head.length <= 3 && !/^0/.test(head) && exponent === undefined;
  const count = groups.length / 4;
  let uniform = true;
  for (let i = 4; i < groups.length; i += 4) uniform &&= same(groups[i]!, by);
  const isMark = by === "," || by === ".";
  const digits = head + groups.replace(/\D/g, "");

  // The last group may be the decimals, as in `1,234`, or `1 234,500`, whose marks differ.
  if (mark === "" && !uniform) {
    const last = groups[groups.length - 4]!;
    const rest = groups.slice(0, -4);
    const even = [...rest].every((c, i) => i % 4 !== 0 || same(c, by));
    if (!even || (last !== "," && last !== ".") || !grouped || !accepts(last) || !mayGroup(by)) return notNumber;
    const value = number(digits.slice(0, -3), digits.slice(-3));
    return only(last === "." ? CellKind.point : CellKind.comma, value, 3, by, false);
  }
  if (!uniform) return notNumber;
  if (mark !== "") {
    if (!grouped || mark === by || !accepts(mark) || !mayGroup(by)) return notNumber;
    const value = number(digits, fraction);
    return only(mark === "." ? CellKind.point : CellKind.comma, value, fraction.length, by, false);
  }
  // Groups and nothing else.
  const asWhole = grouped && mayGroup(by) && (!isMark || accepts(by === "," ? "." : ","));
  const asDecimals = isMark && count === 1 && accepts(by);
  const whole = number(digits, "");
  const decimals = number(head, groups.slice(1));
  if (!isMark) return asWhole ? only(CellKind.plain, whole, 0, by, false) : notNumber;
  if (asWhole && !asDecimals) return only(by === "," ? CellKind.point : CellKind.comma, whole, 0, by, false);
  if (asDecimals && !asWhole) return only(by === "." ? CellKind.point : CellKind.comma, decimals, shown(3), "", false);
  if (!asWhole) return notNumber;
  return by === ","
    ? {
        kind: CellKind.eitherComma,
        value: whole,
        other: decimals,
        decimals: 0,
        otherDecimals: 3,
        thousands: ",",
        otherThousands: "",
        long: false,
      }
    : {
        kind: CellKind.eitherPoint,
        value: decimals,
        other: whole,
        decimals: 3,
        otherDecimals: 0,
        thousands: "",
        otherThousands: ".",
        long: false,
      };
};

/** A sign that stands before or behind a number: a currency, or percent. */
export interface Affix {
  readonly prefix: string;
  readonly suffix: string;
}

const affixed = /^(?:([+\-−]?)(\p{Sc})\s?([^\s].*)|(.*[^\s])\s?(%|‰|\p{Sc}))$/u;

/** A text without its currency or percent sign, if it has one. */
export const withoutAffix = (text: string): { readonly rest: string; readonly affix: Affix } | undefined => {
  if (text.length > 60) return;
  const found = affixed.exec(text);
  if (!found) return;
  const [, sign = "", before, behind = "", rest = "", after] = found;
  return before === undefined
    ? { rest, affix: { prefix: "", suffix: after! } }
    : { rest: sign + behind, affix: { prefix: before, suffix: "" } };
};
