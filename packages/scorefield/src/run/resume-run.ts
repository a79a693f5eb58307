/** A run to be continued from a checkpoint. */
import { type Checkpoint, RecipeError } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import { DataError } from "@scorefield/data";
import { type Domain, dataName } from "@scorefield/domain";
import { zeros } from "@scorefield/tensor";
import { CheckpointError, RunError } from "../errors.ts";
import { type Recipe, recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkRunCall } from "./check-call.ts";
import { checkpointSteps, readCheckpoint, type StoredCheckpoint } from "./checkpoint.ts";
import { readCodec } from "./codec-file.ts";
import { domainOf, prepare } from "./prepare.ts";
import { type PreparedRun, trainedLayoutOf } from "./prepared-run.ts";
import { type RunRecord, sampleShape } from "./record.ts";
import { readRecord } from "./record-file.ts";
import { startOf } from "./start-of.ts";

/** The path of the first setting in which two recipes differ, beside those that may. */
const firstDifference = (a: unknown, b: unknown, mayDiffer: readonly string[], path = ""): string | undefined => {
  if (mayDiffer.includes(path)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Object.is(a, b) ? undefined : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      mayDiffer,
      path ? `${path}.${key}` : key,
    );
    if (found) return found;
  }
  return undefined;
};

/** A run's recipe with the settings that parts got since, at their defaults. */
const completed = (recipe: Recipe): Recipe => {
  const { process, network, preconditioning, objective, sampler } = recipeParts(recipe);
  return {
    ...recipe,
    process: process.recipe,
    network: network.recipe,
    preconditioning: preconditioning.recipe,
    objective: objective.recipe,
    sampler: sampler.recipe,
  };
};

/** A forest goes on from the levels that are grown: it has no state of training besides. */
const forestCheckpoint = ({ step, average }: StoredCheckpoint): Checkpoint => {
  const none = zeros([0]);
  return { step, state: { parameters: average, firstMoment: none, secondMoment: none, average } };
};

// What may change without making it another run: how long it trains, and what is saved and drawn on the way. A domain says
// which settings of its data may change too.
const changeable = [
  "training.steps",
  "training.minutes",
  "training.checkpointSeconds",
  "training.keepCheckpoints",
  "training.refine",
  "sampler",
  "previews",
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
  const { columns, table, classes } = stored;
  const like = {
    shape: sampleShape(stored),
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
  };
  const data = await prepare(parsed, { folder: path, signal, domain: options.domain, like });
  const { changeable: ofData = [] } = domainOf(before.data, options.domain);
  const mayDiffer = [...changeable, ...ofData.map((name) => `data.${name}`)];
  const difference = firstDifference(completed(before), data.recipe, mayDiffer);
  if (difference)
    throw new RecipeError(
      `${path}: ${difference} cannot change when resuming, only ${mayDiffer.join(", ")}; begin another run with --out`,
    );
  if (data.sha256 !== sha256)
    throw new DataError({
      path: dataName(data.domain, data.recipe.data, path),
      expected: "the data that the run began with",
      found: "other values",
      fix: "Begin another run on the new data",
    });
  const { rules: _, ...rest } = stored;
  const record: RunRecord = {
    ...rest,
    ...(data.rules?.kept && { rules: data.rules.kept }),
    sampler: stored.flowMap ? stored.sampler : data.recipe.sampler,
    training: { ...stored.training, recipe: data.recipe },
  };
  const hasNone = step === undefined && (await checkpointSteps(path)).length === 0;
  const { flowMap } = stored;
  const needsStart = flowMap && (flowMap.taught || hasNone);
  const start = needsStart && (await startOf(path, flowMap, options.domain));
  const latentCodec = await readCodec(path, record);
  const base = { path, record, data, begun, ...(start && { start }), ...(latentCodec && { latentCodec }) };
  if (hasNone) return base;
  const parts = recipeParts(data.recipe);
  const read = await readCheckpoint(path, trainedLayoutOf(record, parts), step);
  const training = parts.network.levels === undefined ? read.training : forestCheckpoint(read);
  if (!training)
    throw new CheckpointError(`${path}: expected the state of training in the checkpoint, found weights alone`);
  if (training.step > (data.recipe.training.steps ?? Number.POSITIVE_INFINITY))
    throw new RecipeError(
      `${path}: training.steps: expected at least the ${training.step} steps already done, found ${data.recipe.training.steps}`,
    );
  return { ...base, checkpoint: training };
};
