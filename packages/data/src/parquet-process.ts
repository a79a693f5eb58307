/**
 * The process that reads Parquet files: see {@link "./parquet.ts"}. It answers one request at a time, and a separate thread
 * ends it when an answer takes more processor time or memory than the request allows. The thread of the reader cannot do so:
 * a damaged file keeps it in a loop. A worker thread in place of the process would not do either: the engine ends the whole
 * process when a single allocation goes over a worker's limit.
 */
import { writeSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { DataError, type DataErrorDetails } from "./errors.ts";
import type { CellBatch } from "./parquet-cells.ts";
import type { Table, TableOptions } from "./table.ts";

/** What one answer may take. */
export interface ParquetLimits {
  /** Processor time, seconds. */
  readonly seconds: number;
  /** Memory beside what the process holds already, bytes. */
  readonly bytes: number;
}

/** What rows are given as: as tables of numbers, or as cells of any kind. */
export interface ParquetForms {
  readonly table: Table;
  readonly cells: CellBatch;
}

/** Asks for a file's first rows, or for the next ones. */
export type ParquetRequest =
  | {
      readonly kind: "open";
      readonly form: keyof ParquetForms;
      readonly path: string;
      readonly options: TableOptions;
      readonly limits: ParquetLimits;
    }
  | { readonly kind: "next" };

/** Rows, the end of the file, or what is wrong. */
export type ParquetAnswer =
  | { readonly kind: "rows"; readonly rows: ParquetForms[keyof ParquetForms] }
  | { readonly kind: "end" }
  | { readonly kind: "refused"; readonly details: DataErrorDetails };

/** Shared with the watching thread. `busy` counts requests; even numbers are answered. */
interface Watched {
  readonly busy: Int32Array;
  /** Seconds, bytes. */
  readonly limits: Float64Array;
}

const watchEvery = 20;

/** Ends the process when a request goes over its limits; says which one on standard error. */
const watch = ({ busy, limits }: Watched): void => {
  let request = 0;
  let start = process.cpuUsage();
  const end = (why: "time" | "memory"): void => {
    writeSync(2, why);
    process.kill(process.pid, "SIGKILL");
  };
  setInterval(() => {
    const now = Atomics.load(busy, 0);
    if (now % 2 === 0) return;
    if (now !== request) {
      request = now;
      start = process.cpuUsage();
    }
    const { user, system } = process.cpuUsage(start);
    if ((user + system) / 1e6 > limits[0]!) end("time");
    if (process.memoryUsage.rss() > limits[1]!) end("memory");
  }, watchEvery);
};

const serve = (): void => {
  const watched: Watched = {
    busy: new Int32Array(new SharedArrayBuffer(4)),
    limits: new Float64Array(new SharedArrayBuffer(16)),
  };
  new Worker(new URL(import.meta.url), { workerData: watched }).unref();
  let rows: AsyncGenerator<ParquetForms[keyof ParquetForms], void, undefined> | undefined;

  const answer = async (request: ParquetRequest): Promise<ParquetAnswer> => {
    if (request.kind === "open") {
      watched.limits.set([request.limits.seconds, process.memoryUsage.rss() + request.limits.bytes]);
      // Not for the watching thread, which starts from this file too.
      const { parquetRows } = await import("./parquet-rows.ts");
      const { tableBuilder } = await import("./table.ts");
      const { cellBatches } = await import("./parquet-cells.ts");
      const { path, options } = request;
      rows =
        request.form === "table"
          ? parquetRows(path, options, (names) => tableBuilder(path, names, options))
          : parquetRows(path, options, (names) => cellBatches(path, names, options));
    }
    try {
      const next = await rows!.next();
      return next.done ? { kind: "end" } : { kind: "rows", rows: next.value };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { cause: _, ...details } = error.details;
      return { kind: "refused", details };
    }
  };

  process.on("message", (request: ParquetRequest) => {
    Atomics.add(watched.busy, 0, 1);
    answer(request).then((answered) => {
      Atomics.add(watched.busy, 0, 1);
      process.send!(answered);
    });
  });
};

if (isMainThread) serve();
else watch(workerData);
