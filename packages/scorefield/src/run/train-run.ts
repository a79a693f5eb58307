/** Training with a folder behind it: begun, watched, stopped at any time and continued bit for bit. */
import { basename, dirname, resolve } from "node:path";
import {
  type Checkpoint,
  checkTraining,
  initialTrainable,
  RecipeError,
  type TrainableLayout,
  type TrainEvent,
  type TrainOptions,
  train,
  trainableLayout,
} from "@scorefield/core";
import { checkMade, evenMarks, type Known } from "@scorefield/core/internal";
import { DataError } from "@scorefield/data";
import { type Domain, dataName, movePaths } from "@scorefield/domain";
import { CheckpointError, RunError } from "../errors.ts";
import { type Recipe, type RecipeParts, recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { dropAveragesAfter, keepAverages } from "./average-snapshots.ts";
import { checkRunCall } from "./check-call.ts";
import { checkpointSteps, dropOldCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { checkRunFolder, keepData, makeRunFolder, relativeToRun, removeTemporaries } from "./folder.ts";
import { lockRun } from "./lock.ts";
import { type MetricsLog, openMetrics, readMetrics } from "./metrics.ts";
import { domainOf, type Prepared, prepare } from "./prepare.ts";
import type { RunRecord } from "./record.ts";
import { newRecord, readRecord, writeRecord } from "./record-file.ts";
import { runLength } from "./run-length.ts";
import { layoutOf } from "./run-model.ts";
import { pictureEvaluations, sampleGrids } from "./sample-grids.ts";

/** A run ready to train. */
export interface PreparedRun {
  readonly path: string;
  readonly record: RunRecord;
  readonly data: Prepared;
  /** Where it continues; nothing for a new run. */
  readonly checkpoint?: Checkpoint;
  /** When the time of a run by the clock began, as `performance.now()` says it. */
  readonly begun: number;
  /** Of a new run, whose folder is not made yet: whether a run that is there is to be replaced, and the data to keep in it. */
  readonly fresh?: { readonly overwrite: boolean; readonly keptData?: string };
}

/** News of a run: those of training, and what was measured, saved and drawn. */
export interface RunEvent extends TrainEvent {
  /** The path of the checkpoint written at this step, if one was. */
  readonly saved?: string;
  /** The path of the picture of samples made at this step, if one was. */
  readonly grid?: string;
}

/** The recipe in the words of one whose paths are relative to another folder. */
const movedTo = (recipe: Recipe, domain: Domain, run: string, folder: string): Recipe => ({
  ...recipe,
  data: movePaths(domain, recipe.data, (path) => relativeToRun(run, resolve(folder, path))),
});

/**
 * Prepares a new run: reads its data and resolves its recipe. Nothing is written: {@link trainRun} makes the folder.
 * @param input a recipe as a person writes it
 * @param options `out`, the run's folder; `folder` that paths in the recipe are relative to, default the current one;
 *   `overwrite` a run that is there; `source` names the recipe in errors; `keepData`: the run keeps a copy of its data's
 *   file, which may then be removed once training has begun; `domain`, one that is not built in; `begun`: when the time of
 *   a run by the clock began, as `performance.now()` says it, default now
 * @throws RecipeError, ArgumentError for the recipe; DataError for the data; RunError when the folder is taken
 */
export const createRun = async (
  input: RecipeInput,
  options: {
    readonly out: string;
    readonly folder?: string;
    readonly overwrite?: boolean;
    readonly source?: string;
    readonly keepData?: boolean;
    readonly domain?: Domain;
    readonly begun?: number;
    readonly signal?: AbortSignal;
  },
): Promise<PreparedRun> => {
  const known = {
    out: true,
    folder: true,
    overwrite: true,
    source: true,
    keepData: true,
    domain: true,
    begun: true,
    signal: true,
  } satisfies Known<typeof options>;
  checkRunCall("createRun", options?.out, options, known);
  const { out, folder = ".", overwrite = false, source, keepData = false, begun = performance.now(), signal } = options;
  const { parseRecipe } = await import("../recipe/parse.ts");
  const parsed = parseRecipe(input, source, options.domain);
  await checkRunFolder(out, { overwrite });
  const data = await prepare(parsed, { folder, signal, domain: options.domain });
  const { recipe, domain, columns, classes, codec, sha256, training, heldOut } = data;
  checkTraining(trainOptions(data, recipeParts(recipe)));
  const [dataPath] = domain.paths?.(recipe.data) ?? [];
  const keptData = keepData && dataPath !== undefined ? resolve(folder, recipe.data[dataPath] as string) : undefined;
  const moved = movedTo(recipe, domain, out, folder);
  const record = newRecord({
    model: {
      shape: training.shape,
      process: recipe.process,
      network: recipe.network,
      preconditioning: recipe.preconditioning,
    },
    sampler: recipe.sampler,
    domain: domain.kind,
    ...(columns && { columns }),
    ...(classes && { classes }),
    scaling: codec.stored,
    training: {
      recipe: keptData === undefined ? moved : { ...moved, data: { ...moved.data, [dataPath!]: basename(keptData) } },
      rows: { training: training.count, heldOut: heldOut.count },
      sha256,
    },
  });
  return { path: out, record, data, begun, fresh: { overwrite, ...(keptData !== undefined && { keptData }) } };
};

/** What a run's recipe and data mean to `train`. */
const trainOptions = ({ recipe, training, heldOut }: Prepared, parts: RecipeParts): TrainOptions => {
  const { adam, checkpointSeconds: _, keepCheckpoints: __, ...settings } = recipe.training;
  const { sampler: ___, ...made } = parts;
  return {
    ...made,
    ...(definedOnly(settings) as Partial<TrainOptions>),
    adam: definedOnly(adam),
    data: training,
    heldOut,
    seed: recipe.seed,
  };
};

/** The layout of all that a run trains: the network's parameters first, then those of its objective. */
const trainedLayoutOf = ({ model, training }: RunRecord, { network, objective }: RecipeParts): TrainableLayout =>
  trainableLayout(initialTrainable(network, objective, model.shape, training?.recipe.seed ?? 0));

/** The path of the first setting in which two recipes differ. */
const firstDifference = (a: unknown, b: unknown, path = ""): string | undefined => {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Object.is(a, b) ? undefined : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      path ? `${path}.${key}` : key,
    );
    if (found) return found;
  }
  return undefined;
};

