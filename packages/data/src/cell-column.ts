/** One column of cells of any kind, collected compactly: a number and a code of its text for each cell. */
import { type DistinctCount, distinctCount, distinctNumbers } from "./distinct-count.ts";
import { withoutGuard } from "./formula-cells.ts";
import { missingWord, startsWithDigit } from "./missing-words.ts";
import type { ColumnStyle, StyleEvidence } from "./number-style.ts";
import { type Affix, CellKind, type NumberRules, type NumberText, numberText, withoutAffix } from "./number-text.ts";

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

/** Texts of a column that are kept. */
export const mostTexts = 20_000;

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

/** Decimals of the shortest text that reads back as the number. */
const decimalsOf = (value: number): number => {
  if (Number.isInteger(value)) return 0;
  const [digits = "", exponent = "0"] = `${value}`.split("e");
  return Math.max(0, (digits.split(".")[1] ?? "").length - Number(exponent));
};

const grown = <A extends Float64Array | Int32Array>(array: A, make: (length: number) => A): A => {
  const larger = make(2 * array.length);
  larger.set(array as never);
  return larger;
};

const minus = 45;
const zero = 48;
const apostrophe = 39;

/**
 * Where the mark of a plain number stands: digits after perhaps a minus, with one point (position + 1), one comma
 * (-position - 1), or neither (0). Undefined for other texts.
 */
const quickMark = (cell: string): number | undefined => {
  const start = cell.charCodeAt(0) === minus ? 1 : 0;
  let mark = 0;
  for (let i = start; i < cell.length; i++) {
    const c = cell.charCodeAt(i);
    if (c >= zero && c <= 57) continue;
    if (mark !== 0 || i === start || i === cell.length - 1) return;
    if (c === 46) mark = i + 1;
    else if (c === 44) mark = -i - 1;
    else return;
  }
  return cell.length > start ? mark : undefined;
};

const dateText = (date: Date): string => {
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, -14) : text;
};

