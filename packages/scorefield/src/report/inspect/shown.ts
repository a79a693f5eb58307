/** Numbers of an inspection as its page shows them. */
import { shortNumber } from "../number-text.ts";

/** Three digits, a true minus, and no digits of rounding error; "none" for a number that is not known. */
export const shown = (value: number): string =>
  Number.isNaN(value) ? "none" : Math.abs(value) < 1e-12 ? "0" : shortNumber(value).replace("Infinity", "∞");

/** The value below which a share of numbers lies. */
export const quantileOf = (values: ArrayLike<number>, share: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
};