// What may change without making it another run: how long it trains, and what is saved and drawn on the way; and what a
// domain says of its data, such as an image that stands in for a damaged one, which takes no other's place: until then
// training had stopped there.
const changeable = [
  "training.steps",
  "training.minutes",
  "training.checkpointSeconds",
  "training.keepCheckpoints",
  "sampler",
  "grids",
];

/**
 * Prepares a run to continue from a checkpoint.
 * @param options `change` makes the recipe to go on with from the run's own; it may differ in the steps or minutes, the
 *   checkpoints' interval and number, the sampler, pictures, and settings of the data that its domain says may change;
 *   `checkpoint` is a step, default the last; `domain`, one that is not built in; `begun`: when the time of
 *   a run by the clock begins again, as `performance.now()` says it, default now: the share of its minutes that is left
 * @throws RunError when it is no run or cannot be resumed; CheckpointError for a damaged checkpoint; DataError when its
 *   data is gone or has changed; RecipeError for settings that would make it another run
 */
export const resumeRun = async (
  path: string,
  options: {
    readonly change?: (recipe: RecipeInput) => RecipeInput;
    readonly checkpoint?: number;
    readonly domain?: Domain;
    readonly begun?: number;
    readonly signal?: AbortSignal;
  } = {},
): Promise<PreparedRun> => {
  const known = {
    change: true,
    checkpoint: true,
    domain: true,
    begun: true,
    signal: true,
  } satisfies Known<typeof options>;
  checkRunCall("resumeRun", path, options, known);
  const { change = (recipe) => recipe, checkpoint: step, begun = performance.now(), signal } = options;
  const { record: stored } = await readRecord(path, options.domain);
  if (!stored.training) throw new RunError(`${path}: expected a run with its training, found a model alone`);
  const { recipe: before, sha256 } = stored.training;
  const { parseRecipe } = await import("../recipe/parse.ts");
  const parsed = parseRecipe(change(before as RecipeInput), path, options.domain);
  const data = await prepare(parsed, { folder: path, signal, domain: options.domain });
  const { changeable: ofData = [] } = domainOf(before.data, options.domain);
  const unchanged = Object.fromEntries(
    ofData.flatMap((name) => (name in before.data ? [[name, before.data[name]]] : [])),
  );
  const differing = (recipe: Recipe): Recipe => ({
    ...recipe,
    data: { ...recipe.data, ...unchanged },
    sampler: before.sampler,
    grids: before.grids,
    training: {
      ...recipe.training,
      steps: before.training.steps,
      minutes: before.training.minutes,
      checkpointSeconds: before.training.checkpointSeconds,
      keepCheckpoints: before.training.keepCheckpoints,
    },
  });
  const difference = firstDifference(before, differing(data.recipe));
  if (difference)
    throw new RecipeError(
      `${path}: ${difference} cannot change when resuming, only ${[...changeable, ...ofData.map((name) => `data.${name}`)].join(", ")}; begin another run with --out`,
    );
  if (data.sha256 !== sha256)
    throw new DataError({
      path: dataName(data.domain, data.recipe.data, path),
      expected: "the data that the run began with",
      found: "other values",
      fix: "Begin another run on the new data",
    });
  const record: RunRecord = {
    ...stored,
    sampler: data.recipe.sampler,
    training: { ...stored.training, recipe: data.recipe },
  };
  const base = { path, record, data, begun };
  if (step === undefined && (await checkpointSteps(path)).length === 0) return base;
  const { training } = await readCheckpoint(path, trainedLayoutOf(record, recipeParts(data.recipe)), step);
  if (!training)
    throw new CheckpointError(`${path}: expected the state of training in the checkpoint, found weights alone`);
  if (training.step > (data.recipe.training.steps ?? Number.POSITIVE_INFINITY))
    throw new RecipeError(
      `${path}: training.steps: expected at least the ${training.step} steps already done, found ${data.recipe.training.steps}`,
    );
  return { ...base, checkpoint: training };
};