const nonNumber = (kind: number): boolean =>
  kind === CellKind.text || kind === CellKind.infinite || kind === CellKind.perhapsMissing;

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

  // By code: the text, and what it was read as.
  let texts: string[] = [];
  let readings: NumberText[] = [];
  let affixes: (string | undefined)[] = [];
  const codeByText = new Map<string, number>();
  const codeByNumber = new Map<number, number>();
  /** Texts of numbers are kept while all texts are few, other texts while those are. */
  let numbersKept = true;
  let textsDropped: DistinctCount | undefined;

  const counts = new Float64Array(9);
  let long = 0;
  let wordy = 0;
  let decimals = 0;
  let otherDecimals = 0;
  let thousands = "";
  let otherThousands = "";
  let affix: string | null | undefined;
  let signs: Affix | undefined;
  const typed: Record<Typed, number> = { number: 0, text: 0, boolean: 0, date: 0 };
  /** Whether the first cell is a date: numbers that follow are texts then. */
  let datesFirst = false;
  let infinities = 0;

  const none: NumberText = { ...numberText("x"), kind: CellKind.missing };

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
    if (affix) {
      numbers.fill(Number.NaN, 0, rows);
      others = undefined;
      for (const kind of [CellKind.plain, CellKind.point, CellKind.comma, CellKind.eitherComma, CellKind.eitherPoint]) {
        counts[CellKind.text]! += counts[kind]!;
        counts[kind] = 0;
      }
      long = decimals = otherDecimals = 0;
      thousands = otherThousands = "";
    }
    affix = null;
    for (const [code, sign] of affixes.entries())
      if (sign !== undefined) readings[code] = { ...none, kind: CellKind.text };
  };

  /** Whether a number with, or without, a sign goes with the cells before it. */
  const agrees = (sign: string | undefined): boolean => {
    if (sign === affix || (sign === undefined && affix === null)) return true;
    if (affix === undefined && rows === counts[CellKind.missing]! + counts[CellKind.perhapsMissing]!) {
      affix = sign ?? null;
      return true;
    }
    if (affix === undefined) affix = null;
    if (affix !== null) giveUpSigns();
    return sign === undefined;
  };

  const dropNumberTexts = (): void => {
    numbersKept = false;
    codeByNumber.clear();
    codeByText.clear();
    const code = new Int32Array(texts.length);
    const kept: number[] = [];
    for (const [old, reading] of readings.entries()) {
      const keep = nonNumber(reading.kind) || reading.kind === CellKind.missing;
      code[old] = keep ? kept.length : -2;
      if (keep) {
        codeByText.set(texts[old]!, kept.length);
        kept.push(old);
      }
    }
    for (let row = 0; row < rows; row++) if (codes[row]! >= 0) codes[row] = code[codes[row]!]!;
    texts = kept.map((old) => texts[old]!);
    readings = kept.map((old) => readings[old]!);
    affixes = kept.map((old) => affixes[old]);
  };

  /** Keeps a text, if there is room for it. */
  const codeFor = (text: string, reading: NumberText, sign: string | undefined): number => {
    const isNumber = !nonNumber(reading.kind) && reading.kind !== CellKind.missing;
    if (isNumber && !numbersKept) return -2;
    if (textsDropped && reading.kind === CellKind.text) {
      textsDropped.add(text);
      return -2;
    }
    if (texts.length >= mostTexts && numbersKept) {
      dropNumberTexts();
      if (isNumber) return -2;
    }
    if (texts.length >= mostTexts && reading.kind === CellKind.text) {
      textsDropped = distinctCount();
      for (const [code, kept] of texts.entries()) if (nonNumber(readings[code]!.kind)) textsDropped.add(kept);
      textsDropped.add(text);
      return -2;
    }
    // A copy: a piece of text would keep all that it was cut out of.
    const own = ` ${text}`.slice(1);
    codeByText.set(own, texts.length);
    readings.push(reading);
    affixes.push(sign);
    return texts.push(own) - 1;
  };

  /** Adds a plain number of which no text is kept: the many of a long column. @returns whether it was one */
  const addQuickly = (cell: string): boolean => {
    const mark = quickMark(cell);
    if (mark === undefined || (mark !== 0 && rules.decimal !== undefined && rules.decimal !== (mark > 0 ? "." : ",")))
      return false;
    const whole = mark === 0 ? cell.length : Math.abs(mark) - 1;
    const written = mark === 0 ? 0 : cell.length - whole - 1;
    const start = cell.charCodeAt(0) === minus ? 1 : 0;
    // Perhaps thousands.
    if (written === 3 && whole - start <= 3 && cell.charCodeAt(start) !== zero) return false;
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
    const reading: NumberText = { ...none, kind: CellKind.text };
    agrees(undefined);
    put(reading, codeByText.get(text) ?? codeFor(text, reading, undefined));
  };

  const addText = (cell: string): void => {
    if (cell === "") {
      put(none, -1);
      return;
    }
    if (!numbersKept && addQuickly(cell)) return;
    let text = cell.trim();
    // What keeps a text from being a spreadsheet's formula is no part of it.
    if (!keepsTypes && text.charCodeAt(0) === apostrophe) text = withoutGuard(text);
    const known = codeByText.get(text);
    if (known !== undefined) {
      const reading = readings[known]!;
      const sign = affixes[known];
      if (reading.kind === CellKind.missing) put(none, -1);
      else if (reading.kind === CellKind.perhapsMissing) put(reading, known);
      else if (nonNumber(reading.kind)) {
        agrees(undefined);
        put(reading, known);
      } else if (agrees(sign)) put(reading, known);
      else put(readings[known]!, codeByText.get(text)!);
      if (reading.kind === CellKind.text && !startsWithDigit(text)) wordy++;
      return;
    }
    const word = missingWord(text, words);
    let reading = word === undefined ? numberText(text, rules) : none;
    let sign: string | undefined;
    if (word === "among numbers") reading = { ...none, kind: CellKind.perhapsMissing };
    else if (reading.kind === CellKind.text && affix !== null) {
      const inner = withoutAffix(text);
      const within = inner && numberText(inner.rest, rules);
      if (within && within.kind !== CellKind.text && within.kind !== CellKind.infinite) {
        reading = within;
        sign = `${inner.affix.prefix}\n${inner.affix.suffix}`;
        signs ??= inner.affix;
      }
    }
    if (
      reading.kind !== CellKind.missing &&
      reading.kind !== CellKind.perhapsMissing &&
      !agrees(sign) &&
      sign !== undefined
    )
      reading = { ...none, kind: CellKind.text };
    if (reading.kind === CellKind.text && !startsWithDigit(text)) wordy++;
    if (word === "always" && texts.length >= mostTexts) put(none, -1);
    else {
      const code = codeFor(text, reading, sign);
      put(reading, reading.kind === CellKind.missing ? -1 : code);
    }
  };

  const addNumber = (value: number, text?: string): void => {
    if (!Number.isFinite(value)) {
      addText(`${value}`);
      return;
    }
    let code = -2;
    if (numbersKept) {
      const known = text === undefined ? codeByNumber.get(value) : undefined;
      if (known !== undefined) code = known;
      else {
        const shown = text ?? `${Object.is(value, -0) ? 0 : value}`;
        const reading: NumberText = { ...none, kind: CellKind.plain, value };
        code = codeByText.get(shown) ?? codeFor(shown, reading, undefined);
        if (code >= 0 && numbersKept && text === undefined) codeByNumber.set(value, code);
      }
    }
    agrees(undefined);
    counts[CellKind.plain]!++;
    if (decimals < mostDecimals) {
      const written = decimalsOf(value);
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

  /** What missing words among numbers are, now that all cells are known: their number of cells where they are missing. */
  const settleWords = (): number => {
    const count = counts[CellKind.perhapsMissing]!;
    if (count === 0) return 0;
    const gone = wordy === 0 && count < rows - counts[CellKind.missing]!;
    const code = new Int32Array(texts.length);
    const kept: number[] = [];
    for (const [old, { kind }] of readings.entries()) {
      code[old] = gone && kind === CellKind.perhapsMissing ? -1 : kept.length;
      if (code[old]! >= 0) kept.push(old);
    }
    if (!gone) return 0;
    for (let row = 0; row < rows; row++) if (codes[row]! >= 0) codes[row] = code[codes[row]!]!;
    texts = kept.map((old) => texts[old]!);
    readings = kept.map((old) => readings[old]!);
    return count;
  };

  /** Missing words took a code too, which no cell has. */
  const withoutMissing = (): void => {
    if (!readings.some(({ kind }) => kind === CellKind.missing)) return;
    const code = new Int32Array(texts.length);
    const kept: number[] = [];
    for (const [old, { kind }] of readings.entries()) {
      code[old] = kept.length;
      if (kind !== CellKind.missing) kept.push(old);
    }
    for (let row = 0; row < rows; row++) if (codes[row]! >= 0) codes[row] = code[codes[row]!]!;
    texts = kept.map((old) => texts[old]!);
    readings = kept.map((old) => readings[old]!);
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
      const missing = counts[CellKind.missing]! + settleWords();
      withoutMissing();
      const comma = decimal === ",";
      if (comma && others)
        for (let row = 0; row < rows; row++) if (!Number.isNaN(others[row])) numbers[row] = others[row]!;
      others = undefined;
      const values = numbers.slice(0, rows);
      numbers = new Float64Array(0);
      const numeric =
        counts[CellKind.plain]! +
        counts[CellKind.point]! +
        counts[CellKind.comma]! +
        counts[CellKind.eitherComma]! +
        counts[CellKind.eitherPoint]!;
      const kinds = (Object.keys(typed) as Typed[]).filter((kind) => typed[kind] > 0);
      const other = rows - missing - numeric;
      const distinctTexts = textsDropped?.count ?? texts.length;
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
          texts,
          distinct: numbersKept ? distinctTexts : distinctNumbers(values) + distinctTexts,
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
