export type ColumnKind = "number" | "whole" | "ordered" | "category" | "yes-no" | "date" | "constant";

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Texts of the levels by code: ordered, category, yes-no. Ordered levels ascend. */
  readonly levels?: readonly string[];
  /** The numbers that ordered levels stand for, where they are numbers. */
  readonly numbers?: readonly number[];
  /** Decimals that all its numbers are written in, of number. */
  readonly decimals?: number;
  /** Whether training rows lack it. */
  readonly missing: boolean;
  /** Of a date: whether cells have a time of day. */
  readonly time?: boolean;
}
