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
  RecipeError,
  samplerFromRecipe,
} from "@scorefield/core";
import type { Shape } from "@scorefield/tensor";
import { isImages } from "./is-images.ts";
import type { ParsedRecipe } from "./schema.ts";

type Training = ParsedRecipe["training"];
type ScalingKind = NonNullable<ParsedRecipe["scaling"]>;

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
  /** One of steps, minutes and pace says how long it trains. */
  readonly training: Training & { readonly learningRate: number };
  readonly grids: number;
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

// A step of a U-Net takes about a second on two cores: few enough to end within the hour there.
const imagePasses = 100;
const imageStepsFor = (images: number, batch: number): number =>
  Math.min(3000, Math.max(1000, Math.round((imagePasses * images) / batch / 100) * 100));

/** The deviation of pixels in [-1, 1] that Karras et al. 2022 take for all photographs. */
const imageDeviation = 0.5;

/** What a recipe is filled in from. */
export interface DataFacts {
  /** Rows or images to learn from. */
  readonly rows: number;
  /** Numbers in each. */
  readonly columns: number;
  /** Of images: their shape, and how many classes their labels name. */
  readonly image?: { readonly shape: Shape; readonly classes: number };
}

/** A U-Net for images of a side: down by halves to 8 px or less, and small enough for a machine without accelerator. */
const unetFor = ([, height = 1, width = 1]: Shape) => {
  const levels = Math.max(2, Math.ceil(Math.log2(Math.max(height, width) / 8)) + 1);
  return { width: 32, multipliers: Array.from({ length: levels }, (_, i) => (i === 0 ? 1 : 2)) };
};

const networkFor = ({ network }: ParsedRecipe, { rows, columns, image }: DataFacts): KindRecipe => ({
  ...(network.kind === "mlp" && { width: widthFor(rows, columns) }),
  ...(network.kind === "unet" && image && unetFor(image.shape)),
  ...network,
  // One class is none: there is nothing to tell apart.
  ...(image && image.classes > 1 && { classes: network.classes ?? image.classes }),
});

/** @throws RecipeError for two of steps, minutes and pace */
const lengthFor = ({ steps, minutes, pace }: Training, byDefault: () => number): { steps?: number } => {
  const given = Object.entries({ steps, minutes, pace }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new RecipeError(
      `training: expected one of steps, minutes and pace, found ${given.map(([name]) => name).join(" and ")}; leave the others out`,
    );
  return given.length === 0 ? { steps: byDefault() } : {};
};

const scalingFor = ({ scaling, data }: ParsedRecipe): ScalingKind => {
  if (isImages(data) !== (scaling === "images") && scaling !== undefined)
    throw new RecipeError(
      `scaling: expected ${isImages(data) ? "images for images" : "quantile, standard or none for rows"}, found ${scaling}`,
    );
  return scaling ?? (isImages(data) ? "images" : data.kind === "file" ? "quantile" : "none");
};

/**
 * Fills in what depends on the data.
 * @throws as {@link recipeParts}
 */
export const resolveRecipe = (parsed: ParsedRecipe, facts: DataFacts): Recipe => {
  const { preconditioning, objective, training } = parsed;
  const scale = facts.image && { dataDeviation: imageDeviation };
  const network = networkFor(parsed, facts);
  const parts = recipeParts({
    ...parsed,
    network: training.augmentation ? withLabels(network) : network,
    preconditioning: { ...scale, ...preconditioning },
    objective: { ...(objective.kind === "denoising" && scale), ...objective },
  });
  const stepsOf = facts.image ? imageStepsFor : stepsFor;
  return {
    data: parsed.data,
    heldOut: parsed.heldOut,
    scaling: scalingFor(parsed),
    process: parts.process.recipe,
    network: parts.network.recipe,
    preconditioning: parts.preconditioning.recipe,
    objective: parts.objective.recipe,
    sampler: parts.sampler.recipe,
    training: {
      ...training,
      ...(!training.average && { averageDecay: training.averageDecay ?? 0.999 }),
      ...lengthFor(training, () => stepsOf(facts.rows, training.batch)),
      learningRate: training.learningRate ?? parts.network.learningRate,
    },
    grids: parsed.grids,
    seed: parsed.seed,
  };
};
