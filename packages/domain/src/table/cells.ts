/** Cells of a table as a reader gives them. */

/** A column of cells. */
export interface CellColumn {
  readonly name: string;
  /** [rows]: the number in a cell that holds one, NaN otherwise. */
  readonly numbers: Float64Array;
  /** [rows]: index into `texts`; -1 missing; -2 a text that was not kept, as there are too many. */
  readonly codes: Int32Array;
  /** Distinct trimmed texts in the order of their first appearance. */
  readonly texts: readonly string[];
  readonly distinct: number;
  readonly missing: number;
  readonly numeric: number;
  readonly other: number;
  readonly typed?: "number" | "text" | "boolean" | "date";
  readonly decimals?: number;
}

/** A table of cells. */
export interface CellTable {
  readonly rows: number;
  readonly columns: readonly CellColumn[];
  readonly found: {
    readonly encoding?: string;
    readonly delimiter?: string;
    readonly decimal?: "." | ",";
    readonly thousands?: string;
    readonly sheet?: string;
    readonly table?: string;
  };
  readonly remarks: readonly string[];
}
