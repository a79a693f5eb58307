/** What was found of the columns of data, for people to check before they train. Plain JSON. */

/** A column as it was seen. */
export interface ColumnSeen {
  readonly name: string;
  /** A word for its kind: number, whole, ordered, category, yes-no, date or constant. */
  readonly kind: string;
  /** The share of rows that lack it, in [0, 1]. */
  readonly missing: number;
  /** The ends of its range as the file writes them, of numbers, dates and ordered levels. */
  readonly least?: string;
  readonly most?: string;
  /** How many levels it has, the most common ones with their shares of the cells that are there, and the rows of the rarest. */
  readonly levels?: number;
  readonly common?: readonly { readonly level: string; readonly share: number }[];
  readonly rarest?: number;
}

/** A column that is not modelled, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** The columns of data. */
export interface ColumnReport {
  readonly rows: number;
  readonly columns: readonly ColumnSeen[];
  readonly leftOut: readonly LeftOut[];
}
