/** run.json: what a run is, enough to rebuild its model and to train it again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KindRecipe } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import { RunError } from "../errors.ts";
import type { Recipe } from "../recipe/resolve.ts";
import type { Scaling } from "../table/scaling.ts";

/** The content of run.json. */
export interface RunRecord {
  readonly format: "scorefield-run";
  readonly version: 1;
  /** When the run was begun, ISO 8601. */
  readonly created: string;
  /** Of Scorefield, Node and the machine's kind: what bitwise repetition depends on. */
  readonly versions: Readonly<Record<string, string>>;
  /** What rebuilds the model, with the parameters of a checkpoint. */
  readonly model: {
    /** Of one sample. */
    readonly shape: readonly number[];
    readonly process: KindRecipe;
    readonly network: KindRecipe;
    readonly preconditioning: KindRecipe;
  };
  /** What sampling uses unless told otherwise. */
  readonly sampler: KindRecipe;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[];
  /** Names of the classes of labelled images. */
  readonly classes?: readonly string[];
  /** From the model's units to those of the data. */
  readonly scaling: Scaling;
  /** How it was trained, for a run that `scorefield train` began. The data's path is relative to the run's folder. */
  readonly training?: {
    readonly recipe: Recipe;
    readonly rows: { readonly training: number; readonly heldOut: number };
    readonly sha256: string;
  };
}

/** The path of a run's record. */
export const recordPath = (folder: string): string => join(folder, "run.json");

const currentVersions = async (): Promise<Record<string, string>> => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return { scorefield: version, node: process.version, machine: `${process.platform}-${process.arch}` };
};

/** The record of a run begun now. */
export const newRecord = async (
  content: Omit<RunRecord, "format" | "version" | "created" | "versions">,
): Promise<RunRecord> => ({
  format: "scorefield-run",
  version: 1,
  created: new Date().toISOString(),
  versions: await currentVersions(),
  ...content,
});

/** Writes run.json, atomically; the folder must exist. @throws DataError */
export const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  atomicWrite(recordPath(folder), `${JSON.stringify(record, undefined, 2)}\n`);

/**
 * Reads and checks run.json.
 * @throws RunError when the folder is not a run, or the file is damaged
 */
export const readRecord = async (folder: string): Promise<RunRecord> => {
  const path = recordPath(folder);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const found =
      cause.code === "ENOENT" || cause.code === "ENOTDIR" ? "no run.json there" : `run.json unreadable (${cause.code})`;
    throw new RunError(`${folder}: expected the folder of a run, found ${found}`, { cause });
  });
  const { checkRecord } = await import("./record-schema.ts");
  try {
    return checkRecord(JSON.parse(text));
  } catch (cause) {
    throw new RunError(`${path}: expected the record of a run, found ${(cause as Error).message}`, { cause });
  }
};
