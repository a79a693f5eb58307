/** Training with a folder behind it: watched, and stopped at any time. */
import { trainForest } from "@scorefield/assess";
import { type Checkpoint, type TrainEvent, train, trainFlowMap } from "@scorefield/core";
import { checkMade, evenMarks } from "@scorefield/core/internal";
import { recipeParts } from "../recipe/resolve.ts";
import { dropAveragesAfter, keepAverages } from "./average-snapshots.ts";
import { dropOldCheckpoints, writeCheckpoint } from "./checkpoint.ts";
import { keepData, makeRunFolder, removeTemporaries } from "./folder.ts";
import { lockRun } from "./lock.ts";
import { type MetricsLog, openMetrics, readMetrics } from "./metrics.ts";
import { flowMapOptions, forestOptions, type PreparedRun, trainedLayoutOf, trainOptions } from "./prepared-run.ts";
import { drawPreviews, previewEvaluations } from "./previews.ts";
import { writeRecord } from "./record-file.ts";
import { refinementWork, refines } from "./refinement-work.ts";
import type { RunEvent } from "./run-event.ts";
import { runLength } from "./run-length.ts";
import { layoutOf } from "./run-model.ts";
import { trainCodec } from "./train-codec.ts";

/**
 * Trains a prepared run. Nothing is written, made or replaced before its first steps are done; of a latent run, before its
 * autoencoder is at hand or begins to learn. Metrics go to metrics.jsonl
 * with every event, checkpoints and averages to their folders. Leave the loop at any time: what was reached is saved, and
 * `resumeRun` continues from there. So it does when the process is killed, from the last checkpoint. Of the minutes of a run
 * whose recipe says `refine`, some are left for `refineRun`.
 * @throws TrainingError when the loss is no longer finite (the last finite state is saved); CheckpointError when the disk
 *   is full or refuses to be written, naming the last good checkpoint; DataError when it refuses other files; RunError
 *   when another process trains the run
 */
export async function* trainRun(run: PreparedRun): AsyncGenerator<RunEvent, void> {
  checkMade("trainRun run", run, ["path", "record", "data"], "a run that createRun, distilRun or resumeRun prepared");
  yield* trainModel(run.data.recipe.latent ? yield* trainCodec(run) : run);
}

async function* trainModel(run: PreparedRun): AsyncGenerator<RunEvent, void> {
  const { path, record, data, checkpoint, fresh } = run;
  const { recipe } = data;
  const { checkpointSeconds, keepCheckpoints, average } = recipe.training;
  const parts = recipeParts(recipe);
  const layout = trainedLayoutOf(record, parts);
  let reached = checkpoint;
  const begun = checkpoint?.step ?? 0;
  // Damaged ones are reported before the work, not after it.
  if (!fresh) await readMetrics(path);
  const begin = async (): Promise<MetricsLog> => {
    if (fresh) unlock = await makeRunFolder(path, fresh);
    await removeTemporaries(path);
    if (fresh?.keptData !== undefined) await keepData(path, fresh.keptData);
    await writeRecord(path, record);
    await dropAveragesAfter(path, begun);
    return openMetrics(path, begun);
  };
  let metrics: MetricsLog | undefined;
  let unlock: (() => Promise<void>) | undefined;
  const course = runLength(recipe.training, {
    begun: run.begun,
    checkpoint,
    picture: previewEvaluations({ record, data }, parts),
    // The parameters, two moments and the averages, in float32.
    bytes: 4 * layout.size * (3 + (average?.widths.length ?? 1)),
    refinement: refines(data, parts) ? refinementWork(data, parts) : undefined,
  });
  const { from, total } = course;
  const isForest = parts.network.levels !== undefined;
  const resume = checkpoint && { resume: checkpoint };
  const events = (): AsyncIterable<TrainEvent> => {
    if (isForest) return trainForest({ ...forestOptions(data, parts), ...resume });
    if (record.flowMap) return trainFlowMap({ ...flowMapOptions(run, parts), ...course.length, ...resume });
    const { steps: _, minutes: __, pace: ___, ...options } = trainOptions(data, parts);
    return train({ ...options, ...course.length, ...resume });
  };
  const drawPreview = drawPreviews({ path, record, data, from, total }, parts, layout);
  let savedStep = checkpoint?.step;
  let savedAt = performance.now();
  const save = async (reached: Checkpoint): Promise<string> => {
    savedStep = reached.step;
    // What was noted up to a checkpoint must be there when it is resumed from.
    await metrics!.flush();
    // The levels that are grown are all that a forest needs to go on.
    const state = isForest ? undefined : { training: reached };
    const stored = { step: reached.step, average: reached.state.average, ...state };
    const saved = await course.timed("saving", () => writeCheckpoint(path, stored, layout, { keep: keepCheckpoints }));
    savedAt = performance.now();
    return saved;
  };
  const averages = average?.snapshots ? average : undefined;
  const keep = async ({ step, state }: Checkpoint): Promise<void> => {
    const { widths, snapshots } = averages!;
    const vectors = [state.average, ...(state.otherAverages ?? [])];
    const network = layoutOf(record, parts.network);
    const byWidth = new Map(widths.map((width, k) => [width, vectors[k]!]));
    await course.timed("averages", () => keepAverages(path, step, byWidth, network, snapshots));
  };
  const averagesDue = evenMarks(averages?.snapshots ?? 1, from, total);
  try {
    if (!fresh) unlock = await lockRun(path);
    for await (const event of events()) {
      metrics ??= await begin();
      reached = event.checkpoint;
      const last = event.share === 1;
      const position = course.position(event);
      const { step, loss, heldOutLoss, gradientNorm, learningRate, samplesPerSecond } = event;
      await metrics.add({
        step,
        ...(recipe.training.steps === undefined && { share: event.share }),
        loss,
        ...(heldOutLoss !== undefined && { heldOutLoss }),
        gradientNorm,
        learningRate,
        samplesPerSecond,
      });
      if (averages && (averagesDue(position) || last)) await keep(reached);
      let saved: string | undefined;
      if (last || performance.now() - savedAt >= 1000 * checkpointSeconds) saved = await save(reached);
      const { average: drawn } = event.checkpoint.state;
      const preview = course.mayDraw(event)
        ? await course.timed("picture", () => drawPreview(step, drawn, position))
        : undefined;
      yield { ...event, ...(saved !== undefined && { saved }), ...(preview !== undefined && { preview }) };
    }
    if (!metrics) {
      // Of a run with no steps left, what may change of it, and what a process left that was killed after its last checkpoint.
      metrics = await begin();
      await dropOldCheckpoints(path, keepCheckpoints);
    }
  } finally {
    try {
      // Not again what was refused just now.
      if (metrics && reached && reached.step !== savedStep) await save(reached);
    } finally {
      await metrics?.close();
      await unlock?.();
    }
  }
}
