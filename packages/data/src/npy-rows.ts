/** The rows of an NPY file, read as they are asked for. */
import { arrayRows, matrixShape } from "./array-rows.ts";
import { byteSource } from "./byte-source.ts";
import { readBytes } from "./bytes.ts";
import { allocate } from "./elements.ts";
import { DataError } from "./errors.ts";
import { expectEnd, readElements, readNpyData, readNpyHeader } from "./npy.ts";
import { numberedColumns, type Table, type TableOptions, tableBuilder } from "./table.ts";

const mostNumbersAtOnce = 1 << 22;

/**
 * The rows of a one- or two-dimensional NPY file as tables of at most `chunkRows` rows. A file in Fortran order, whose
 * rows lie scattered over all of it, is read whole first.
 * @throws DataError for NaN and infinities with row and column, for complex numbers and for damaged files
 */
export async function* streamNpy(path: string, options: TableOptions = {}): AsyncGenerator<Table, void, undefined> {
  const { chunkRows = 4096 } = options;
  const source = byteSource(readBytes(path));
  try {
    const header = await readNpyHeader(source, path);
    const { type, shape } = header;
    if (type.lanes === 2) {
      const fix = "Save real and imaginary parts, or magnitudes, as columns";
      throw new DataError({ path, expected: "real numbers", found: "complex numbers", fix });
    }
    const [rows, width] = matrixShape(shape, path);
    if (header.fortranOrder && width > 1) {
      yield* arrayRows(await readNpyData(source, header, path), path, options);
      return;
    }
    const builder = tableBuilder(path, numberedColumns(width), options);
    const rowsAtOnce = Math.min(chunkRows, Math.ceil(mostNumbersAtOnce / width));
    for (let start = 0; start < rows; start += rowsAtOnce) {
      options.signal?.throwIfAborted();
      const count = Math.min(rowsAtOnce, rows - start);
      const data = allocate(type, count * width, path);
      await readElements(source, type, data, path);
      for (let row = 0; row < count; row++) builder.add(data.subarray(row * width, (row + 1) * width), start + row + 1);
      if (builder.pending) yield builder.take();
    }
    await expectEnd(source, path);
  } finally {
    await source.close();
  }
}
