/** Rules that hold in every row of a table, as plain JSON. */

/** A linear equality or inequality: the sum of coefficient times column is at most the constant, or equal to it. */
export interface LinearRule {
  readonly kind: "linear";
  /** By name of column. None is 0. Levels of an ordered column count as their numbers, dates as milliseconds. */
  readonly coefficients: Readonly<Record<string, number>>;
  readonly relation: "<=" | "=";
  readonly constant: number;
  /**
   * Of an equality: how far from the constant the sum may be. So the sum of rounded numbers need not be the rounded sum.
   * Nothing by default.
   */
  readonly within?: number;
  /** How a person writes it. */
  readonly text: string;
}

/** One column that follows from another, as a country follows from a city. */
export interface LinkRule {
  readonly kind: "determines";
  /** The column that the other follows from. */
  readonly from: string;
  readonly to: string;
  /** Pairs of cells: what `to` is for each cell of `from`. The rule says nothing of other cells of `from`. */
  readonly map: readonly (readonly [from: number, to: number])[];
  /** How a person reads it. */
  readonly text: string;
}

/** A rule of rows. It says nothing of a row that lacks one of its columns. */
export type TableRule = LinearRule | LinkRule;

/** The columns that a rule is about. */
export const columnsOfRule = (rule: TableRule): readonly string[] =>
  rule.kind === "linear" ? Object.keys(rule.coefficients) : [rule.from, rule.to];
