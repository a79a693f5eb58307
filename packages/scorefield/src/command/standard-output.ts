/** `-` in place of a file to write: standard output, for a pipe. */
import { once } from "node:events";
import { atomicWrite, type Content } from "@scorefield/data";
import { UsageError } from "../errors.ts";

/** The name that stands for standard output, and for standard input where a file is read. */
export const standardStream = "-";

/**
 * Whether an option names standard output.
 * @param option names it in errors, such as `--out`
 * @param json whether the result goes there as JSON
 * @throws UsageError where both would
 */
export const toStandardOutput = (option: string, path: string | undefined, json = false): boolean => {
  if (path !== standardStream) return false;
  if (json)
    throw new UsageError(`${option} - and --json: expected one thing on standard output; leave one of them out`);
  return true;
};

/**
 * @param ending of the format, with its dot
 * @throws UsageError for a format that is not text where standard output is a terminal
 */
export const checkTerminalTakes = (ending: string, binary: readonly string[]): void => {
  if (process.stdout.isTTY && binary.includes(ending))
    throw new UsageError(
      `--out -: expected a pipe or a file for the ${ending} format, found a terminal; pipe it on, or name a file with --out`,
    );
};

/** Writes a file atomically, or standard output where it is `-`. @throws DataError when the system refuses */
export const writeOutput = async (path: string, content: Content): Promise<void> => {
  if (path !== standardStream) return atomicWrite(path, content);
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  // A pipe that is read slowly holds the work up, so that little waits in memory.
  for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
};
