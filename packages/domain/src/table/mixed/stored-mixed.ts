/** The codec of mixed columns as plain JSON. */
import type { StoredCategory } from "./category-map.ts";
import type { StoredDate } from "./date-map.ts";
import type { StoredNumber } from "./number-map.ts";

/** A column with one value in all rows, which takes no model coordinate. */
export interface StoredConstant {
  readonly kind: "constant";
  readonly name: string;
  /** A number, a code or milliseconds; null where each cell is missing. */
  readonly value: number | null;
}

export type StoredColumn = StoredConstant | StoredNumber | StoredCategory | StoredDate;

/** What a run keeps of the codec. */
export interface StoredMixed {
  readonly kind: "mixed";
  readonly columns: readonly StoredColumn[];
  /** Of each category among the slots, in their order: what its level is in the model's units, above 0. */
  readonly scales: readonly number[];
}
