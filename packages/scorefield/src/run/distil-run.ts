/** A new run of a flow map, from a trained run. */
import { resolve } from "node:path";
import {
  ArgumentError,
  didYouMean,
  type FlowMapObjective,
  flowMapObjectiveFromRecipe,
  type KindRecipe,
} from "@scorefield/core";
import { checkMade, type Known } from "@scorefield/core/internal";
import { DataError } from "@scorefield/data";
import { type Domain, dataName } from "@scorefield/domain";
import { RunError } from "../errors.ts";
import { type Recipe, recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { beginningRecord } from "./beginning-record.ts";
import { checkRunCall } from "./check-call.ts";
import { type DistilMethod, defaultMethod, distilMethods, expectedSteps, methodNamed } from "./distil-methods.ts";
import { checkRunFolder, relativeToRun } from "./folder.ts";
import { type LoadedRun, loadRun } from "./load.ts";
import { readMetrics } from "./metrics.ts";
import { prepare } from "./prepare.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { sampleShape } from "./record.ts";

/** Minutes of a distillation of which nothing else is said. */
const usualMinutes = 10;

/** Options of {@link distilRun}. */
export interface DistilRunOptions {
  /** The folder of the new run. */
  readonly out: string;
  /** Default `ect`. */
  readonly method?: DistilMethod;
  /** An objective with settings of your own, in place of that of the method. */
  readonly objective?: FlowMapObjective;
  /** How long to train; default 10 minutes. */
  readonly steps?: number;
  readonly minutes?: number;
  /** Samples per step; default those of the trained run, at most 64. */
  readonly batch?: number;
  /** Peak learning rate, default 0.001. */
  readonly learningRate?: number;
  /** Of the initial parameters and every draw; default that of the trained run. */
  readonly seed?: number;
  /** Pictures of samples on the way, of a run on images; default those of the trained run. */
  readonly previews?: number;
  /** Least time between checkpoints in seconds, default that of the trained run. */
  readonly checkpointSeconds?: number;
  /** Replace a run that is in the folder. */
  readonly overwrite?: boolean;
  /** The checkpoint of the trained run to start from; default the last. */
  readonly checkpoint?: number;
  /** The domain of the run's data, where it is not built in. */
  readonly domain?: Domain;
  /** When the time of a run by the clock began, as `performance.now()` says it; default now. */
  readonly begun?: number;
  readonly signal?: AbortSignal;
}

const known = {
  out: true,
  method: true,
  objective: true,
  steps: true,
  minutes: true,
  batch: true,
  learningRate: true,
  seed: true,
  previews: true,
  checkpointSeconds: true,
  overwrite: true,
  checkpoint: true,
  domain: true,
  begun: true,
  signal: true,
} satisfies Known<DistilRunOptions>;

/**
 * What a recipe says of a network that sees a second noise level. It sees levels as the trained network did, whose recipe may be
 * older than the setting.
 */
const withTarget = (network: KindRecipe): KindRecipe => ({ noiseEmbedding: "log", ...network, target: true });

/** @throws RunError for a run that no flow map can be made of */
const checkDistils = (run: LoadedRun): void => {
  const { path, record } = run;
  const { preconditioning, network } = record.model;
  if (!record.training) throw new RunError(`${path}: expected a run with its data, found a model alone`);
  if (preconditioning.kind !== "edm" || Number(network.observed ?? 0) > 0)
    throw new RunError(
      `${path}: expected a run with the preconditioning edm whose network takes no conditions but a class, found ` +
        `${preconditioning.kind}${Number(network.observed ?? 0) > 0 ? `, and a network that is conditioned on observed columns` : ""}; ` +
        "of a table, train one with --set scaling=standard --set preconditioning=edm --set objective=denoising --set network.observed=0",
    );
  if (network.target === undefined)
    throw new RunError(
      `${path}: expected a run whose network can see a second noise level, found ${network.kind}; train one with mlp, unet or dit`,
    );
};

const lengthOf = ({ steps, minutes }: DistilRunOptions) =>
  steps === undefined ? { minutes: minutes ?? usualMinutes } : { steps, ...(minutes !== undefined && { minutes }) };

/** The latents' part of a recipe: those of the trained run, as they are. */
const latentOf = ({ steps: _, ...latent }: NonNullable<Recipe["latent"]>, codec: string) => ({ ...latent, codec });

/** The recipe of the new run: that of the trained one at `start`, as a path from the new one, with its own training. */
const recipeOf = (recipe: Recipe, start: string, options: DistilRunOptions): RecipeInput => {
  const { batch, learningRate = 1e-3, seed, previews, checkpointSeconds } = options;
  const { training, latent } = recipe;
  return {
    ...recipe,
    ...(latent && { latent: latentOf(latent, start) }),
    network: withTarget(recipe.network) as never,
    objective: { kind: "denoising" },
    training: {
      ...lengthOf(options),
      batch: batch ?? Math.min(64, training.batch),
      learningRate,
      averageDecay: 0.99,
      checkpointSeconds: checkpointSeconds ?? training.checkpointSeconds,
      keepCheckpoints: training.keepCheckpoints,
    },
    ...(previews !== undefined && { previews }),
    ...(seed !== undefined && { seed }),
  } as RecipeInput;
};

/**
 * Prepares a run of a flow map that is made of a trained run, on the same data: `trainRun` trains it, `resumeRun` goes on, and
 * `loadFlowMap` loads it. That of a latent run is of the same latents, and keeps a copy of its autoencoder. Nothing is written yet.
 *
 *     for await (const { loss } of trainRun(await distilRun("runs/digits", { out: "runs/fast", minutes: 10 }))) console.log(loss);
 *     const { map } = await loadFlowMap("runs/fast");
 *
 * @param path the folder of the trained run, whose preconditioning is `edm`
 * @throws RunError for a run that cannot be distilled, and when the folder is taken; DataError when its data are gone or have
 *   changed; RecipeError, ArgumentError for options
 */
export const distilRun = async (path: string, options: DistilRunOptions): Promise<PreparedRun> => {
  checkRunCall("distilRun", path, options, known);
  checkRunCall("distilRun out", options?.out, {}, {});
  const { out, method = defaultMethod, overwrite = false, checkpoint, domain: own, signal } = options;
  const { begun = performance.now() } = options;
  const chosen = methodNamed(method);
  if (!chosen) {
    const names = Object.keys(distilMethods);
    throw new ArgumentError(
      `distilRun method: expected ${names.join(", ")}, found ${String(method)}${didYouMean(String(method), names)}`,
    );
  }
  if (overwrite && resolve(out) === resolve(path))
    throw new RunError(
      `${out}: expected another folder than that of the run, which the new one is made from; choose another out`,
    );
  const run = await loadRun(path, { checkpoint, domain: own });
  checkDistils(run);
  await checkRunFolder(out, { overwrite });
  const { record: stored, domain, made } = run;
  const { recipe: before, sha256 } = stored.training!;
  const { parseRecipe } = await import("../recipe/parse.ts");
  const from = relativeToRun(out, resolve(path));
  const parsed = parseRecipe(recipeOf(before, from, options), path, own);
  const data = await prepare(parsed, {
    folder: path,
    signal,
    domain: own,
    like: { ...made, shape: sampleShape(stored) },
  });
  if (data.sha256 !== sha256)
    throw new DataError({
      path: dataName(domain, data.recipe.data, path),
      expected: "the data that the run was trained on",
      found: "other values",
    });
  recipeParts(data.recipe);
  const { steps, minutes = 0, batch } = data.recipe.training;
  const expected = steps ?? expectedSteps(chosen, { minutes, batch }, await readMetrics(path));
  const objective = options.objective ?? chosen.objective(expected);
  checkMade("distilRun objective", objective, ["loss", "times", "target"], "an objective such as consistency()");
  const record = beginningRecord(data, {
    out,
    folder: path,
    sampler: { kind: "flow-map", steps: 2 },
    flowMap: {
      target: objective.target,
      objective: flowMapObjectiveFromRecipe(objective.recipe).recipe,
      start: { run: from, step: run.step },
      taught: chosen.taught,
    },
  });
  return {
    path: out,
    record,
    data,
    begun,
    start: run.model,
    ...(run.latent && { latentCodec: run.latent }),
    fresh: { overwrite },
  };
};
