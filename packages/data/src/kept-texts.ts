/** The different texts of a column, with what each was read as, while they are few. */
import { type DistinctCount, distinctCount } from "./distinct-count.ts";
import { CellKind, type NumberText } from "./number-text.ts";

/** Texts of a column that are kept. */
const mostTexts = 20_000;

/** True of what has no number, and is not missing in every column. */
export const isWord = (kind: CellKind): boolean =>
  kind === CellKind.text || kind === CellKind.infinite || kind === CellKind.perhapsMissing;

/**
 * Texts by code, from 0. Texts of numbers are kept while all texts are few; when they are not, those go, and words are kept as
 * long as they are few.
 */
export interface KeptTexts {
  /** The code of a text that is kept. */
  find(text: string): number | undefined;
  reading(code: number): NumberText;
  /** The sign that a number was written with, if any. */
  sign(code: number): string | undefined;
  /** Keeps a text that {@link find} does not know, if there is room. @returns its code, or -2 */
  add(text: string, reading: NumberText, sign?: string): number;
  /** Keeps only texts of some kinds. */
  retain(keep: (kind: CellKind) => boolean, gone: number): void;
  /** Gives the numbers with a sign another reading. */
  rereadSigned(reading: NumberText): void;
  readonly texts: readonly string[];
  /** Whether texts of numbers are kept. */
  readonly numbers: boolean;
  /** Different texts, counted also where they are not kept; not those of numbers that are not kept. */
  readonly distinct: number;
}

/** @param moved gets the new code of each old one, where codes change */
export const keptTexts = (moved: (next: Int32Array) => void): KeptTexts => {
  let texts: string[] = [];
  let readings: NumberText[] = [];
  let signs: (string | undefined)[] = [];
  const codes = new Map<string, number>();
  let numbers = true;
  let dropped: DistinctCount | undefined;

  const retain = (keep: (kind: CellKind) => boolean, gone: number): void => {
    const next = new Int32Array(texts.length);
    const kept: number[] = [];
    for (const [old, { kind }] of readings.entries()) {
      next[old] = keep(kind) ? kept.length : gone;
      if (keep(kind)) kept.push(old);
    }
    moved(next);
    texts = kept.map((old) => texts[old]!);
    readings = kept.map((old) => readings[old]!);
    signs = kept.map((old) => signs[old]);
    codes.clear();
    for (const [code, text] of texts.entries()) codes.set(text, code);
  };

  return {
    find: (text) => codes.get(text),
    reading: (code) => readings[code]!,
    sign: (code) => signs[code],
    add(text, reading, sign) {
      const { kind } = reading;
      const number = !isWord(kind) && kind !== CellKind.missing;
      if (texts.length >= mostTexts && numbers) {
        numbers = false;
        retain((kept) => isWord(kept) || kept === CellKind.missing, -2);
      }
      if (number && !numbers) return -2;
      // Of the few words for missing cells, and for infinities, all are kept.
      if (kind === CellKind.text && (dropped || texts.length >= mostTexts)) {
        if (!dropped) {
          dropped = distinctCount();
          for (const [code, kept] of texts.entries()) if (isWord(readings[code]!.kind)) dropped.add(kept);
        }
        dropped.add(text);
        return -2;
      }
      // A copy: a piece of text would keep all that it was cut out of.
      const own = ` ${text}`.slice(1);
      codes.set(own, texts.length);
      readings.push(reading);
      signs.push(sign);
      return texts.push(own) - 1;
    },
    retain,
    rereadSigned(reading) {
      for (const [code, sign] of signs.entries()) if (sign !== undefined) readings[code] = reading;
    },
    get texts() {
      return texts;
    },
    get numbers() {
      return numbers;
    },
    get distinct() {
      return dropped?.count ?? texts.length;
    },
  };
};
