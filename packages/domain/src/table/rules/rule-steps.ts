/** The steps that the sum of a rule can take where all its columns have steps. */
import type { TableColumn } from "../table-column.ts";
import { gridOf } from "./grid.ts";

/** A number without the last digits, in which sums such as 0.1 + 0.2 are wrong. */
export const tidy = (value: number): number => Number(value.toPrecision(13));

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/**
 * The largest step of which all values of the sum are multiples, such as 0.5 for `a + 0.5 * b` of whole numbers. Undefined
 * where a column has no step, or where no power of ten up to 10^9 makes whole numbers of coefficients times steps.
 */
export const finestStep = (
  coefficients: Readonly<Record<string, number>>,
  columns: readonly TableColumn[],
): number | undefined => {
  const steps: number[] = [];
  for (const column of columns) {
    const coefficient = coefficients[column.name];
    if (coefficient === undefined) continue;
    const step = gridOf(column)?.step;
    if (step === undefined) return undefined;
    steps.push(Math.abs(coefficient) * step);
  }
  for (let power = 1; power <= 1e9; power *= 10) {
    const whole = steps.map((step) => Math.round(step * power));
    if (whole.every((value, i) => value > 0 && Math.abs(value - steps[i]! * power) <= 1e-9 * value))
      return tidy(whole.reduce(divisor) / power);
  }
  return undefined;
};
