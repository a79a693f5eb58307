/** What a recipe says of a table, and which files hold what. */
import { DataError } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { DataSettings } from "../settings.ts";

/** Rows in the units of the data, [n, columns]. */
export type Rows = NdArray<"float32"> | NdArray<"float64">;

/** Settings of a table. */
export interface TableSettings extends DataSettings {
  readonly kind: "file";
  readonly path: string;
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  readonly kinds?: readonly string[];
  readonly label?: string;
  readonly only?: readonly (string | number)[];
  readonly array?: string;
  readonly missing: "model" | "drop" | "error";
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly decimal?: "." | ",";
  readonly thousands?: string;
  readonly missingWords?: readonly string[];
  readonly sheet?: string | number;
  readonly table?: string;
  readonly rules?: readonly string[];
}

/** Whether a file is an archive of several arrays. */
export const isArchive = (path: string): boolean => /\.npz$/i.test(path);

/** Whether a file holds arrays of numbers, whose columns say no more. */
export const isArray = (path: string): boolean => /\.npz$|\.npy(\.gz)?$|(\.idx|[.-]idx\d-u?byte)(\.gz)?$/i.test(path);

/** The error for a label that is not among the columns. */
export const noLabel = (path: string, label: string, columns: readonly string[]): DataError =>
  new DataError({
    path,
    column: label,
    expected: "the label among the columns",
    found: columns.join(", "),
    fix: "Name it exactly as the file does, and do not exclude it",
  });
