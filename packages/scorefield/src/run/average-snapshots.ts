/** Moving averages of the network kept during training, from which averages of any width are made afterwards. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AverageSnapshot, averageWeights, reconstructAverage } from "@scorefield/core";
import { atomicWrite, describeSystemError } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import { CheckpointError } from "../errors.ts";
import { collectVector, type Entries, splitVector } from "./weight-arrays.ts";
import { decodeWeights, encodeWeights } from "./weights.ts";

const format = "scorefield-average-1";
const folderOf = (run: string): string => join(run, "averages");
const nameOf = (step: number, width: number): string => `step-${`${step}`.padStart(8, "0")}-width-${width}.safetensors`;
const pattern = /^step-(\d+)-width-(.+)\.safetensors$/;

interface StoredSnapshot {
  readonly step: number;
  readonly width: number;
  readonly path: string;
}

/** The snapshots of a run, in the order of their steps. */
const averageSnapshots = async (run: string): Promise<StoredSnapshot[]> => {
  const names = await readdir(folderOf(run)).catch(() => []);
  return names
    .flatMap((name) => {
      const [, step, width] = pattern.exec(name) ?? [];
      return width === undefined ? [] : [{ step: Number(step), width: Number(width), path: join(folderOf(run), name) }];
    })
    .sort((a, b) => a.step - b.step || a.width - b.width);
};

/** Removes snapshots of later steps: training goes back to this one. */
export const dropAveragesAfter = async (run: string, step: number): Promise<void> => {
  for (const snapshot of await averageSnapshots(run)) if (snapshot.step > step) await rm(snapshot.path);
};

/** The step that is missed least among those kept: the one between the nearest neighbours, never the last. */
const leastMissed = (steps: readonly number[]): number => {
  const gap = (i: number): number => steps[i + 1]! - (steps[i - 1] ?? 0);
  let least = 0;
  for (let i = 1; i < steps.length - 1; i++) if (gap(i) < gap(least)) least = i;
  return steps[least]!;
};

/**
 * Keeps averages of a step, each in its own file under the plain names of the network's parameters.
 * @param averages by width
 * @param network the layout of the network's parameters, with which each vector begins
 * @param keep how many steps to keep; those that are missed least go
 * @throws DataError when the system refuses
 */
export const keepAverages = async (
  run: string,
  step: number,
  averages: ReadonlyMap<number, NdArray>,
  network: Entries,
  keep: number,
): Promise<void> => {
  const folder = folderOf(run);
  try {
    await mkdir(folder, { recursive: true });
    for (const [width, vector] of averages) {
      const metadata = { step: `${step}`, width: `${width}` };
      await atomicWrite(
        join(folder, nameOf(step, width)),
        encodeWeights(format, splitVector(vector, network), metadata),
      );
    }
  } catch (cause) {
    throw describeSystemError(cause, folder, "a folder to keep averages in");
  }
  const stored = await averageSnapshots(run);
  const steps = [...new Set(stored.map((snapshot) => snapshot.step))];
  while (steps.length > keep) {
    const dropped = leastMissed(steps);
    steps.splice(steps.indexOf(dropped), 1);
    for (const snapshot of stored) if (snapshot.step === dropped) await rm(snapshot.path);
  }
};

/** An average made from snapshots. */
export interface MadeAverage {
  /** The step it is an average at, which is the step of the last snapshot. */
  readonly step: number;
  readonly average: NdArray;
  /** How far its profile over the course of training is from that wanted, relative to it. */
  readonly error: number;
}

/**
 * The average of a width, made from the snapshots of a run.
 * @param network the layout of the network's parameters
 * @param until the last step whose snapshots are used, default all
 * @throws CheckpointError when there are no snapshots, or one is damaged; ArgumentError for a width out of range
 */
export const makeAverage = async (
  run: string,
  width: number,
  network: Entries,
  until = Number.POSITIVE_INFINITY,
): Promise<MadeAverage> => {
  const stored = (await averageSnapshots(run)).filter(({ step }) => step <= until);
  const step = stored.at(-1)?.step;
  if (step === undefined)
    throw new CheckpointError(
      `${folderOf(run)}: expected averages kept in training, found none; train with the setting training.average, such as ` +
        '{ "widths": [0.05, 0.1] }',
    );
  const snapshots = stored.map(
    ({ path, ...profile }): AverageSnapshot => ({
      ...profile,
      read: async () => {
        const bytes = await readFile(path).catch((cause: Error) => {
          throw new CheckpointError(`${path}: could not be read: ${cause.message}`, { cause });
        });
        return collectVector(decodeWeights(format, bytes, path).arrays, network, path);
      },
    }),
  );
  const wanted = { step, width };
  const { error } = averageWeights(snapshots, wanted);
  return { step, average: await reconstructAverage(snapshots, wanted), error };
};
