/** Numbers as people read them, in terminals, figures and pages. */
import { minus } from "../figure/minus.ts";

/** A number in about four characters of precision: 0.0412, 12.3, 1.2e−7. */
export const shortNumber = (value: number): string => {
  if (value === 0 || !Number.isFinite(value)) return minus(String(value));
  const size = Math.abs(value);
  return minus(size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(1));
};

/** A loss or log-density with four decimals. */
export const fixedNumber = (value: number): string => minus(value.toFixed(4));