/**
 * Trains a prepared run. Nothing is written, made or replaced before its first steps are done. Metrics go to metrics.jsonl
 * with every event, checkpoints and averages to their folders. Leave the loop at any time: what was reached is saved, and
 * {@link resumeRun} continues from there. So it does when the process is killed, from the last checkpoint.
 * @throws TrainingError when the loss is no longer finite (the last finite state is saved); CheckpointError when the disk
 *   is full or refuses to be written, naming the last good checkpoint; DataError when it refuses other files; RunError
 *   when another process trains the run
 */
export async function* trainRun(run: PreparedRun): AsyncGenerator<RunEvent, void> {
  checkMade("trainRun run", run, ["path", "record", "data"], "a run that createRun or resumeRun prepared");
  const { path, record, data, checkpoint, fresh } = run;
  const { recipe } = data;
  const { checkpointSeconds, keepCheckpoints, average } = recipe.training;
  const parts = recipeParts(recipe);
  const layout = trainedLayoutOf(record, parts);
  let reached = checkpoint;
  const begun = checkpoint?.step ?? 0;
  // Damaged ones are told before the work, not after.
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
  const work = pictureEvaluations(data, parts);
  const course = runLength(recipe.training, { begun: run.begun, checkpoint, picture: work });
  const { from, total } = course;
  const { steps: _, minutes: __, pace: ___, ...options } = trainOptions(data, parts);
  const events = train({ ...options, ...course.length, ...(checkpoint && { resume: checkpoint }) });
  const picture = sampleGrids({ path, data, from, total }, parts, layout);
  let savedStep = checkpoint?.step;
  let savedAt = performance.now();
  const save = async (reached: Checkpoint): Promise<string> => {
    savedStep = reached.step;
    // What was noted up to a checkpoint must be there when it is resumed from.
    await metrics!.flush();
    const stored = { step: reached.step, average: reached.state.average, training: reached };
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
    for await (const event of events) {
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
      const grid = course.mayDraw(event)
        ? await course.timed("picture", () => picture(step, drawn, position))
        : undefined;
      yield { ...event, ...(saved !== undefined && { saved }), ...(grid !== undefined && { grid }) };
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

const definedOnly = <T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;

/** The folder that a recipe file's paths are relative to. */
export const recipeFolder = (file: string): string => dirname(resolve(file));
