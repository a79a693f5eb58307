/** The rows of an NPY file, read as they are asked for. */
import { arrayRows, matrixShape } from "./array-rows.ts";
import { byteSource } from "./byte-source.ts";
import { readBytes } from "./bytes.ts";
import { allocate } from "./elements.ts";
import { DataError } from "./errors.ts";
import { expectEnd, readElements, readNpyData, readNpyHeader } from "./npy.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { numberedColumns } from "./table.ts";

const mostNumbersAtOnce = 1 << 22;

/**
 * The rows of a one- or two-dimensional NPY file in pieces of at most `chunkRows` rows. A file in Fortran order, whose
 * rows lie scattered over all of it, is read whole first.
 * @throws DataError for what the sink refuses, for complex numbers and for damaged files
 */
export async function* streamNpy<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
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
      yield* arrayRows(await readNpyData(source, header, path), path, options, open);
      return;
    }
    const builder = open(numberedColumns(width), () => ({}));
    const flags = type.dtype === "bool";
    const rowsAtOnce = Math.min(chunkRows, Math.ceil(mostNumbersAtOnce / width));
    for (let start = 0; start < rows; start += rowsAtOnce) {
      options.signal?.throwIfAborted();
      const count = Math.min(rowsAtOnce, rows - start);
      const data = allocate(type, count * width, path);
      await readElements(source, type, data, path);
      for (let row = 0; row < count; row++) {
        const cells = data.subarray(row * width, (row + 1) * width);
        builder.add(flags ? Array.from(cells, Boolean) : cells, start + row + 1);
      }
      if (builder.rows > 0) yield builder.take();
    }
    await expectEnd(source, path);
    if (builder.pending) yield builder.take();
  } finally {
    await source.close();
  }
}
