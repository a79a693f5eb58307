/** Which class a person means. */
import { nearestWord } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { shortList } from "./names.ts";

const words: Readonly<Record<string, number>> = { true: 1, false: 0 };

/** A label as text. Numbers have one text, however a file writes them: 1.0 and true are 1. */
export const labelText = (label: string | number): string => {
  const text = `${label}`.trim();
  const value = words[text.toLowerCase()] ?? (text === "" ? Number.NaN : Number(text));
  return Number.isNaN(value) ? text : `${value}`;
};

const isNumber = (text: string): boolean => text !== "" && !Number.isNaN(Number(text));

/**
 * The position of the class that a text or a number names: its own text, or the same number. Where no class is called by a
 * number, a number is the position of a class.
 * @returns -1 where there is no such class
 */
export const classNamed = (label: string | number, classes: readonly string[]): number => {
  const exact = classes.indexOf(`${label}`.trim());
  if (exact >= 0) return exact;
  const text = labelText(label);
  const texts = classes.map(labelText);
  const same = texts.indexOf(text);
  if (same >= 0 || texts.some(isNumber)) return same;
  const position = Number(text);
  return text !== "" && Number.isInteger(position) && position >= 0 && position < classes.length ? position : -1;
};

/** As {@link classNamed}. @throws DataError where there is no such class, with those that there are */
export const classOf = (
  label: string | number,
  classes: readonly string[],
  { what, ...where }: { readonly what: "labels" | "classes"; readonly path: string; readonly column?: string },
): number => {
  const found = classNamed(label, classes);
  if (found >= 0) return found;
  const near = nearestWord(`${label}`, classes);
  const nearest = near === undefined ? "" : `; the nearest is ${near}`;
  throw new DataError({ ...where, expected: `${what} among ${shortList(classes)}`, found: `${label}${nearest}` });
};
