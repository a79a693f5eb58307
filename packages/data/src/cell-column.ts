/** One column of cells of any kind, collected compactly: a number and a code of its text for each cell. */

import { dateText } from "./date-text.ts";
import { distinctNumbers } from "./distinct-count.ts";
import { withoutGuard } from "./formula-cells.ts";
import { isWord, keptTexts } from "./kept-texts.ts";
import { missingWord, startsWithDigit } from "./missing-words.ts";
import type { ColumnStyle, StyleEvidence } from "./number-style.ts";
import { type Affix, CellKind, type NumberRules, type NumberText, numberText, withoutAffix } from "./number-text.ts";
import { decimalsOf, quickMark } from "./quick-number.ts";

/** A column of cells. */
export interface CellColumn {
  readonly name: string;
  /** [rows]: the number in a cell that holds one, NaN otherwise. Dates are milliseconds since 1970 UTC. */
  readonly numbers: Float64Array;
  /**
   * [rows]: a position in `texts`; -1 where the cell is missing; -2 where its text is not kept, as the column has more than
   * `mostTexts` different ones.
   */
  readonly codes: Int32Array;
  /** Different texts, trimmed, in order of first appearance. Those of numbers too, while they are few. */
  readonly texts: readonly string[];
  /** Different cell values. Beyond 2^20 different texts, 2^20 + 1. */
  readonly distinct: number;
  /** Cells that are missing, that hold a number (or a date), and that hold something else. */
  readonly missing: number;
  readonly numeric: number;
  readonly other: number;
  /** What all cells are, as the file itself says: of Parquet, Excel, SQLite, JSON, arrays. */
  readonly typed?: "number" | "text" | "boolean" | "date";
  /** Decimals of its numbers: as many as any has. */
  readonly decimals?: number;
  /** A currency or percent sign that stands before, or behind, every number. `numbers` has 12 for `12 %`. */
  readonly prefix?: string;
  readonly suffix?: string;
}

const mostDecimals = 17;
const minimumRows = 1024;

type Typed = NonNullable<CellColumn["typed"]>;

/** A column being collected. */
export interface ColumnBuilder {
  /** Adds a cell of a text file, or of a file that keeps types. @returns false where it is neither number, text, boolean nor date */
  add(cell: unknown): boolean;
  /** What its cells say about the style of numbers. */
  evidence(): StyleEvidence;
  /** Takes the column. It cannot be added to afterwards. */
  finish(style: ColumnStyle): {
    readonly column: CellColumn;
    readonly thousands: string;
    readonly remarks: readonly string[];
  };
}

const grown = <A extends Float64Array | Int32Array>(array: A, make: (length: number) => A): A => {
  const larger = make(2 * array.length);
  larger.set(array as never);
  return larger;
};

const apostrophe = 39;

const numberKinds = [
  CellKind.plain,
  CellKind.point,
  CellKind.comma,
  CellKind.eitherComma,
  CellKind.eitherPoint,
] as const;

/**
 * An empty column.
 * @param rules what the options say about numbers
 * @param words more words for missing cells, in lower case
 * @param keepsTypes whether the file keeps types, as text files do not
 */
