/** `-` in place of a table to read: standard input, kept in a file while it is needed. */
import { createWriteStream, rmSync } from "node:fs";
import { mkdtemp, open, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, gunzipSync } from "node:zlib";
import { DataError, describeSystemError } from "@scorefield/data";
import type { Option } from "commander";
import { UsageError } from "../errors.ts";
import { standardStream } from "./standard-output.ts";
import { oneOf } from "./usage.ts";

const mostBytes = 2 ** 30;
const formats = ["csv", "tsv", "xlsx", "sqlite", "jsonl", "npy", "npz", "parquet"] as const;

/** What standard input may hold. */
export type InputFormat = (typeof formats)[number];

/** What standard input is called where people read of it. */
const inputTitle = "standard input";

/** The option that says what is on standard input. */
export const inputFormatOption = (): Option =>
  oneOf("--data-format <format>", "format of standard input (default: found from its first bytes)", formats);

/** The option that says what to do with rows that lack a number. */
export const missingOption = (): Option =>
  oneOf(
    "--missing <what>",
    "rows of --data that lack a cell: error stops, drop leaves them out (default: they are kept where the run has learnt missing cells, else error)",
    ["error", "drop"],
  );

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte);

/** The name ending for data that begins with some bytes; text is taken for CSV, whose reader finds tabs itself. */
const endingOf = (bytes: Uint8Array): string => {
  if (startsWith(bytes, 0x1f, 0x8b)) {
    try {
      return `${endingOf(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }))}.gz`;
    } catch {
      // Damaged, as its reader will say.
      return ".csv.gz";
    }
  }
  if (startsWith(bytes, 0x93, 0x4e, 0x55, 0x4d)) return ".npy";
  // Both are archives; a workbook has parts of these names.
  if (startsWith(bytes, 0x50, 0x4b, 3, 4))
    return /\[Content_Types\]\.xml|_rels\/|docProps\/|xl\//.test(new TextDecoder("latin1").decode(bytes))
      ? ".xlsx"
      : ".npz";
  if (startsWith(bytes, 0x53, 0x51, 0x4c, 0x69, 0x74, 0x65)) return ".sqlite";
  if (startsWith(bytes, 0x50, 0x41, 0x52, 0x31)) return ".parquet";
  const text = new TextDecoder().decode(bytes);
  return /^\s*(\{|\[\s*[-\d\]])/.test(text) ? ".jsonl" : ".csv";
};

const sniffedBytes = 1 << 14;

const readStart = async (path: string): Promise<Uint8Array> => {
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(sniffedBytes);
    const { bytesRead } = await handle.read(bytes, 0, sniffedBytes, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** Passes bytes on until there are too many. */
const limited = (most: number): Transform => {
  let count = 0;
  return new Transform({
    transform(piece: Uint8Array, _, done) {
      count += piece.length;
      if (count <= most) return done(null, piece);
      done(
        new DataError({
          path: inputTitle,
          expected: `at most ${(most / 2 ** 30).toPrecision(3)} GiB`,
          found: "more",
          fix: "Write it to a file and name that",
        }),
      );
    },
  });
};

const receive = async (folder: string, format: InputFormat | undefined, signal: AbortSignal): Promise<string> => {
  if (process.stdin.isTTY)
    throw new UsageError(
      "-: expected data on standard input, found a terminal; pipe a file in, as in: cat table.csv | scorefield ...",
    );
  const received = join(folder, "received");
  try {
    await pipeline(process.stdin, limited(mostBytes), createWriteStream(received, { mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw describeSystemError(error, inputTitle, "to keep it in a temporary file");
  }
  // Ctrl-C also ends the program that writes into the pipe: what has arrived by then is not all.
  signal.throwIfAborted();
  const start = await readStart(received);
  if (start.length === 0) throw new DataError({ path: inputTitle, expected: "rows of numbers", found: "nothing" });
  const zipped = startsWith(start, 0x1f, 0x8b) ? ".gz" : "";
  const file = join(
    folder,
    `${inputTitle.replace(" ", "-")}${format === undefined ? endingOf(start) : `.${format}${zipped}`}`,
  );
  await rename(received, file);
  return file;
};

/**
 * Runs work on the file that an option names. Standard input, `-`, is read to its end first, into a file that is removed
 * when the work is done; errors about it speak of standard input.
 * @param work gets the file to read and what to call it before people; nothing where nothing was named
 * @throws UsageError for a terminal as standard input; DataError for nothing or too much on it
 */
export const withInput = async <T>(
  { data, dataFormat }: { readonly data?: string | undefined; readonly dataFormat?: InputFormat | undefined },
  signal: AbortSignal,
  work: (file: string | undefined, title: string | undefined) => Promise<T>,
): Promise<T> => {
  if (data !== standardStream) {
    if (dataFormat !== undefined)
      throw new UsageError("--data-format: expected - for standard input with it; files are known by their endings");
    return work(data, data);
  }
  const folder = await mkdtemp(join(tmpdir(), "scorefield-input-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also where the process ends before the work does.
  process.once("exit", remove);
  let file: string | undefined;
  try {
    file = await receive(folder, dataFormat, signal);
    return await work(file, inputTitle);
  } catch (error) {
    if (error instanceof Error && file) error.message = error.message.replaceAll(file, inputTitle);
    throw error;
  } finally {
    remove();
    process.off("exit", remove);
  }
};

/** What to say where a command needs data and none are named. */
export const missingData = (run: string, command: string): UsageError =>
  new UsageError(
    `--data: expected a table with the run's columns, found none; name its file, such as: scorefield ${command} ${run} --data rows.csv (- for standard input)`,
  );
