/** Scores of rows as a file. */
import { extname } from "node:path";
import { csvText } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import type { Option } from "commander";
import { UsageError } from "../errors.ts";
import type { Shard } from "./options.ts";
import { checkOutputFile } from "./output-file.ts";
import { checkShardFile, shardText } from "./shard-option.ts";
import { standardStream, writeOutput } from "./standard-output.ts";
import { oneOf } from "./usage.ts";

/** Where scores go. */
export interface ScoreFlags {
  /** A file, or `-` for standard output; default nowhere. */
  readonly out?: string | undefined;
  /** Of standard output; default csv. */
  readonly format?: "csv" | "tsv" | undefined;
}

/** The option that says the format of standard output. */
export const scoreFormatOption = (): Option =>
  oneOf("--format <format>", "format of --out - (default: csv)", ["csv", "tsv"]);

/** @throws UsageError unless scores can be written under such a name */
export const checkScoreFile = ({ out, format }: ScoreFlags): void => {
  if (format !== undefined && out !== standardStream)
    throw new UsageError(`--format ${format}: expected --out - with it; a file's name says its format`);
  if (out !== undefined && out !== standardStream) checkOutputFile("--out", out, [".csv", ".tsv"]);
};

/** @throws UsageError unless the scores of a part go to a file that can be put together with the others */
export const checkScorePart = ({ shard, out }: ScoreFlags & { readonly shard?: Shard | undefined }): void => {
  if (shard && out === undefined)
    throw new UsageError(
      `--shard ${shardText(shard)}: expected --out with it, a file for the scores of the part; name one such as --out part-${shard.part}.csv`,
    );
  checkShardFile({ shard, out }, { folders: false, endings: [".csv", ".tsv"] });
};

/**
 * Writes columns of equal length, atomically, or to standard output; nothing where no place was named.
 * @throws UsageError as {@link checkScoreFile}; DataError
 */
export const writeScores = async (flags: ScoreFlags, scores: Readonly<Record<string, Float64Array>>): Promise<void> => {
  checkScoreFile(flags);
  const { out, format } = flags;
  if (out === undefined) return;
  const columns = Object.keys(scores);
  const [first] = Object.values(scores);
  const values = ndarray(new Float64Array((first?.length ?? 0) * columns.length), [first?.length ?? 0, columns.length]);
  for (const [j, column] of Object.values(scores).entries())
    for (const [i, value] of column.entries()) values.data[i * columns.length + j] = value;
  const tabs = out === standardStream ? format === "tsv" : /\.tsv$/i.test(extname(out));
  await writeOutput(out, csvText({ columns, values }, tabs ? "\t" : ","));
};
