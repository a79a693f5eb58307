/**
 * Checkpoints: safetensors files that other tools can read. The averaged weights, those to sample with, stand under the
 * plain names of the parameters; what training needs to go on, under `training/...`.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Checkpoint, checkPace, type Pace } from "@scorefield/core";
import { atomicWrite, describeSystemError } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import { CheckpointError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";
import { checkpointFormat, checkpointName, stepOfName } from "./checkpoint-name.ts";
import { collectVector, type Entries, splitVector } from "./weight-arrays.ts";
import { decodeWeights, encodeWeights } from "./weights.ts";

/** A checkpoint as read: the averaged parameters, and the state of training unless it was left out. */
export interface StoredCheckpoint {
  readonly step: number;
  /** In the order of the layout, flat. */
  readonly average: NdArray;
  readonly training?: Checkpoint;
}

const vectors = ["parameters", "firstMoment", "secondMoment"] as const;
const otherAverage = (k: number): string => `training/otherAverages.${k}/`;
const lossScaleName = "training/lossScale";

/** The bytes of a checkpoint file; without the state of training, of one that cannot be resumed. */
const encodeCheckpoint = ({ step, average, training }: StoredCheckpoint, layout: Entries): Uint8Array => {
  const arrays = splitVector(average, layout);
  if (training) {
    for (const name of vectors) Object.assign(arrays, splitVector(training.state[name], layout, `training/${name}/`));
    for (const [k, vector] of (training.state.otherAverages ?? []).entries())
      Object.assign(arrays, splitVector(vector, layout, otherAverage(k)));
    if (training.state.lossScale) arrays[lossScaleName] = training.state.lossScale;
  }
  const pace = training?.pace && { pace: JSON.stringify(training.pace) };
  return encodeWeights(checkpointFormat, arrays, { step: `${step}`, ...pace });
};

/**
 * Reads the bytes of a checkpoint file.
 * @param layout of what run.json describes: all that is trained to resume, or the network's parameters alone
 * @throws CheckpointError when the file is damaged, or of another network
 */
const decodeCheckpoint = (bytes: Uint8Array, layout: Entries, path: string): StoredCheckpoint => {
  const { arrays, metadata } = decodeWeights(checkpointFormat, bytes, path);
  const step = Number(metadata.step);
  const average = collectVector(arrays, layout, path);
  const first = layout.entries[0];
  if (!first || !(`training/parameters/${first.name}` in arrays)) return { step, average };
  const collect = (prefix: string): NdArray => collectVector(arrays, layout, path, prefix);
  const [parameters, firstMoment, secondMoment] = vectors.map((name) => collect(`training/${name}/`)) as [
    NdArray,
    NdArray,
    NdArray,
  ];
  const otherAverages: NdArray[] = [];
  while (otherAverage(otherAverages.length) + first.name in arrays)
    otherAverages.push(collect(otherAverage(otherAverages.length)));
  const lossScale = arrays[lossScaleName];
  const others = { ...(otherAverages.length > 0 && { otherAverages }), ...(lossScale && { lossScale }) };
  const pace = paceOf(metadata, path);
  return {
    step,
    average,
    training: { step, state: { parameters, firstMoment, secondMoment, average, ...others }, ...(pace && { pace }) },
  };
};

/** @throws CheckpointError for a pace that is damaged */
const paceOf = ({ pace }: Readonly<Record<string, string>>, path: string): Pace | undefined => {
  if (pace === undefined) return undefined;
  try {
    const found = parseJson(pace) as Pace;
    checkPace("checkpoint", found);
    return found;
  } catch (cause) {
    throw new CheckpointError(`${path}: expected the pace of training, found ${(cause as Error).message}`, { cause });
  }
};

/** The folder of a run's checkpoints. */
export const checkpointFolder = (run: string): string => join(run, "checkpoints");

/** The steps of the checkpoints of a run, in ascending order. */
export const checkpointSteps = async (run: string): Promise<number[]> => {
  const names = await readdir(checkpointFolder(run)).catch(() => []);
  return names
    .flatMap((name) => {
      const step = stepOfName(name);
      return step === undefined ? [] : [step];
    })
    .sort((a, b) => a - b);
};

