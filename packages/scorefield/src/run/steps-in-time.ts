/** How many steps of training a time allows, found out by training for a moment. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialTrainable } from "@scorefield/core";
import { recipeParts } from "../recipe/resolve.ts";
import { heldOutLoss } from "./held-out-loss.ts";
import { sampleGrids } from "./sample-grids.ts";
import { looks, type PreparedRun, trainedLayoutOf, trainRun } from "./train-run.ts";

// A thirtieth of the time, but long enough to see a few steps.
const leastProbe = 3;
const probeShare = 1 / 30;
// For what else a run does: checkpoints, and a machine whose speed varies.
const reserve = 0.03;
/** The share of the time that pictures may take; there are fewer where all would take more. */
const pictureShare = 0.1;

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

/** The seconds that one picture of samples takes, and one look at the held-out loss. */
const extraSeconds = async ({ record, data }: PreparedRun, folder: string) => {
  const parts = recipeParts(data.recipe);
  const { shape } = record.model;
  const layout = trainedLayoutOf(record, parts);
  const recipe = { ...data.recipe, grids: 1, training: { ...data.recipe.training, steps: 1 } };
  const parameters = layout.flatten(initialTrainable(parts.network, parts.objective, shape, recipe.seed));
  const loss = await heldOutLoss(parts, data.heldOut, layout, recipe.seed);
  const look = await secondsOf(() => loss(parameters));
  await loss.dispose();
  if (data.recipe.grids === 0) return { look, picture: 0 };
  const draw = sampleGrids({ path: folder, data: { ...data, recipe }, from: 0 }, parts, layout);
  return { look, picture: await secondsOf(() => draw(1, parameters)) };
};

/** Steps that are cut into blocks of one length, whatever its longest: a multiple of 50 has a divisor in [n / 2, n]. */
const roundDown = (steps: number): number => {
  const unit = steps < 100 ? 1 : steps < 500 ? 10 : 50;
  return Math.max(1, Math.floor(steps / unit) * unit);
};

/**
 * The number of steps that a run which has not begun can do in a time, at the speed it has on this machine now, and the
 * number of its pictures, which take at most a tenth of it. Nothing of the trial is kept, so the run has the bits of any
 * other of so many steps.
 * @param options `since`, when the time began, as `performance.now()` tells it; default now
 * @throws the signal's reason when aborted
 */
export const stepsInTime = async (
  run: PreparedRun,
  minutes: number,
  { since = performance.now(), signal }: { readonly since?: number; readonly signal?: AbortSignal } = {},
): Promise<{ readonly steps: number; readonly grids: number }> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-speed-"));
  const { recipe } = run.data;
  const training = { ...recipe.training, steps: 10_000_000, checkpointSeconds: 1e9 };
  const trial = { ...run, path: folder, data: { ...run.data, recipe: { ...recipe, grids: 0, training } } };
  const total = 60 * minutes;
  const seconds = (): number => (performance.now() - since) / 1000;
  const begun = seconds();
  let first: { step: number; at: number } | undefined;
  let perStep = Number.POSITIVE_INFINITY;
  try {
    for await (const { step } of trainRun(trial)) {
      if (!first) first = { step, at: seconds() };
      else perStep = (seconds() - first.at) / (step - first.step);
      const longEnough = seconds() - first.at >= Math.max(leastProbe, probeShare * total) || seconds() > total / 2;
      if ((Number.isFinite(perStep) && longEnough) || signal?.aborted) break;
    }
    signal?.throwIfAborted();
    const { look, picture } = await extraSeconds(run, folder);
    signal?.throwIfAborted();
    // The last picture is worth its time.
    const grids = Math.min(recipe.grids, Math.max(1, Math.floor((pictureShare * total) / picture)));
    // Compiling, which the run does once more.
    const start = Math.max(0, first!.at - begun - first!.step * perStep);
    const left = (total - seconds() - start - grids * picture - looks * look) * (1 - reserve);
    return { steps: roundDown(Math.max(1, left / perStep)), grids };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
