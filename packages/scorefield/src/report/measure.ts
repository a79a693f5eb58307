/** One number that compares samples with real data, with what the same number is between real data and real data. */
import type { BootstrapEstimate } from "@scorefield/assess";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";

/** A measure of samples against reference data, beside other real data against the same. */
export interface Measure {
  /** Such as `frechet-digits-classifier` or `coverage`: what programs know it by. */
  readonly name: string;
  /** What people read in its place, where the name is not for them. */
  readonly label?: string;
  /** What it tells, in a line. */
  readonly meaning: string;
  /** Which way is good: small, large, or near the real data's own. */
  readonly good: "small" | "large" | "near";
  /** Ends of a scale that the number cannot leave. */
  readonly range?: readonly [number, number];
  readonly samples: BootstrapEstimate;
  /** The same for real data: what a perfect model would reach, chance included. */
  readonly real?: BootstrapEstimate;
  /** Its value if samples and real data had one distribution; for a measure that cannot be taken of real data alone. */
  readonly expected?: number;
  /** Of the two-sample test. */
  readonly pValue?: { readonly samples: number; readonly real?: number };
}

const interval = ({ low, high }: BootstrapEstimate): string => `${shortNumber(low)} to ${shortNumber(high)}`;

/** The measures as text. */
export const measuresText = (measures: readonly Measure[]): string =>
  textTable([
    ["measure", "good is", "samples", "95 % interval", "real", "95 % interval"],
    ...measures.map(({ name, label = name, good, samples, real, expected }) => [
      label,
      good === "near" ? "near real" : good,
      shortNumber(samples.value),
      interval(samples),
      real ? shortNumber(real.value) : (expected?.toString() ?? ""),
      real ? interval(real) : expected === undefined ? "" : "expected",
    ]),
  ]);
