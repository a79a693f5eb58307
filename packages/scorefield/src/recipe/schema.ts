/**
 * What a recipe may say, as a zod schema: one place for names, types and defaults. Loaded only when a recipe is read. A
 * recipe is data; a .ts or .js file that exports one is a program, which runs before anything is checked.
 */
import type { DataSettings } from "@scorefield/domain";
import { z } from "zod";

const count = z.int().min(1);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const positive = z.number().positive();
const share = z.number().gt(0).lt(1);

const range = { sigmaMin: positive.optional(), sigmaMax: positive.optional() };
const betas = { betaMin: positive.optional(), betaMax: positive.optional() };

const process = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("edm"), ...range }),
  z.strictObject({ kind: z.literal("ve"), ...range }),
  z.strictObject({ kind: z.literal("vp"), ...betas }),
  z.strictObject({ kind: z.literal("vp-cosine"), offset: positive.optional() }),
  z.strictObject({ kind: z.literal("sub-vp"), ...betas }),
  z.strictObject({ kind: z.literal("rectified-flow") }),
]);

const network = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("mlp"),
    width: count.optional(),
    depth: count.optional(),
    noiseFeatures: count.optional(),
    classes: z.int().min(0).optional(),
  }),
  z.strictObject({
    kind: z.literal("unet"),
    width: count.optional(),
    multipliers: z.array(count).min(1).optional().describe("Channels of each level in units of the width"),
    blocks: count.optional().describe("Residual blocks per level"),
    attention: z.number().min(0).optional().describe("Longest side at which there is self-attention; 0 for none"),
    headWidth: count.optional(),
    dropout: z.number().min(0).lt(1).optional(),
    downsample: z.enum(["pool", "stride"]).optional(),
    skipRescale: z.boolean().optional(),
    classes: z.int().min(0).optional(),
    augmentation: z.int().min(0).optional(),
  }),
  z.strictObject({
    kind: z.literal("dit"),
    patch: count.optional().describe("Side of a patch, which divides the sizes of the samples"),
    width: count.optional(),
    depth: count.optional(),
    headWidth: count.optional(),
    expansion: count.optional(),
    classes: z.int().min(0).optional(),
    augmentation: z.int().min(0).optional(),
  }),
]);

const dataDeviation = positive.optional();

const preconditioning = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("edm"), dataDeviation }),
  z.strictObject({
    kind: z.literal("predict"),
    prediction: z.enum(["noise", "data", "score", "velocity"]),
    dataDeviation,
  }),
  z.strictObject({
    kind: z.literal("energy"),
    form: z.enum(["scalar", "inner-product", "residual"]).optional(),
    dataDeviation,
  }),
]);

const levels = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("log-normal"), mean: z.number().optional(), deviation: positive.optional() }),
  z.strictObject({ kind: z.literal("uniform") }),
  z.strictObject({ kind: z.literal("fixed"), ratio: positive.optional() }),
  z.strictObject({
    kind: z.literal("geometric"),
    highest: positive.optional(),
    lowest: positive.optional(),
    count: z.int().min(2).optional(),
  }),
]);

const matching = { weighting: z.enum(["sigma^2", "likelihood", "none"]).optional(), levels: levels.optional() };
const projections = count.optional();

const constraint = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("linear"),
    matrix: z.array(z.array(z.number())).min(1),
    values: z.array(z.number()),
  }),
  z.strictObject({ kind: z.literal("mean"), values: z.array(z.number()).min(1) }),
]);

const scoreMatching = [
  z.strictObject({
    kind: z.literal("denoising"),
    weighting: z.enum(["edm", "sigma^2", "likelihood", "min-snr"]).optional(),
    levels: levels.optional(),
    dataDeviation,
    uncertainty: z.boolean().optional().describe("Learn how large the loss is at every noise level, and divide by it"),
  }),
  z.strictObject({ kind: z.literal("implicit"), ...matching }),
  z.strictObject({ kind: z.literal("sliced"), ...matching, projections, varianceReduced: z.boolean().optional() }),
  z.strictObject({ kind: z.literal("finite-difference"), ...matching, projections, difference: positive.optional() }),
] as const;

const fokkerPlanck = z.strictObject({
  kind: z.literal("fokker-planck"),
  objective: z.discriminatedUnion("kind", scoreMatching).optional(),
  weight: positive.optional(),
  projections: z.int().min(0).optional().describe("0, for the exact divergence, or at least 2"),
});

const objective = z.discriminatedUnion("kind", [
  ...scoreMatching,
  fokkerPlanck,
  z.strictObject({
    kind: z.literal("constrained"),
    objective: z.discriminatedUnion("kind", [...scoreMatching, fokkerPlanck]).optional(),
    constraint: constraint.describe("In the units of the model: with scaling none, those of the data"),
    weight: positive.optional(),
    schedule: z.enum(["constant", "posterior"]).optional(),
  }),
]);

