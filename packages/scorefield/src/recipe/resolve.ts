/** A recipe in full: what depends on the data is filled in, and every part says all its settings. */
import {
  type AnySampler,
  augmentationLabels,
  autoencoderFromRecipe,
  autoencoderObjectiveFromRecipe,
  type DenoiserParts,
  type KindRecipe,
  type Network,
  networkFromRecipe,
  type Objective,
  objectiveFromRecipe,
  preconditioningFromRecipe,
  processFromRecipe,
  RecipeError,
  samplerFromRecipe,
} from "@scorefield/core";
import type { DataFacts, DataSettings, Domain, FittedDefaults } from "@scorefield/domain";
import type { ParsedRecipe } from "./schema.ts";

type Training = ParsedRecipe["training"];

/** How the autoencoder of a latent model is trained. */
interface LatentRecipe {
  readonly autoencoder: KindRecipe;
  readonly objective: KindRecipe;
  /** Of the minutes, where these are given. */
  readonly share: number;
  readonly steps?: number;
  readonly codec?: string;
}

/** A recipe with nothing left to defaults. Made from the same recipe, two runs are bit for bit the same. */
export interface Recipe {
  readonly data: DataSettings;
  readonly heldOut: number;
  readonly scaling: string;
  readonly process: KindRecipe;
  readonly network: KindRecipe;
  readonly preconditioning: KindRecipe;
  readonly objective: KindRecipe;
  readonly sampler: KindRecipe;
  /** One of steps, minutes and pace says how long it trains. */
  readonly training: Training & { readonly learningRate: number };
  /** Of a latent model: the autoencoder that is trained first, and how; or the run that it is taken of. */
  readonly latent?: LatentRecipe;
  readonly previews: number;
  readonly seed: number;
}

/** The parts of a run that are made from its recipe. */
export interface RecipeParts extends DenoiserParts {
  readonly objective: Objective;
  readonly sampler: AnySampler;
}

/**
 * The parts a recipe describes.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const recipeParts = (
  recipe: Pick<Recipe, "process" | "network" | "preconditioning" | "objective" | "sampler">,
): RecipeParts => ({
  process: processFromRecipe(recipe.process),
  network: networkFromRecipe(recipe.network),
  preconditioning: preconditioningFromRecipe(recipe.preconditioning),
  objective: objectiveFromRecipe(recipe.objective),
  sampler: samplerFromRecipe(recipe.sampler),
});

/** A network conditioned on how images were altered, if its kind can be. */
const withLabels = (network: KindRecipe): KindRecipe => {
  const { recipe } = networkFromRecipe(network);
  return recipe.augmentation === 0 ? { ...recipe, augmentation: augmentationLabels } : network;
};

/** @throws RecipeError for two of steps, minutes and pace */
const lengthFor = ({ steps, minutes, pace }: Training, byDefault: () => number): { steps?: number } => {
  const given = Object.entries({ steps, minutes, pace }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new RecipeError(
      `training: expected one of steps, minutes and pace, found ${given.map(([name]) => name).join(" and ")}; leave the others out`,
    );
  return given.length === 0 ? { steps: byDefault() } : {};
};

/** A forest has a step for each of its noise levels. @throws RecipeError for another length */
const levelsFor = ({ steps, minutes, pace }: Training, { recipe, levels }: Network): { steps?: number } => {
  if (minutes === undefined && pace === undefined && (steps ?? levels) === levels) return { steps: levels! };
  throw new RecipeError(
    `training: expected ${levels} steps, one for each of the levels of the ${recipe.kind}, found ` +
      `${minutes !== undefined ? `${minutes} minutes` : pace ? "a pace" : `${steps} steps`}; leave that out and set network.levels, network.trees or network.duplicates`,
  );
};

/** The kind of codec that a recipe asks for, else the usual one. @throws RecipeError for one that the domain has not */
export const scalingFor = (
  { scaling, data }: ParsedRecipe,
  domain: Domain,
  facts: Pick<DataFacts, "table">,
): string => {
  const known = domain.codecs(data, facts);
  if (scaling === undefined) return known[0];
  if (known.includes(scaling)) return scaling;
  const either = known.length < 2 ? known[0] : `${known.slice(0, -1).join(", ")} or ${known.at(-1)}`;
  throw new RecipeError(`scaling: expected ${either} for ${domain.samples}, found ${scaling}`);
};

/** Latents have deviation 1, twice as much as pixels: noise levels are higher as well. */
const latentDefaults = (fitted: FittedDefaults): FittedDefaults => ({
  ...fitted,
  deviation: 1,
  objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -0.4, deviation: 1.2 } },
});

/** The autoencoder's part of a recipe in full. @throws RecipeError for settings of training that latents cannot have */
const latentRecipe = ({ latent, training }: ParsedRecipe, steps: number | undefined): LatentRecipe => {
  const { autoencoder, objective, share, codec } = latent!;
  for (const name of ["augmentation", "pace"] as const)
    if (training[name] !== undefined)
      throw new RecipeError(`training.${name}: expected none with latent, found one; leave it out, or latent`);
  return {
    autoencoder: autoencoderFromRecipe(autoencoder).recipe,
    objective: autoencoderObjectiveFromRecipe(objective).recipe,
    share,
    ...(steps !== undefined && { steps: latent!.steps ?? Math.ceil(steps / 2) }),
    ...(codec !== undefined && { codec }),
  };
};

/**
 * Fills in what depends on the data.
 * @param scaling the kind of the codec that was fitted
 * @throws as {@link recipeParts}
 */
export const resolveRecipe = (
  parsed: ParsedRecipe,
  domain: Domain,
  facts: Omit<DataFacts, "batch" | "network" | "preconditioning">,
  scaling: string,
): Recipe => {
  const { preconditioning, objective, training } = parsed;
  const usual = domain.defaultsFor({
    ...facts,
    batch: training.batch,
    network: parsed.network.kind,
    preconditioning: preconditioning.kind,
  });
  const fitted = parsed.latent ? latentDefaults(usual) : usual;
  const scale = fitted.deviation !== undefined && { sigmaData: fitted.deviation };
  const network = { ...fitted.network, ...parsed.network };
  const ofKind = ({ kind }: KindRecipe, settings: KindRecipe | undefined) => settings?.kind === kind && settings;
  const parts = recipeParts({
    ...parsed,
    network: training.augmentation ? withLabels(network) : network,
    preconditioning: { ...scale, ...ofKind(preconditioning, fitted.preconditioning), ...preconditioning },
    objective: {
      ...(objective.kind === "denoising" && scale),
      ...ofKind(objective, fitted.objective),
      ...objective,
    },
  });
  const length = parts.network.levels === undefined ? lengthFor(training, () => fitted.steps) : undefined;
  return {
    data: parsed.data,
    heldOut: parsed.heldOut,
    scaling,
    process: parts.process.recipe,
    network: parts.network.recipe,
    preconditioning: parts.preconditioning.recipe,
    objective: parts.objective.recipe,
    sampler: parts.sampler.recipe,
    training: {
      ...(fitted.knownShare !== undefined && { knownShare: fitted.knownShare }),
      ...training,
      ...(!training.average && { averageDecay: training.averageDecay ?? 0.999 }),
      ...(length ?? levelsFor(training, parts.network)),
      learningRate: training.learningRate ?? parts.network.learningRate,
    },
    ...(parsed.latent && { latent: latentRecipe(parsed, training.steps ?? length?.steps) }),
    previews: parsed.previews,
    seed: parsed.seed,
  };
};
