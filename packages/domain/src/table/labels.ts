/** Labels of rows, apart from what is modelled. */
import { DataError, readNpz } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";

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
