/** A recipe in full: what depends on the data is filled in, and every part says all its settings. */
import {
  type AnySampler,
  augmentationLabels,
  type DenoiserParts,
  type KindRecipe,
  networkFromRecipe,
  type Objective,
  objectiveFromRecipe,
  preconditioningFromRecipe,
  processFromRecipe,
  samplerFromRecipe,
} from "@scorefield/core";
import type { ScalingKind } from "../table/scaling.ts";
import type { ParsedRecipe } from "./schema.ts";

type Training = ParsedRecipe["training"];

/** A recipe with nothing left to defaults. Made from the same recipe, two runs are bit for bit the same. */
export interface Recipe {
  readonly data: ParsedRecipe["data"];
  readonly heldOut: number;
  readonly scaling: ScalingKind;
  readonly process: KindRecipe;
  readonly network: KindRecipe;
  readonly preconditioning: KindRecipe;
  readonly objective: KindRecipe;
  readonly sampler: KindRecipe;
  readonly training: Training & { readonly steps: number; readonly learningRate: number };
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

// Few rows are learnt by heart when they are seen too often. On the tables in docs/tables.md, with 128 features, the loss
// on held-out rows is least after 300 to 700 passes and the correlations of samples gain until about 600. Many rows need
// no more steps than these.
const passes = 600;
const stepsFor = (rows: number, batch: number): number =>
  Math.min(20_000, Math.max(1000, Math.round((passes * rows) / batch / 100) * 100));

const widthFor = (rows: number, columns: number): number => (rows < 10_000 || columns <= 8 ? 128 : 256);

/** A network that is told how images were altered, if it is of a kind that can be. */
const withLabels = (network: KindRecipe): KindRecipe => {
  const { recipe } = networkFromRecipe(network);
  return recipe.augmentation === 0 ? { ...recipe, augmentation: augmentationLabels } : network;
};

/**
 * Fills in what depends on the data.
 * @param size training rows and columns
 * @throws as {@link recipeParts}
 */
export const resolveRecipe = (parsed: ParsedRecipe, size: { rows: number; columns: number }): Recipe => {
  const network: KindRecipe =
    parsed.network.kind === "mlp"
      ? { ...parsed.network, width: parsed.network.width ?? widthFor(size.rows, size.columns) }
      : parsed.network;
  const { training } = parsed;
  const parts = recipeParts({ ...parsed, network: training.augmentation ? withLabels(network) : network });
  return {
    data: parsed.data,
    heldOut: parsed.heldOut,
    scaling: parsed.scaling ?? (parsed.data.kind === "file" ? "quantile" : "none"),
    process: parts.process.recipe,
    network: parts.network.recipe,
    preconditioning: parts.preconditioning.recipe,
    objective: parts.objective.recipe,
    sampler: parts.sampler.recipe,
    training: {
      ...training,
      ...(!training.average && { averageDecay: training.averageDecay ?? 0.999 }),
      steps: training.steps ?? stepsFor(size.rows, training.batch),
      learningRate: training.learningRate ?? parts.network.learningRate,
    },
    seed: parsed.seed,
  };
};