export const columnBuilder = (
  name: string,
  rules: NumberRules,
  words: ReadonlySet<string> | undefined,
  keepsTypes: boolean,
): ColumnBuilder => {
  let rows = 0;
  let numbers = new Float64Array(minimumRows);
  let codes = new Int32Array(minimumRows);
  /** With a decimal comma, where that differs. */
  let others: Float64Array | undefined;

  const kept = keptTexts((next) => {
    for (let row = 0; row < rows; row++) if (codes[row]! >= 0) codes[row] = next[codes[row]!]!;
    codeByNumber.clear();
  });
  const codeByNumber = new Map<number, number>();

  const counts = new Float64Array(9);
  let long = 0;
  let wordy = 0;
  let decimals = 0;
  let otherDecimals = 0;
  let thousands = "";
  let otherThousands = "";
  /** The sign of all cells so far. Null: they are not alike, or have none. Undefined: there is no cell yet. */
  let affix: string | null | undefined;
  let signs: Affix | undefined;
  const typed: Record<Typed, number> = { number: 0, text: 0, boolean: 0, date: 0 };
  /** Whether the first cell is a date: numbers that follow are texts then. */
  let datesFirst = false;
  let infinities = 0;

  const asText = numberText("x");
  const none: NumberText = { ...asText, kind: CellKind.missing };

  const store = (value: number, code: number): void => {
    if (rows === numbers.length) {
      numbers = grown(numbers, (length) => new Float64Array(length));
      codes = grown(codes, (length) => new Int32Array(length));
      others &&= grown(others, (length) => new Float64Array(length).fill(Number.NaN));
    }
    numbers[rows] = value;
    codes[rows++] = code;
  };

  const note = (reading: NumberText): void => {
    counts[reading.kind]!++;
    if (reading.long) long++;
    if (reading.decimals > decimals) decimals = reading.decimals;
    if (reading.thousands !== "") thousands = reading.thousands;
    if (reading.kind < CellKind.eitherComma || reading.kind === CellKind.infinite) {
      if (reading.decimals > otherDecimals) otherDecimals = reading.decimals;
      if (reading.thousands !== "") otherThousands = reading.thousands;
    } else {
      if (reading.otherDecimals > otherDecimals) otherDecimals = reading.otherDecimals;
      if (reading.otherThousands !== "") otherThousands = reading.otherThousands;
    }
  };

  /** Adds a cell that was read as `reading`, whose text has the code. */
  const put = (reading: NumberText, code: number): void => {
    note(reading);
    if (reading.kind === CellKind.missing) store(Number.NaN, -1);
    else store(reading.value, code);
    if (reading.kind === CellKind.infinite) infinities++;
    if (reading.kind === CellKind.eitherComma || reading.kind === CellKind.eitherPoint) {
      others ??= new Float64Array(numbers.length).fill(Number.NaN);
      others[rows - 1] = reading.other;
    }
  };

  /** Cells with a sign turn out not to be all: they are text, and those before too. */
  const giveUpSigns = (): void => {
    numbers.fill(Number.NaN, 0, rows);
    others = undefined;
    for (const kind of numberKinds) {
      counts[CellKind.text]! += counts[kind]!;
      counts[kind] = 0;
    }
    long = decimals = otherDecimals = 0;
    thousands = otherThousands = "";
    kept.rereadSigned(asText);
  };

  /** Whether a cell with, or without, a sign goes with the cells before it. */
  const agrees = (sign: string | undefined): boolean => {
    if (sign !== undefined && (affix === undefined || affix === sign)) {
      affix = sign;
      return true;
    }
    if (affix) giveUpSigns();
    affix = null;
    return sign === undefined;
  };

  /** Adds a plain number of which no text is kept: the many of a long column. @returns whether it was one */
  const addQuickly = (cell: string): boolean => {
    const mark = quickMark(cell);
    if (mark === undefined || (mark !== 0 && rules.decimal !== undefined && rules.decimal !== (mark > 0 ? "." : ",")))
      return false;
    const whole = mark === 0 ? cell.length : Math.abs(mark) - 1;
    const written = mark === 0 ? 0 : cell.length - whole - 1;
    const start = cell.startsWith("-") ? 1 : 0;
    // Perhaps thousands.
    if (written === 3 && whole - start <= 3 && cell[start] !== "0") return false;
    agrees(undefined);
    counts[mark === 0 ? CellKind.plain : mark > 0 ? CellKind.point : CellKind.comma]!++;
    if (mark === 0 && whole - start > 3) long++;
    if (written > decimals) decimals = written;
    if (written > otherDecimals) otherDecimals = written;
    store(Number(mark < 0 ? cell.replace(",", ".") : cell), -2);
    return true;
  };

  /** Adds a text that is no number, whatever it looks like. */
  const addWord = (text: string): void => {
    agrees(undefined);
    put(asText, kept.find(text) ?? kept.add(text, asText));
  };

  const addText = (cell: string): void => {
    if (cell === "") {
      put(none, -1);
      return;
    }
    if (!kept.numbers && !words && addQuickly(cell)) return;
    let text = cell.trim();
    // What keeps a text from being a spreadsheet's formula is no part of it.
    if (!keepsTypes && text.charCodeAt(0) === apostrophe) text = withoutGuard(text);
    const known = kept.find(text);
    if (known !== undefined) {
      const { kind } = kept.reading(known);
      if (kind !== CellKind.missing && kind !== CellKind.perhapsMissing) agrees(kept.sign(known));
      if (kind === CellKind.text && !startsWithDigit(text)) wordy++;
      // Read anew, as the sign may have been given up.
      put(kept.reading(known), known);
      return;
    }
    const word = missingWord(text, words);
    if (word !== undefined) {
      const reading: NumberText = word === "always" ? none : { ...none, kind: CellKind.perhapsMissing };
      put(reading, kept.add(text, reading));
      return;
    }
    let reading = numberText(text, rules);
    let sign: string | undefined;
    const inner = reading.kind === CellKind.text && affix !== null ? withoutAffix(text) : undefined;
    if (inner) {
      const within = numberText(inner.rest, rules);
      if (!isWord(within.kind)) {
        reading = within;
        sign = `${inner.affix.prefix}\n${inner.affix.suffix}`;
        signs ??= inner.affix;
      }
    }
    if (!agrees(sign)) reading = asText;
    if (reading.kind === CellKind.text && !startsWithDigit(text)) wordy++;
    put(reading, kept.add(text, reading, sign));
  };

  const addNumber = (value: number, text?: string): void => {
    if (!Number.isFinite(value) || words?.has(`${value}`)) {
      addText(`${value}`);
      return;
    }
    let code = -2;
    if (kept.numbers) {
      const known = text === undefined ? codeByNumber.get(value) : undefined;
      if (known !== undefined) code = known;
      else {
        const shown = text ?? `${Object.is(value, -0) ? 0 : value}`;
        const reading: NumberText = { ...none, kind: CellKind.plain, value };
        code = kept.find(shown) ?? kept.add(shown, reading);
        if (code >= 0 && text === undefined) codeByNumber.set(value, code);
      }
    }
    agrees(undefined);
    counts[CellKind.plain]!++;
    if (decimals < mostDecimals) {
      const written = decimalsOf(value, decimals);
      if (written > decimals) decimals = written;
      if (written > otherDecimals) otherDecimals = written;
    }
    store(value, code);
  };

  const addDate = (date: Date): void => {
    if (Number.isNaN(date.getTime())) {
      put(none, -1);
      return;
    }
    const text = dateText(date);
    // Among numbers, milliseconds would be one more number.
    if (typed.number + typed.text + typed.boolean === 0) datesFirst = true;
    if (datesFirst) addNumber(date.getTime(), text);
    else addText(text);
  };

  /** Counts missing cells, now that it is known whether words for them stand among numbers; drops the words' codes. */
  const settleMissing = (): number => {
    const perhaps = counts[CellKind.perhapsMissing]!;
    const among = wordy === 0 && perhaps < rows - counts[CellKind.missing]!;
    const gone = (kind: CellKind): boolean => kind === CellKind.missing || (among && kind === CellKind.perhapsMissing);
    kept.retain((kind) => !gone(kind), -1);
    return counts[CellKind.missing]! + (among ? perhaps : 0);
  };

  return {
    add(cell) {
      switch (typeof cell) {
        case "string": {
          const before = counts[CellKind.missing]!;
          const kind = datesFirst ? numberText(cell.trim(), rules).kind : CellKind.text;
          if (kind === CellKind.text || kind === CellKind.infinite) addText(cell);
          else addWord(cell.trim());
          if (counts[CellKind.missing] === before) typed.text++;
          return true;
        }
        case "number":
          if (Number.isNaN(cell)) put(none, -1);
          else if (datesFirst) addWord(`${cell}`);
          else addNumber(cell);
          if (!Number.isNaN(cell)) typed.number++;
          return true;
        case "bigint":
          addNumber(Number(cell), Number.isSafeInteger(Number(cell)) ? undefined : `${cell}`);
          typed.number++;
          return true;
        case "boolean":
          typed.boolean++;
          addNumber(Number(cell), `${cell}`);
          return true;
        default:
          if (cell === null || cell === undefined) put(none, -1);
          else if (cell instanceof Date) {
            addDate(cell);
            typed.date++;
          } else return false;
          return true;
      }
    },
    evidence: () => ({ name, counts, long }),
    finish({ decimal }) {
      const missing = settleMissing();
      const comma = decimal === ",";
      if (comma && others)
        for (let row = 0; row < rows; row++) if (!Number.isNaN(others[row])) numbers[row] = others[row]!;
      others = undefined;
      const values = numbers.slice(0, rows);
      numbers = new Float64Array(0);
      const numeric = numberKinds.reduce((sum, kind) => sum + counts[kind]!, 0);
      const kinds = (Object.keys(typed) as Typed[]).filter((kind) => typed[kind] > 0);
      const other = rows - missing - numeric;
      const written = comma ? otherDecimals : decimals;
      const sign = affix && numeric > 0 ? signs : undefined;
      const remarks: string[] = [];
      if (sign)
        remarks.push(
          `Column ${JSON.stringify(name)}: every number is written with ${JSON.stringify(sign.prefix || sign.suffix)} and was read without it.`,
        );
      if (infinities > 0)
        remarks.push(
          `Column ${JSON.stringify(name)}: ${infinities} cells hold an infinity, which is no finite number. They were read as text.`,
        );
      return {
        remarks,
        thousands: numeric > 0 ? (comma ? otherThousands : thousands) : "",
        column: {
          name,
          numbers: values,
          codes: codes.slice(0, rows),
          texts: kept.texts,
          distinct: kept.distinct + (kept.numbers ? 0 : distinctNumbers(values)),
          missing,
          numeric,
          other,
          ...(keepsTypes && kinds.length === 1 && { typed: kinds[0]! }),
          ...(numeric > 0 && { decimals: written }),
          ...(sign?.prefix && { prefix: sign.prefix }),
          ...(sign?.suffix && { suffix: sign.suffix }),
        },
      };
    },
  };
};
