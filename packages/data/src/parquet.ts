/**
 * Apache Parquet files, read in a separate process. The library that decodes them trusts the file. A damaged file can
 * keep it in a loop for ever or make it fill all memory. Neither can be ended from within.
 */
import { stat } from "node:fs/promises";
import { DataError, describeSystemError } from "./errors.ts";
import type { ParquetAnswer, ParquetForms, ParquetLimits, ParquetRequest } from "./parquet-process.ts";
import { giveBackReader, mostMemory, type ParquetReader, takeReader } from "./parquet-reader.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import type { TableOptions } from "./table.ts";

/** What reading a file of this many bytes may take until its next rows: many times what good files need. */
const limitsFor = (size: number): ParquetLimits => ({
  seconds: 5 + (2 * size) / 2 ** 20,
  bytes: Math.min(2 ** 30 + 16 * size, mostMemory),
});

const sizeOfFile = async (path: string): Promise<number> => {
  const stats = await stat(path).catch((error) => {
    throw describeSystemError(error, path, "a file to read");
  });
  if (stats.isFile()) return stats.size;
  throw new DataError({
    path,
    expected: "a file to read",
    found: stats.isDirectory() ? "a folder" : "a device or pipe",
  });
};

/** What a reader that ended instead of answering leaves to say. */
const ended = (path: string, limits: ParquetLimits, cause: unknown): DataError => {
  const { message } = cause as Error;
  const refuse = (found: string, fix: string): DataError =>
    new DataError({ path, expected: "a Parquet file that can be read", found, fix, cause });
  const over = {
    time: `${Number(limits.seconds.toPrecision(2))} s of processor time`,
    memory: `${Math.round(limits.bytes / 2 ** 20)} MiB of memory`,
  }[message];
  if (over)
    return refuse(
      `one that took more than ${over}, as damaged files do`,
      "Fetch or write it again; if it is sound, write it with smaller row groups",
    );
  if (/\bOOM\b|out of memory|bad_alloc/i.test(message))
    return refuse("no memory for the process that reads it", "Give the program more memory (ulimit -v)");
  return refuse(`one whose reader failed (${message})`, "Fetch or write it again");
};

/** Waits for an answer, but no longer than until the signal aborts. */
const answered = async (
  reader: ParquetReader,
  request: ParquetRequest,
  signal: AbortSignal | undefined,
): Promise<ParquetAnswer> => {
  signal?.throwIfAborted();
  const end = () => reader.end();
  signal?.addEventListener("abort", end, { once: true });
  try {
    return await reader.ask(request);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
};

/**
 * The rows of a Parquet file in pieces of at most `chunkRows` rows, holding one row group of the chosen columns in
 * memory. Integers, floats, decimals and booleans are numbers; nulls are missing values. In tables of numbers dates, text,
 * lists and structs are refused; among cells only the last two are. Rows are counted from 1. Processor time and memory until
 * the next rows are limited by the file's size.
 * @throws DataError naming row and column, for damaged files, and for files that take more time or memory
 */
export async function* streamParquet<F extends keyof ParquetForms>(
  path: string,
  form: F,
  options: TableOptions = {},
  limits?: ParquetLimits,
): AsyncGenerator<ParquetForms[F], void, undefined> {
  const { signal, ...rest } = options;
  const most = limits ?? limitsFor(await sizeOfFile(path));
  let reader: ParquetReader | undefined;
  let waits = false;
  try {
    reader = takeReader();
    let request: ParquetRequest = { kind: "open", form, path, options: rest, limits: most };
    for (;;) {
      const answer = await answered(reader, request, signal);
      waits = answer.kind !== "rows";
      if (answer.kind === "end") return;
      if (answer.kind === "refused") throw new DataError(answer.details);
      yield answer.rows as ParquetForms[F];
      request = { kind: "next" };
    }
  } catch (error) {
    if (error instanceof DataError || signal?.aborted) throw error;
    const described = describeSystemError(error, path, "a process to read this file in");
    throw described instanceof DataError ? described : ended(path, most, error);
  } finally {
    if (waits) giveBackReader(reader!);
    else reader?.end();
  }
}

/** Gives the cells of a Parquet file to a sink, which has them all at the end. @throws DataError as {@link streamParquet} */
export async function* parquetCells<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const { columns: wanted, exclude, signal } = options;
  let sink: ReturnType<OpenSink<T>> | undefined;
  let row = 0;
  const batches = streamParquet(path, "cells", { columns: wanted, exclude, chunkRows: 8192, signal });
  for await (const { names, rows, columns } of batches) {
    sink ??= open(names, () => ({}));
    for (let i = 0; i < rows; i++)
      sink.add(
        columns.map((column) => column[i]),
        ++row,
      );
  }
  if (sink?.pending) yield sink.take();
}
