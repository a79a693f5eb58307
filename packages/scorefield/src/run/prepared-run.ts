/** A run ready to train, and what its recipe means to training. */
import { checkForestTraining, type TrainForestOptions } from "@scorefield/assess";
import {
  type Checkpoint,
  checkTraining,
  flowMapObjectiveFromRecipe,
  initialTrainable,
  RecipeError,
  type TrainableLayout,
  type TrainedCodec,
  type TrainedModel,
  type TrainFlowMapOptions,
  type TrainOptions,
  trainableLayout,
} from "@scorefield/core";
import type { RecipeParts } from "../recipe/resolve.ts";
import type { Prepared } from "./prepare.ts";
import type { RunRecord } from "./record.ts";
import { checkRefines } from "./refinement-work.ts";

/** A run ready to train. */
export interface PreparedRun {
  readonly path: string;
  readonly record: RunRecord;
  readonly data: Prepared;
  /** Where it continues; nothing for a new run. */
  readonly checkpoint?: Checkpoint;
  /** Of a flow map: the score model that it starts from, and that may teach it. */
  readonly start?: TrainedModel;
  /** When the time of a run by the clock began, as `performance.now()` says it. */
  readonly begun: number;
  /** Of a new run, whose folder is not made yet: whether a run that is there is to be replaced, and the data to keep in it. */
  readonly fresh?: { readonly overwrite: boolean; readonly keptData?: string };
  /** Of a latent run: its autoencoder, where that is trained. */
  readonly latentCodec?: TrainedCodec;
}

const definedOnly = <T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;

/** What a run's recipe and data mean to `train`. */
export const trainOptions = ({ recipe, training, heldOut }: Prepared, parts: RecipeParts): TrainOptions => {
  const { adam, checkpointSeconds: _, keepCheckpoints: __, refine: ____, ...settings } = recipe.training;
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

/** The same for a flow map, whose training takes fewer settings. */
export const flowMapOptions = (
  { record: { flowMap }, data, start }: Pick<PreparedRun, "record" | "data" | "start">,
  { process, network, preconditioning }: RecipeParts,
): TrainFlowMapOptions => {
  const { seed, training } = data.recipe;
  const { batch, accumulate, learningRate, warmUp, decay, adam, averageDecay, average, classDropout } = training;
  return {
    data: data.training,
    process,
    network,
    objective: flowMapObjectiveFromRecipe(flowMap!.objective),
    ...(start ? { start } : { sigmaData: preconditioning.recipe.sigmaData as number }),
    ...(flowMap!.taught && start && { teacher: start }),
    ...(definedOnly({ accumulate, warmUp, averageDecay, average, classDropout }) as Partial<TrainFlowMapOptions>),
    batch,
    learningRate,
    decay,
    adam: definedOnly(adam),
    seed,
  };
};

/** The same for a forest, which no gradients train. @throws RecipeError for settings of training that it has no use for */
export const forestOptions = (
  { recipe, training, heldOut }: Prepared,
  { process, network, preconditioning }: RecipeParts,
): TrainForestOptions => {
  const { average, augmentation, precision, accumulate = 1 } = recipe.training;
  const useless = Object.entries({
    average: average !== undefined,
    augmentation: augmentation !== undefined,
    precision: precision === "mixed",
    accumulate: accumulate > 1,
  }).flatMap(([name, given]) => (given ? [`training.${name}`] : []));
  if (useless.length > 0)
    throw new RecipeError(
      `${useless.join(" and ")}: expected none for a forest, which is grown without gradients; leave it out or take a network such as mlp`,
    );
  return { process, network, preconditioning, data: training, heldOut, seed: recipe.seed };
};

/** Checks what a run's recipe and data mean to its training. @throws RecipeError, ArgumentError, ShapeError */
export const checkRunTraining = (data: Prepared, parts: RecipeParts): void => {
  checkRefines(data, parts);
  if (parts.network.levels === undefined) checkTraining(trainOptions(data, parts));
  else checkForestTraining(forestOptions(data, parts));
};

/** The layout of all that a run trains: the network's parameters first, then those of its objective. */
export const trainedLayoutOf = ({ model, training }: RunRecord, { network, objective }: RecipeParts): TrainableLayout =>
  trainableLayout(initialTrainable(network, objective, model.shape, training?.recipe.seed ?? 0));
