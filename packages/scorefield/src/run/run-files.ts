/** Which files of its folder a run is loaded from. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkpointName } from "./checkpoint-name.ts";
import { codecFile } from "./folder.ts";
import { refinementFile } from "./refinement.ts";

/** What says which parameters of a run are loaded. */
export interface ChosenParameters {
  /** Of the checkpoint. */
  readonly step: number;
  /** Whether they are an average made from the averages that the run kept. */
  readonly averaged: boolean;
}

/**
 * Paths below the folder of a run, with slashes and in order, of all that decides what `loadRun` gives, besides `run.json`: the checkpoint, the
 * averages where one is made of them, the autoencoder and the density ratio.
 */
export const runFiles = async (path: string, { step, averaged }: ChosenParameters): Promise<string[]> => {
  const averages = averaged ? (await readdir(join(path, "averages"))).filter((name) => !name.startsWith(".")) : [];
  const wanted = [
    `checkpoints/${checkpointName(step)}`,
    ...averages.sort().map((name) => `averages/${name}`),
    codecFile,
    refinementFile,
  ];
  const there = await Promise.all(wanted.map((name) => stat(join(path, name)).catch(() => undefined)));
  return wanted.filter((_, i) => there[i]?.isFile());
};
