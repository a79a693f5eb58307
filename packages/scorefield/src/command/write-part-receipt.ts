/** Receipts of the parts that commands write. */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { contentOfFile } from "../job/file-content.ts";
import { identityOf, sha256 } from "../job/identity.ts";
import { type PartReceipt, receiptPath, wholeOf, writeReceipt } from "../job/part-receipt.ts";
import type { DrawnRun } from "../run/load.ts";
import { recordPath } from "../run/record-file.ts";
import { runFiles } from "../run/run-files.ts";
import type { Shard } from "./options.ts";
import { standardStream } from "./standard-output.ts";
import type { WorkContext } from "./work-context.ts";

/** What a loaded run is: the SHA-256 of its record and of the files that its parameters are in. */
const identityOfRun = async ({ path, step, average }: DrawnRun): Promise<string> => {
  const files: Record<string, string> = { record: sha256(await readFile(recordPath(path))) };
  for (const name of await runFiles(path, { step, averaged: average !== undefined }))
    files[name] = (await contentOfFile(join(path, name))).sha256;
  return identityOf(files);
};

/** Options that say where results go and how they are shown. */
const elsewhere = new Set(["shard", "out", "json", "format"]);

/** What was written. */
export interface WrittenPart extends Pick<PartReceipt, "command" | "first" | "count" | "of"> {
  readonly shard: Shard | undefined;
  readonly place: string;
  readonly run: DrawnRun;
  readonly flags: object;
  /** Files that were read, by the option that names them. */
  readonly inputs: Readonly<Record<string, string | undefined>>;
}

/**
 * Writes the receipt of a part beside it. Nothing where all was done at once, or went to standard output.
 * @returns its path
 * @throws DataError when the system refuses
 */
export const writePartReceipt = async (
  { shard, place, run, flags, inputs, command, ...range }: WrittenPart,
  { receipts }: Pick<WorkContext, "receipts">,
): Promise<string | undefined> => {
  if (!receipts || !shard || place === standardStream) return undefined;
  const options = Object.entries(flags).filter(([name]) => !elsewhere.has(name) && !(name in inputs));
  const whole = await wholeOf({
    command,
    run: await identityOfRun(run),
    options: Object.fromEntries(options),
    inputs,
    parts: shard.parts,
    ending: extname(place).toLowerCase() || "/",
  });
  await writeReceipt(place, { whole, ...shard, ...range, command });
  return receiptPath(place);
};
