/** Measures of samples as text. */
import type { Interval, Measure } from "@scorefield/assess";
import { finite } from "./finite-interval.ts";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";

/** A measure's number, and its interval, as people read them. */
const cells = (interval: Interval): [string, string] => {
  const found = finite(interval);
  return found ? [shortNumber(found.value), `${shortNumber(found.low)} to ${shortNumber(found.high)}`] : ["none", ""];
};

/** The measures as text. */
export const measuresText = (measures: readonly Measure[]): string => {
  const controlled = measures.some(({ control }) => control);
  return textTable([
    [
      "measure",
      "good is",
      "samples",
      "95 % interval",
      "real",
      "95 % interval",
      ...(controlled ? ["shuffled columns"] : []),
    ],
    ...measures.map(({ name, label = name, good, samples, real, control, expected }) => [
      label,
      good === "near" ? "near real" : good,
      ...cells(samples),
      ...(real ? cells(real) : expected === undefined ? ["", ""] : [`${expected}`, "expected"]),
      ...(controlled ? [control ? cells(control)[0] : ""] : []),
    ]),
  ]);
};