// Samplers are many, and check their own settings.
const sampler = z.looseObject({ kind: z.string() });

const average = z.strictObject({
  kind: z.literal("power").default("power"),
  widths: z.array(positive).min(1).describe("As shares of training, such as 0.05; the first makes the model"),
  snapshots: z
    .int()
    .min(0)
    .default(16)
    .describe("Times in training at which averages are kept, to make others of any width afterwards"),
});

const augmentation = z.strictObject({
  probability: z.number().min(0).max(1).describe("Of each transform for each image, such as 0.12"),
  transforms: z
    .array(z.enum(["x-flip", "y-flip", "scaling", "rotation", "anisotropy", "translation"]))
    .min(1)
    .optional()
    .describe("Default all"),
});

const training = z.strictObject({
  steps: count.optional().describe("Default about 600 passes over the rows, from 1,000 to 20,000 steps"),
  minutes: positive.optional().describe("Time to train in, start included, in place of steps"),
  pace: z
    .array(z.tuple([z.int().min(1), z.number().min(0).max(1)]))
    .min(1)
    .optional()
    .describe("Repeats a training by the clock: steps with the share of training done after them, in place of steps"),
  batch: count.default(256).describe("Rows per step"),
  learningRate: positive.optional().describe("Peak; default the network's own"),
  warmUp: z.int().min(0).optional().describe("Steps over which the rate rises; default 100, at most a tenth"),
  decay: z.enum(["cosine", "constant"]).default("cosine"),
  accumulate: count.optional().describe("Micro-batches that a step is cut into, to save memory; they divide the batch"),
  precision: z
    .enum(["float32", "mixed"])
    .optional()
    .describe("Default float32; mixed: the network in float16, on a GPU"),
  averageDecay: z.number().min(0).lt(1).optional().describe("Of the moving average of parameters; default 0.999"),
  average: average.optional().describe("Averages whose width grows with training, in place of one of constant decay"),
  augmentation: augmentation.optional().describe("Alter images at random, and tell the network how"),
  classDropout: z.number().min(0).max(1).optional().describe("Share of samples whose class is withheld; default 0.1"),
  adam: z
    .strictObject({
      beta1: z.number().min(0).lt(1).optional(),
      beta2: z.number().min(0).lt(1).optional(),
      epsilon: positive.optional(),
      weightDecay: z.number().min(0).optional(),
      clipNorm: positive.optional(),
    })
    .default({}),
  checkpointSeconds: z.number().min(0).default(30).describe("Least time between checkpoints; 0 writes one per block"),
  keepCheckpoints: count.default(3).describe("How many of the last checkpoints to keep"),
});

/** A whole recipe, whose data are as a schema says. */
export const recipeSchemaOf = (data: z.ZodType<DataSettings>) =>
  z.strictObject({
    data: data.describe("What to learn from"),
    heldOut: share.default(0.2).describe("Share of the samples set apart, to compare samples with; of images 0.1"),
    scaling: z.string().optional().describe("Default quantile for files, none for sets; that of images is images"),
    process: process.default({ kind: "edm" }),
    network: network.default({ kind: "mlp" }),
    preconditioning: preconditioning.default({ kind: "edm" }),
    objective: objective.default({ kind: "denoising" }),
    sampler: sampler.default({ kind: "heun", steps: 32 }).describe("What `sample` uses unless told otherwise"),
    training: training.prefault({}),
    grids: z.int().min(0).default(10).describe("Pictures of samples made while images are learnt; 0 for none"),
    seed: seed.default(0).describe("Of the split, the initial parameters and every draw"),
  });

/** A recipe with its defaults filled in, except those that depend on the data. */
export type ParsedRecipe = z.output<ReturnType<typeof recipeSchemaOf>>;

type Parts = Omit<z.input<ReturnType<typeof recipeSchemaOf>>, "data">;

/** The kind of each part whose settings stand without one; that of the network is the domain's. */
export const defaultKinds = {
  process: "edm",
  preconditioning: "edm",
  objective: "denoising",
  sampler: "heun",
} as const;

type DefaultKinds = typeof defaultKinds & { readonly network: "mlp" | "unet" };
/** Itself, the name of its kind alone, or its settings alone where the kind is the default one. */
type Part<T, Default> = T extends { kind: infer K } ? T | K | (Default extends K ? Omit<T, "kind"> : never) : never;

/**
 * A recipe as a person writes it. Everything but `data` may be left out; `data` may be the path of a file or of a folder
 * of images, or the name of a built-in set alone, and a part the name of its kind alone (`process: "vp"`) or settings of
 * its default kind alone (`network: { width: 64 }`).
 */
export type RecipeInput = Omit<Parts, keyof DefaultKinds> & {
  [K in keyof DefaultKinds]?: Part<NonNullable<Parts[K]>, DefaultKinds[K]>;
} & {
  /** A path, a word, or settings of a domain, whose kind may be left out where it is recognised. */
  data: string | Readonly<Record<string, unknown>>;
};
