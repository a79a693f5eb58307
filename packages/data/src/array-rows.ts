/** Arrays with one or two axes as tables. */
import type { NdArray } from "@scorefield/tensor";
import { DataError } from "./errors.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { checkColumnCount, numberedColumns } from "./table.ts";

/** [rows, columns] of a shape; one axis is one column. @throws DataError for other ranks, and too many columns */
export const matrixShape = (shape: readonly number[], path: string): readonly [rows: number, columns: number] => {
  if (shape.length === 1) return [shape[0]!, 1];
  if (shape.length === 2) {
    checkColumnCount(path, shape[1]!);
    return [shape[0]!, shape[1]!];
  }
  throw new DataError({
    path,
    expected: "an array with one or two axes, [rows, columns]",
    found: `one of shape [${shape.join(", ")}]`,
    fix: "Read it with readArray, or as data of kind images where it holds them",
  });
};

/** The rows of an array as pieces of at most `chunkRows` rows. @throws DataError for other ranks, and what the sink refuses */
export function* arrayRows<T>(
  array: NdArray,
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): Generator<T, void, undefined> {
  const { chunkRows = 4096 } = options;
  const [rows, width] = matrixShape(array.shape, path);
  const builder = open(numberedColumns(width), () => ({}));
  const flags = array.dtype === "bool";
  for (let row = 0; row < rows; row++) {
    const cells = array.data.subarray(row * width, (row + 1) * width);
    builder.add(flags ? Array.from(cells, Boolean) : cells, row + 1);
    if (builder.rows >= chunkRows) {
      options.signal?.throwIfAborted();
      yield builder.take();
    }
  }
  if (builder.pending) yield builder.take();
}
