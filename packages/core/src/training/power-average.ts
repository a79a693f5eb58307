/** Moving averages whose width grows with training (Karras et al. 2024, section 3.1). */
import { ArgumentError } from "../errors.ts";

/** Averages of the parameters over the course of training, each with its relative width. */
export interface PowerAverage {
  readonly kind: "power";
  /**
   * Relative widths: the standard deviation of the time that an average looks at, as a share of all training so far, in
   * (0, 0.288). 0.05 and 0.1 are usual. The first makes the model; from snapshots of two, averages of other widths are
   * made afterwards.
   */
  readonly widths: readonly number[];
}

/** The width of a plain mean over all of training: exponent 0. */
const widest = 1 / Math.sqrt(12);

/** @throws ArgumentError for a width out of range */
export const checkWidth = (width: number): void => {
  if (!(width > 0 && width < widest))
    throw new ArgumentError(`average: expected a relative width in (0, ${widest.toFixed(3)}), found ${width}`);
};

/**
 * The exponent gamma of the profile t^gamma that has a relative width: the root of
 * (gamma + 1) = width^2 (gamma + 2)^2 (gamma + 3) in (0, 1 / width) (Karras et al. 2024, equation 126).
 * @throws ArgumentError for a width out of range
 */
export const powerExponent = (width: number): number => {
  checkWidth(width);
  // The width falls from its value at exponent 0 to less than `width` at 1 / width. Bisection finds where the width is
  // passed.
  let low = 0;
  let high = 1 / width;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (Math.sqrt((middle + 1) / (middle + 3)) / (middle + 2) > width) low = middle;
    else high = middle;
  }
};

/**
 * The decay in a step (the first is 0): (1 - 1/t)^(gamma + 1) at t = step + 1. After step t, step tau then counts
 * (tau^(gamma+1) - (tau-1)^(gamma+1)) / t^(gamma+1); the initial values count nothing.
 */
export const powerDecayAt = (step: number, exponent: number): number => (1 - 1 / (step + 1)) ** (exponent + 1);
