/** Measures of samples as text. */
import type { Interval, Measure } from "@scorefield/assess";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";

/** An interval whose numbers are finite. */
export interface FiniteInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The interval, where its numbers are finite. */
export const finite = ({ value, low, high }: Interval): FiniteInterval | undefined =>
  value === null || low === null || high === null ? undefined : { value, low, high };

/** A measure's number, and its interval, as people read them. */
const cells = (interval: Interval): [string, string] => {
  const found = finite(interval);
  return found ? [shortNumber(found.value), `${shortNumber(found.low)} to ${shortNumber(found.high)}`] : ["none", ""];
};

/** The measures as text. */
export const measuresText = (measures: readonly Measure[]): string =>
  textTable([
    ["measure", "good is", "samples", "95 % interval", "real", "95 % interval"],
    ...measures.map(({ name, label = name, good, samples, real, expected }) => [
      label,
      good === "near" ? "near real" : good,
      ...cells(samples),
      ...(real ? cells(real) : expected === undefined ? ["", ""] : [`${expected}`, "expected"]),
    ]),
  ]);
