/** Labels of rows, apart from what is modelled. */
import { DataError, readNpz } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import { classOf, labelText } from "../class-named.ts";

/** The rows whose label is one of those wanted. @throws DataError for a label that no row has */
export const rowsLabelled = (
  labels: readonly string[],
  only: readonly (string | number)[],
  where: { readonly path: string; readonly column: string },
): number[] => {
  // Rows without a label are of no class.
  const texts = labels.map(labelText);
  const distinct = [...new Set(texts)].filter((text) => text !== "");
  const numbers = distinct.every((text) => Number.isFinite(Number(text)));
  const classes = distinct.sort((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1));
  const wanted = new Set(only.map((label) => classes[classOf(label, classes, { ...where, what: "labels" })]!));
  return [...texts.keys()].filter((i) => wanted.has(texts[i]!));
};

/** Labels in a separate array, beside the rows of an NPZ archive. @throws DataError unless one for each row */
export const archiveLabels = async (path: string, name: string, rows: number): Promise<Float64Array> => {
  const array = (await readNpz(path, [name]))[name]!;
  if (array.shape[0] !== rows || array.data.length !== rows)
    throw new DataError({
      path,
      column: name,
      expected: `${rows} labels, one for each row`,
      found: `an array of shape [${array.shape.join(", ")}]`,
    });
  return Float64Array.from(array.data as ArrayLike<number>, Number);
};

/** Rows [n, columns] without one of their columns, and the labels in it. */
export const withoutColumn = <T extends NdArray<"float32"> | NdArray<"float64">>(
  values: T,
  at: number,
): { readonly labels: Float64Array; readonly values: T } => {
  const [rows = 0, width = 0] = values.shape;
  const data = values.data.filter((_, k) => k % width !== at);
  return {
    labels: Float64Array.from({ length: rows }, (_, i) => values.data[i * width + at]!),
    values: { ...values, shape: [rows, width - 1], data },
  };
};
