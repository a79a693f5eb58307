/**
 * What a recipe may say, as a zod schema: one place for names, types and defaults. Loaded only when a recipe is read. A
 * recipe is data; a .ts or .js file that exports one is a program, which runs before anything is checked.
 */
import { networks, objectives, preconditionings, processes, samplers } from "@scorefield/core/internal";
import { z } from "zod";
import { partSchema } from "./part-schema.ts";

const count = z.int().min(1);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const positive = z.number().positive();
const side = z.int().min(1).max(2048);
const share = z.number().gt(0).lt(1);

const path = z
  .string()
  .min(1)
  .refine((text) => !text.includes("\0"), "a path, in which there is no character NUL");

const file = z.strictObject({
  kind: z.literal("file"),
  path: path.describe("A table: .csv, .tsv, .npy, .npz, .parquet, .jsonl or .idx; relative to the recipe"),
  columns: z.array(z.string()).min(1).optional().describe("Columns to model, in this order; default all"),
  exclude: z.array(z.string()).optional().describe("Columns to leave out"),
  label: z.string().optional().describe("A column, or an array of an .npz file, that labels rows and is not modelled"),
  only: z.array(z.number()).min(1).optional().describe("Labels of the rows to learn from; default all rows"),
  array: z.string().optional().describe("The array of an .npz file; default X"),
  missing: z.enum(["error", "drop"]).default("error").describe("What to do with rows that lack a number"),
  header: z.boolean().optional().describe("CSV: whether the first record holds names; default found out"),
  delimiter: z.string().length(1).optional().describe("CSV: default found out"),
});

/** The planar sets by name; a test keeps this in step with `planarSets`. */
export const setNames = ["moons", "spirals", "checkerboard", "rings", "pinwheel", "swiss-roll"] as const;

/** Whether a word is the name of a planar set. */
export const isSet = (name: string): boolean => (setNames as readonly string[]).includes(name);

/** All data that is made on the spot, by name. */
export const builtInNames: readonly string[] = [...setNames, "glyphs"];

const set = z.strictObject({
  kind: z.literal("set"),
  set: z.enum(setNames).describe("A two-dimensional set made on the spot"),
  count: count.default(20_000).describe("Points"),
  seed: seed.default(0),
});

const images = z.strictObject({
  kind: z.literal("images"),
  path: path.describe(
    "A folder of PNG, JPEG and WebP images, or an array of them: IDX, .npy, .npz; relative to the recipe",
  ),
  size: side
    .optional()
    .describe("Side in px, at most 2048; default the files' own to 64 px where they are alike and square, else 32"),
  greyscale: z.boolean().optional().describe("Default whether the files are grey"),
  fit: z.enum(["crop", "stretch"]).optional().describe("How images become square: the middle (default), or all of it"),
  labels: path
    .optional()
    .describe('"folders": sub-folders are classes; else a file of labels, or their array in an .npz file'),
  only: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional()
    .describe("Classes of the images to learn from; default all"),
  flip: z.boolean().default(false).describe("Learn from every image's mirror image as well"),
  damaged: z.enum(["error", "skip"]).default("error").describe("What to do about files that cannot be decoded"),
  array: z.string().optional().describe("The array of an .npz file"),
});

const glyphs = z.strictObject({
  kind: z.literal("glyphs"),
  size: side.min(8).default(32).describe("Side in px"),
  greyscale: z.boolean().default(true),
  count: count.default(10_000).describe("Images, of ten classes"),
  seed: seed.default(0),
});

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

/** A whole recipe. */
export const recipeSchema = z.strictObject({
  data: z.discriminatedUnion("kind", [file, set, images, glyphs]).describe("What to learn from"),
  heldOut: share.default(0.2).describe("Share of the rows set apart, to compare samples with; of images 0.1"),
  scaling: z
    .enum(["quantile", "standard", "none", "images"])
    .optional()
    .describe("Default quantile for files, none for sets; that of images is images"),
  process: partSchema(processes).default({ kind: "edm" }).describe("How data become noise"),
  network: partSchema(networks).default({ kind: "mlp" }).describe("What is trained"),
  preconditioning: partSchema(preconditionings)
    .default({ kind: "edm" })
    .describe("What the network predicts, and its scales"),
  objective: partSchema(objectives).default({ kind: "denoising" }).describe("What training minimises"),
  sampler: partSchema(samplers)
    .default({ kind: "heun", steps: 32 })
    .describe("What `sample` uses unless told otherwise"),
  training: training.prefault({}),
  grids: z.int().min(0).default(10).describe("Pictures of samples made while images are learnt; 0 for none"),
  seed: seed.default(0).describe("Of the split, the initial parameters and every draw"),
});

/** A recipe with its defaults filled in, save those that depend on the data. */
export type ParsedRecipe = z.output<typeof recipeSchema>;

/** Where rows or images come from. */
export type DataRecipe = ParsedRecipe["data"];
export type ImageRecipe = Extract<DataRecipe, { kind: "images" | "glyphs" }>;
export type TableRecipe = Exclude<DataRecipe, ImageRecipe>;

type Parts = z.input<typeof recipeSchema>;
type WithoutKind<T> = T extends unknown ? Omit<T, "kind"> : never;

/** The kind of each part whose settings stand without one, for tables; images have a U-Net. */
export const defaultKinds = {
  process: "edm",
  network: "mlp",
  preconditioning: "edm",
  objective: "denoising",
  sampler: "heun",
} as const;

type DefaultKinds = Omit<typeof defaultKinds, "network"> & { readonly network: "mlp" | "unet" };
/** Itself, the name of its kind alone, or its settings alone where the kind is the default one. */
type Part<T, Default> = T extends { kind: infer K } ? T | K | (Default extends K ? Omit<T, "kind"> : never) : never;

/**
 * A recipe as a person writes it. Everything but `data` may be left out; `data` may be the path of a file or of a folder
 * of images, or the name of a built-in set alone, and a part the name of its kind alone (`process: "vp"`) or settings of
 * its default kind alone (`network: { width: 64 }`).
 */
export type RecipeInput = Omit<Parts, "data" | keyof DefaultKinds> & {
  [K in keyof DefaultKinds]?: Part<NonNullable<Parts[K]>, DefaultKinds[K]>;
} & {
  data: string | WithoutKind<Parts["data"]> | Parts["data"];
};
