/** The first half of a latent run: its autoencoder is trained, or taken from another run, and the data become latents. */
import { join } from "node:path";
import {
  autoencoderFromRecipe,
  autoencoderObjectiveFromRecipe,
  type Checkpoint,
  decodeLatents,
  flatLayout,
  latentDataset,
  type TrainedCodec,
  trainAutoencoder,
} from "@scorefield/core";
import { checkpointSteps, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { writeCodec } from "./codec-file.ts";
import { codecFolder, keepData, makeFolder, makeRunFolder, removeTemporaries } from "./folder.ts";
import { lockRun } from "./lock.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { writeRecord } from "./record-file.ts";
import type { RunEvent } from "./run-event.ts";
import { shareDone } from "./run-length.ts";

/** The end of the autoencoder's training: steps, or a share of the minutes that are left of the run. */
const lengthOf = (
  { data: { recipe }, begun }: PreparedRun,
  checkpoint: Checkpoint | undefined,
): { readonly steps?: number; readonly deadline?: { readonly at: number } } => {
  const { steps, share } = recipe.latent!;
  const { minutes } = recipe.training;
  if (minutes === undefined) return { steps: steps! };
  const done = shareDone({ steps: undefined, pace: undefined }, checkpoint);
  return { deadline: { at: begun + 60_000 * minutes * share * (1 - done) } };
};

interface Trained {
  readonly codec: TrainedCodec;
  readonly step: number;
  /** Where its minutes ended, of a run that has some. */
  readonly end?: number;
}

/** The minutes of the model: what the autoencoder leaves it. */
const minutesLeft = ({ data: { recipe } }: PreparedRun): { readonly minutes?: number } => {
  const { latent, training } = recipe;
  if (training.minutes === undefined) return {};
  return { minutes: training.minutes * (latent!.codec === undefined ? 1 - latent!.share : 1) };
};

/** Trains the autoencoder, with checkpoints in a folder of the run. Stopped, what was reached is saved. */
async function* codecEvents(run: PreparedRun, folder: string): AsyncGenerator<RunEvent, Trained> {
  const { recipe, training } = run.data;
  const { batch, checkpointSeconds, accumulate } = recipe.training;
  const autoencoder = autoencoderFromRecipe(recipe.latent!.autoencoder);
  const layout = flatLayout(autoencoder.initialise(training.shape, recipe.seed));
  const stored = (await checkpointSteps(folder)).length > 0 ? await readCheckpoint(folder, layout) : undefined;
  const resume = stored?.training;
  const length = lengthOf(run, resume);
  const fitting = trainAutoencoder({
    data: training,
    autoencoder,
    objective: autoencoderObjectiveFromRecipe(recipe.latent!.objective),
    batch,
    // Half a thousand steps are behind an average of this decay by a hundredth: autoencoders have few steps.
    averageDecay: 0.99,
    seed: recipe.seed,
    ...(accumulate !== undefined && { accumulate }),
    ...length,
    ...(resume && { resume }),
  });
  let step = resume?.step ?? 0;
  let reached: Checkpoint | undefined;
  let savedAt = performance.now();
  const save = async (): Promise<void> => {
    const { step, state } = reached!;
    await writeCheckpoint(folder, { step, average: state.average, training: reached! }, layout, { keep: 1 });
    savedAt = performance.now();
    reached = undefined;
  };
  try {
    for await (const event of fitting) {
      reached = event.checkpoint;
      ({ step } = event);
      if (event.share === 1 || performance.now() - savedAt >= 1000 * checkpointSeconds) await save();
      yield { ...event, stage: "codec" };
    }
  } finally {
    if (reached) await save();
  }
  return { codec: await fitting.result, step, ...(length.deadline && { end: length.deadline.at }) };
}

/**
 * Trains the autoencoder of a latent run, unless it is there, and keeps it in the run's folder.
 * @returns the run with latents in place of its data, to train its model
 */
export async function* trainCodec(run: PreparedRun): AsyncGenerator<RunEvent, PreparedRun> {
  const { path, record, data, fresh, checkpoint } = run;
  let codec = run.latentCodec;
  let { begun } = run;
  if (!codec || fresh) {
    const unlock = fresh ? await makeRunFolder(path, fresh) : await lockRun(path);
    try {
      await removeTemporaries(path);
      if (fresh?.keptData !== undefined) await keepData(path, fresh.keptData);
      // Before the record: a run that takes the autoencoder of another has it whenever it is a run.
      if (codec) await writeCodec(path, 0, codec);
      await writeRecord(path, record);
      if (!codec) {
        await makeFolder(join(path, codecFolder), "to make a folder for the autoencoder");
        const trained = yield* codecEvents(run, join(path, codecFolder));
        ({ codec } = trained);
        begun = trained.end ?? begun;
        await writeCodec(path, trained.step, codec);
      }
    } finally {
      await unlock();
    }
  }
  const { fresh: _, ...rest } = run;
  return {
    ...rest,
    ...(checkpoint && { checkpoint }),
    latentCodec: codec,
    begun,
    data: {
      ...data,
      recipe: { ...data.recipe, training: { ...data.recipe.training, ...minutesLeft(run) } },
      training: await latentDataset(codec, data.training),
      heldOut: await latentDataset(codec, data.heldOut),
      fromLatents: (latents) => decodeLatents(codec, latents),
    },
  };
}
