/**
 * Apache Parquet files, read one row group at a time. A damaged file can keep this from ending, or make it take all memory:
 * only {@link "./parquet-process.ts"} calls it, in a separate process that can be ended.
 *
 * Where hyparquet 1.31.5 does not end: `readRleBitPackedHybrid` (src/encoding.js) reads runs `while (seen < output.length)`.
 * A field that a page's header lacks, such as `repetition_levels_byte_length`, makes `reader.offset` NaN
 * (`readDataPageV2`, src/datapage.js). `DataView` takes NaN for 0, so every read then returns the page's first byte and
 * none is out of bounds. A first byte of 0 is a run of length 0, which moves `seen` no further. `deserializeTCompactProtocol`
 * and `readVarInt` (src/thrift.js) loop for the same reason where `compressed_page_size` is absent. Where it takes all memory:
 * `readRle` repeats a value as often as the run says, past `output.length`.
 */
import { asyncBufferFromFile, parquetScan, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { DataError, describeSystemError, isSystemError } from "./errors.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { selectColumns } from "./table.ts";

const mostNumbersAtOnce = 2 ** 22;

/** The rows of a Parquet file, as `streamParquet` describes them. @throws DataError */
export async function* parquetRows<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const damaged = (error: unknown): unknown => {
    if (error instanceof DataError) return error;
    if (isSystemError(error)) return describeSystemError(error, path, "a file to read");
    const found = `damaged or unknown content (${(error as Error).message})`;
    return new DataError({ path, expected: "a Parquet file", found, fix: "Fetch or write it again", cause: error });
  };
  const readable = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      throw damaged(error);
    }
  };

  const file = await readable(asyncBufferFromFile(path));
  const scan = await readable(parquetScan({ file, compressors, useOffsetIndex: false }));
  const names = parquetSchema(scan.metadata).children.map(({ element }) => element.name);
  const builder = open(names, () => ({}));
  const chosen = selectColumns(path, names, options);
  const chunkRows = Math.min(options.chunkRows ?? 4096, Math.ceil(mostNumbersAtOnce / chosen.length));
  const cells: unknown[] = new Array(names.length);
  for (const { rowStart, rowEnd } of scan.ranges) {
    const group: ArrayLike<unknown>[] = [];
    for (const i of chosen) {
      const column = await readable(scan.readColumn({ column: names[i]!, rowStart, rowEnd }));
      if (column.length !== rowEnd - rowStart) throw damaged(new Error(`column ${names[i]} is short`));
      group.push(column);
    }
    for (let row = rowStart; row < rowEnd; row++) {
      for (const [j, i] of chosen.entries()) cells[i] = group[j]![row - rowStart];
      builder.add(cells, row + 1);
      if (builder.rows >= chunkRows) yield builder.take();
    }
  }
  if (builder.pending) yield builder.take();
}
