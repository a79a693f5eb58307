/**
 * What a recipe may say, as a zod schema: one place for names, types and defaults. Loaded only when a recipe is read. A
 * recipe is data; a .ts or .js file that exports one is a program, which runs before anything is checked.
 */
import {
  autoencoderObjectives,
  autoencoders,
  networks,
  objectives,
  preconditionings,
  processes,
  samplers,
} from "@scorefield/core/internal";
import type { DataSettings } from "@scorefield/domain";
import { z } from "zod";
import { partSchema } from "./part-schema.ts";

const count = z.int().min(1);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const positive = z.number().positive();
const share = z.number().gt(0).lt(1);

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
  steps: count
    .optional()
    .describe(
      "Default about 600 passes over the rows, from 1,000 to 20,000 steps; of tables in files from 2,000 to 10,000",
    ),
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
  knownShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Share of rows of which something is known in training; default 0.5"),
  refine: z
    .boolean()
    .optional()
    .describe(
      "Learn after training the density ratio, by which rows are chosen; default yes for tables whose network takes conditions",
    ),
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

const latent = z.strictObject({
  autoencoder: partSchema(autoencoders)
    .default({ kind: "convolutional" })
    .describe("Between data and latents; default dense for rows of numbers"),
  objective: partSchema(autoencoderObjectives)
    .default({ kind: "reconstruction" })
    .describe("What its training minimises"),
  share: share.default(0.35).describe("Of the minutes, to train the autoencoder in"),
  steps: count
    .optional()
    .describe("Of the autoencoder's training, where steps are given; default half of those of the model"),
  codec: z
    .string()
    .min(1)
    .optional()
    .describe("A latent run whose autoencoder is taken as it is, relative to the recipe"),
});

/** A whole recipe, whose data are as a schema says. */
export const recipeSchemaOf = (data: z.ZodType<DataSettings>) =>
  z.strictObject({
    data: data.describe("What to learn from"),
    heldOut: share.default(0.2).describe("Share of the samples set apart, to compare samples with; of images 0.1"),
    scaling: z.string().optional().describe("Default quantile for tables in files, none for sets, images for images"),
    process: partSchema(processes).default({ kind: "edm" }).describe("How data become noise"),
    network: partSchema(networks).default({ kind: "mlp" }).describe("What is trained"),
    preconditioning: partSchema(preconditionings)
      .default({ kind: "edm" })
      .describe("What the network predicts, and its scales"),
    objective: partSchema(objectives).default({ kind: "denoising" }).describe("What training minimises"),
    sampler: partSchema(samplers).default({ kind: "unipc", steps: 32 }).describe("What `sample` uses by default"),
    training: training.prefault({}),
    latent: latent.optional().describe("Learn an autoencoder first, and the model on its latents; {} for its defaults"),
    previews: z.int().min(0).default(10).describe("Pictures of samples made while images are learnt; 0 for none"),
    seed: seed.default(0).describe("Of the split, the initial parameters and every draw"),
  });

/** A recipe with its defaults filled in, except those that depend on the data. */
export type ParsedRecipe = z.output<ReturnType<typeof recipeSchemaOf>>;

type Parts = Omit<z.input<ReturnType<typeof recipeSchemaOf>>, "data">;

/** The kind of each part whose settings are given without a kind. The domain chooses the kind of the network. */
export const defaultKinds = {
  process: "edm",
  preconditioning: "edm",
  objective: "denoising",
  sampler: "unipc",
} as const;

type DefaultKinds = typeof defaultKinds & { readonly network: "mlp" | "unet" };
/** Itself, the name of its kind alone, or its settings alone where the kind is the default one. */
type Part<T, Default> = T extends { kind: infer K } ? T | K | (Default extends K ? Omit<T, "kind"> : never) : never;

/**
 * A recipe as the user writes it. Everything except `data` may be left out. `data` may be only the path of a file or of
 * a folder of images, or the name of a built-in set. A part may be only the name of its kind (`process: "vp"`), or only
 * settings of its default kind (`network: { width: 64 }`).
 */
export type RecipeInput = Omit<Parts, keyof DefaultKinds> & {
  [K in keyof DefaultKinds]?: Part<NonNullable<Parts[K]>, DefaultKinds[K]>;
} & {
  /** A path, a word, or settings of a domain, whose kind may be left out where it is recognised. */
  data: string | Readonly<Record<string, unknown>>;
};
