/** A trained model in a page, from the files of its run. */
import { ArgumentError } from "@scorefield/core";
import { CheckpointError, RunError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";
import { checkScoreModel } from "../run/check-score-model.ts";
import { checkpointFormat } from "../run/checkpoint-name.ts";
import type { RunRecord } from "../run/record.ts";
import { checkRecord } from "../run/record-schema.ts";
import { type RunModel, runModel } from "../run/run-model.ts";
import { checkedParts, collectVector, decodeUnchecked, expectChecksum } from "../run/weight-arrays.ts";
import { type RunSource, runFiles } from "./run-source.ts";

/** A run as {@link openRun} reads it. */
export interface OpenedRun extends RunModel {
  /** The URL of its folder, or the name of the folder that was chosen. */
  readonly name: string;
}

/** Which parameters of a run to open. */
export interface OpenOptions {
  /** The step of a checkpoint; default the last. */
  readonly checkpoint?: number | undefined;
}

const checkOptions = (options: OpenOptions): void => {
  const unknown = Object.keys(options).find((name) => name !== "checkpoint");
  if (unknown !== undefined) throw new ArgumentError(`openRun: unknown option ${unknown}; known is checkpoint`);
  const { checkpoint } = options;
  if (checkpoint !== undefined && (!Number.isInteger(checkpoint) || checkpoint < 0))
    throw new ArgumentError(`openRun checkpoint: expected a whole number of at least 0, found ${checkpoint}`);
};

const parseRecord = (text: string, name: string): RunRecord => {
  try {
    return checkRecord(parseJson(text));
  } catch (cause) {
    const found = (cause as Error).message;
    throw new RunError(`${name}: run.json: expected the record of a run, found ${found}`, { cause });
  }
};

/** SHA-256 in hexadecimal digits. @throws CheckpointError in a page that may not compute it */
const sha256 = async (parts: Iterable<Uint8Array>, path: string): Promise<string> => {
  const { subtle } = globalThis.crypto;
  if (!subtle)
    throw new CheckpointError(
      `${path}: expected a page that can compute its checksum, which takes https or localhost, found ${globalThis.location?.origin}`,
    );
  const bytes = new Uint8Array(await new Blob([...parts] as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/**
 * Opens the model of a run in a page: reads run.json and a checkpoint, and checks both. `run.toData` brings what `sample`
 * draws from `run.model` to the units of the data.
 * @param source the URL of a run's folder, or its files as a page's file input gives them. A URL needs metrics.jsonl too,
 *   or the option `checkpoint`, for a server does not say which checkpoints there are
 * @throws RunError when it is no run, or the last checkpoint is unknown; CheckpointError when the checkpoint is missing,
 *   damaged or of another network; ArgumentError for unknown options, and for parts of a model that are unknown
 */
export const openRun = async (source: RunSource, options: OpenOptions = {}): Promise<OpenedRun> => {
  checkOptions(options);
  const files = runFiles(source);
  const record = parseRecord(await files.record(), files.name);
  checkScoreModel(files.name, record);
  if (record.latent)
    throw new RunError(
      `${files.name}: expected a run whose model draws data themselves, found a latent run; its decoder is not read in pages yet`,
    );
  const wanted = options.checkpoint ?? record.step ?? (await files.lastStep());
  const path = `${files.name}, step ${wanted}`;
  const run = await runModel(record, async (layout) => {
    const weights = decodeUnchecked(checkpointFormat, await files.checkpoint(wanted), path);
    expectChecksum(weights, await sha256(checkedParts(weights.arrays), path), path);
    return { step: Number(weights.metadata.step), average: collectVector(weights.arrays, layout, path) };
  });
  return { name: files.name, ...run };
};
