/** A column of a table as metrics see it. */

/**
 * With `levels`, cells are codes 0 .. levels.length - 1. Without, they are numbers. A missing cell is NaN.
 */
export interface MetricColumn {
  readonly name: string;
  /** Texts of the levels by code. */
  readonly levels?: readonly string[];
  /** Such as `number`, `date` or `ordered`. Levels of kind `ordered` ascend by code. */
  readonly kind?: string;
}
