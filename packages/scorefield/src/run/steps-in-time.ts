/** How many steps of training a time allows, found out by training for a moment. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialTrainable } from "@scorefield/core";
import { recipeParts } from "../recipe/resolve.ts";
import { sampleGrids } from "./sample-grids.ts";
import { type PreparedRun, trainedLayoutOf, trainRun } from "./train-run.ts";

// A thirtieth of the time, but long enough to see a few steps.
const leastProbe = 3;
const probeShare = 1 / 30;
// For what else a run does: held-out losses, checkpoints, and a machine that has other work.
const reserve = 0.1;

/** The seconds that one picture of samples takes. */
const pictureSeconds = async ({ record, data }: PreparedRun, folder: string): Promise<number> => {
  const parts = recipeParts(data.recipe);
  const { shape } = record.model;
  const layout = trainedLayoutOf(record, parts);
  const recipe = { ...data.recipe, grids: 1, training: { ...data.recipe.training, steps: 1 } };
  const picture = sampleGrids({ path: folder, recipe, shape, from: 0 }, parts, layout);
  const begun = performance.now();
  await picture(1, layout.flatten(initialTrainable(parts.network, parts.objective, shape, recipe.seed)));
  return (performance.now() - begun) / 1000;
};

/** About two digits, so that steps are cut into blocks of one length. */
const roundDown = (steps: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(steps)) - 1);
  return Math.max(1, Math.floor(steps / unit) * unit);
};

/**
 * The number of steps that a run which has not begun can do in a time, at the speed it has on this machine now. Nothing
 * of the trial is kept, so the run has the bits of any other of so many steps.
 * @throws the signal's reason when aborted
 */
export const stepsInTime = async (run: PreparedRun, minutes: number, signal?: AbortSignal): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-speed-"));
  const { recipe } = run.data;
  const training = { ...recipe.training, steps: 10_000_000, checkpointSeconds: 1e9 };
  const trial = { ...run, path: folder, data: { ...run.data, recipe: { ...recipe, grids: 0, training } } };
  const total = 60 * minutes;
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  let first: { step: number; at: number } | undefined;
  let perStep = Number.POSITIVE_INFINITY;
  let pictures = 0;
  try {
    for await (const { step } of trainRun(trial)) {
      if (!first) first = { step, at: seconds() };
      else perStep = (seconds() - first.at) / (step - first.step);
      const longEnough = seconds() - first.at >= Math.max(leastProbe, probeShare * total) || seconds() > total / 2;
      if ((Number.isFinite(perStep) && longEnough) || signal?.aborted) break;
    }
    signal?.throwIfAborted();
    if (recipe.grids > 0) pictures = recipe.grids * (await pictureSeconds(run, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Compiling, which the run does once more.
  const start = Math.max(0, first!.at - first!.step * perStep);
  const left = (total - seconds() - start - pictures) * (1 - reserve);
  return roundDown(Math.max(1, left / perStep));
};