/** Removes all checkpoints but the last few. */
export const dropOldCheckpoints = async (run: string, keep: number): Promise<void> => {
  for (const step of (await checkpointSteps(run)).slice(0, -keep))
    await rm(join(checkpointFolder(run), checkpointName(step)), { force: true });
};

/**
 * Writes a checkpoint atomically, then removes all but the last few: the new one is on the disk by then. Checkpoints of
 * later steps go too: training went back to an earlier step, so they no longer belong to it.
 * @param options `keep`, how many to leave, the new one included; default 3
 * @returns its path
 * @throws CheckpointError when the system refuses, naming the last good one, which is still there
 */
export const writeCheckpoint = async (
  run: string,
  checkpoint: StoredCheckpoint,
  layout: Entries,
  { keep = 3 }: { readonly keep?: number } = {},
): Promise<string> => {
  const folder = checkpointFolder(run);
  const path = join(folder, checkpointName(checkpoint.step));
  const bytes = encodeCheckpoint(checkpoint, layout);
  try {
    await mkdir(folder, { recursive: true });
    await atomicWrite(path, bytes);
  } catch (cause) {
    const reason = describeSystemError(cause, folder, "a folder to keep checkpoints in") as Error;
    const good = (await checkpointSteps(run)).filter((step) => step < checkpoint.step).at(-1);
    throw new CheckpointError(
      `step ${checkpoint.step} could not be saved: ${reason.message} ` +
        (good === undefined
          ? "There is no earlier checkpoint"
          : `The last good checkpoint is of step ${good}; put right what is wrong and continue from it with --resume`),
      { cause },
    );
  }
  for (const step of await checkpointSteps(run))
    if (step > checkpoint.step) await rm(join(folder, checkpointName(step)), { force: true });
  await dropOldCheckpoints(run, keep);
  return path;
};

/**
 * Reads a checkpoint of a run.
 * @param step which one; default the last. Another one is never taken in its place
 * @throws CheckpointError when there is no checkpoint, it is damaged (naming the one before it) or it is of another network
 */
export const readCheckpoint = async (run: string, layout: Entries, step?: number): Promise<StoredCheckpoint> => {
  const steps = await checkpointSteps(run);
  const wanted = step ?? steps.at(-1);
  if (wanted === undefined || !steps.includes(wanted))
    throw new CheckpointError(
      `${checkpointFolder(run)}: expected ${step === undefined ? "a checkpoint" : `the checkpoint of step ${step}`}, found ` +
        `${steps.length > 0 ? `checkpoints of steps ${steps.join(", ")}` : "none; train the run first"}`,
    );
  const path = join(checkpointFolder(run), checkpointName(wanted));
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new CheckpointError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  try {
    return decodeCheckpoint(bytes, layout, path);
  } catch (error) {
    const before = steps[steps.indexOf(wanted) - 1];
    if (!(error instanceof CheckpointError) || before === undefined) throw error;
    throw new CheckpointError(
      `${error.message.replace(/\.$/, "")}; the one before it is of step ${before}: ask for it by that number`,
      { cause: error },
    );
  }
};

/**
 * The pace that the last checkpoint of a run recorded: given to another run, it repeats that training to the bit.
 * @throws CheckpointError when there is no checkpoint, it is damaged, or it was trained by steps
 */
export const readPace = async (run: string): Promise<Pace> => {
  const step = (await checkpointSteps(run)).at(-1);
  if (step === undefined) throw new CheckpointError(`${checkpointFolder(run)}: expected a checkpoint, found none`);
  const path = join(checkpointFolder(run), checkpointName(step));
  const pace = paceOf(decodeWeights(checkpointFormat, await readFile(path), path).metadata, path);
  if (!pace)
    throw new CheckpointError(
      `${path}: expected a run that was trained with --minutes, found one trained by steps; repeat it with --steps`,
    );
  return pace;
};
