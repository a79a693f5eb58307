/** JSON lines: one record per line, an object of named values or a list of values. */
import { longestRecord } from "./csv-records.ts";
import { DataError } from "./errors.ts";
import type { OpenSink, RowSink, SourceOptions } from "./row-sink.ts";
import { checkColumnCount, numberedColumns } from "./table.ts";
import { readText } from "./text-encoding.ts";

async function* lines(path: string, pieces: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest: string[] = [];
  let held = 0;
  let line = 1;
  for await (const text of pieces) {
    const parts = text.split("\n");
    if (parts.length > 1) {
      yield rest.join("") + parts[0]!;
      for (let i = 1; i < parts.length - 1; i++) yield parts[i]!;
      rest = [];
      held = 0;
      line += parts.length - 1;
    }
    rest.push(parts.at(-1)!);
    held += parts.at(-1)!.length;
    if (held > longestRecord)
      throw new DataError({
        path,
        row: line,
        expected: `a line of at most ${longestRecord} characters`,
        found: `no line end in ${held}`,
        fix: "Write one record per line",
      });
  }
  yield rest.join("");
}

/**
 * The rows of a JSON lines file in pieces of at most `chunkRows` rows. The first record, or the option `columns`, decides
 * the columns; null and absent entries are missing values. Rows are lines, counted from 1.
 * @throws DataError naming row and column, and for lines longer than any record
 */
export async function* streamJsonLines<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const { chunkRows = 4096 } = options;
  const pieces = readText(path, options.encoding);
  let names: readonly string[] = [];
  let known = new Set<string>();
  let lists = false;
  let builder: RowSink<T> | undefined;
  let row = 0;

  const cellsOf = (record: unknown): readonly unknown[] => {
    const found = Array.isArray(record) ? "a list" : record === null ? "null" : `a value of type ${typeof record}`;
    if (typeof record !== "object" || record === null || (builder && Array.isArray(record) !== lists)) {
      const expected = !builder
        ? "an object or a list of values"
        : lists
          ? "a list, as in the first row"
          : "an object, as in the first row";
      throw new DataError({ path, row, expected, found });
    }
    if (!builder) {
      lists = Array.isArray(record);
      if (lists) checkColumnCount(path, (record as unknown[]).length);
      const keys = lists ? numberedColumns((record as unknown[]).length) : Object.keys(record);
      // Columns asked for may be absent from the first record, where its writer leaves nulls out.
      names = lists ? keys : [...new Set([...keys, ...(options.columns ?? [])])];
      known = new Set(names);
      builder = open(names, () => ({ encoding: pieces.encoding() }));
    }
    if (Array.isArray(record)) {
      if (record.length === names.length) return record;
      throw new DataError({
        path,
        row,
        expected: `${names.length} entries, as in the first row`,
        found: `${record.length}`,
      });
    }
    const extra = options.columns ? undefined : Object.keys(record).find((key) => !known.has(key));
    if (extra !== undefined)
      throw new DataError({
        path,
        row,
        column: extra,
        expected: "the names of the first row",
        found: "one that it lacks",
        fix: "Name the columns to read with columns",
      });
    return names.map((name) => (Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined));
  };

  for await (const line of lines(path, pieces)) {
    row++;
    if (line.trim() === "") continue;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (cause) {
      throw new DataError({ path, row, expected: "one JSON value", found: (cause as Error).message, cause });
    }
    const cells = cellsOf(record);
    builder!.add(cells, row);
    if (builder!.rows >= chunkRows) {
      options.signal?.throwIfAborted();
      yield builder!.take();
    }
  }
  if (!builder) throw new DataError({ path, expected: "rows", found: "an empty file" });
  if (builder.pending) yield builder.take();
}
