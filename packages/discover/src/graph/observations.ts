/**
 * Rows of variables to discover from. Categories are numbers 0, 1, ... of their levels.
 */
export interface Observations {
  readonly names: readonly string[];
  /** [rows, names] by rows, all finite. */
  readonly values: Float64Array;
  /** Levels of each variable: 0 for a number. All are numbers by default. */
  readonly categories?: readonly number[];
  /** For each row, the variables (their numbers) that were set from outside. None by default. */
  readonly targets?: readonly (readonly number[])[];
}
