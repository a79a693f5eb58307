/** The images a recipe names: a folder, an array in a file, or the procedural set. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DataError, type Images, imageArray, imageFolder, readImageArray, takeImages } from "@scorefield/data";
import { glyphNames, glyphs } from "@scorefield/domain";
import { hasLabelFile } from "../recipe/paths.ts";
import type { ImageRecipe } from "../recipe/schema.ts";
import { runsInside } from "./runs-inside.ts";

/** Images, and the recipe for them with nothing left to be found out. */
export interface ReadImages {
  readonly images: Images;
  readonly recipe: ImageRecipe;
  /** Runs inside of a folder of images, which are left out of them: relative to it. */
  readonly leftOut?: readonly string[];
}

type Files = Extract<ImageRecipe, { kind: "images" }>;

const readFolder = async (recipe: Files, path: string): Promise<ReadImages> => {
  const { size, greyscale, fit, labels, damaged } = recipe;
  if (labels !== undefined && labels !== "folders")
    throw new DataError({
      path,
      expected: 'labels "folders" for a folder of images',
      found: JSON.stringify(labels),
      fix: "Sort the images into sub-folders named after their classes",
    });
  const runs = await runsInside(path);
  if (runs[0] === "")
    throw new DataError({
      path,
      expected: "a folder of images",
      found: "a run, whose pictures are its model's",
      fix: "Name the folder of the data; if you mean these pictures, name the run's folder samples",
    });
  const options = { size, greyscale, fit, labels: labels === "folders", damaged, exclude: runs };
  const images = await imageFolder(path, options);
  const [channels, side] = images.shape;
  return { images, recipe: { ...recipe, size: side, greyscale: channels === 1 }, leftOut: runs };
};

const readArrayFile = async (recipe: Files, path: string, folder: string): Promise<ReadImages> => {
  const { labels, array } = recipe;
  for (const name of ["size", "greyscale", "fit"] as const)
    if (recipe[name] !== undefined)
      throw new DataError({ path, expected: `no ${name} for an array, which keeps its own`, found: `${recipe[name]}` });
  if (labels === "folders")
    throw new DataError({ path, expected: "a file of labels for an array of images", found: '"folders"' });
  const given = labels !== undefined && hasLabelFile(recipe) ? resolve(folder, labels) : labels;
  return { images: await readImageArray(path, { labels: given, array }), recipe };
};

/** The images of some classes; the others are no classes then. */
const onlyOf = (images: Images, only: readonly (string | number)[], path: string): Images => {
  const { labels, classes } = images;
  if (!labels || !classes)
    throw new DataError({ path, expected: "labels with only", found: "none", fix: "Say where the labels are" });
  const wanted = new Set(only.map(String));
  const unknown = [...wanted].find((name) => !classes.includes(name));
  if (unknown !== undefined)
    throw new DataError({ path, expected: `classes among ${classes.join(", ")}`, found: unknown });
  const kept = classes.filter((name) => wanted.has(name));
  const chosen = [...labels.keys()].filter((i) => wanted.has(classes[labels[i]!]!));
  const taken = takeImages(images, chosen);
  return {
    ...taken,
    get decodes() {
      return taken.decodes;
    },
    labels: taken.labels!.map((label) => kept.indexOf(classes[label]!)),
    classes: kept,
  };
};

const drawGlyphs = ({ size, greyscale, count, seed }: Extract<ImageRecipe, { kind: "glyphs" }>): Images => {
  const drawn = glyphs({ size, channels: greyscale ? 1 : 3 })(count, seed);
  const { data, shape } = drawn.images;
  return imageArray(
    { dtype: "float32", shape, data: data.map((value) => (value + 1) / 2) },
    { labels: { labels: drawn.labels.data, classes: glyphNames } },
  );
};

/**
 * The images of a recipe.
 * @param folder that paths are relative to
 * @throws DataError for what is missing, damaged or no image, or labels that do not fit
 */
export const readImages = async (recipe: ImageRecipe, folder: string): Promise<ReadImages> => {
  if (recipe.kind === "glyphs") return { images: drawGlyphs(recipe), recipe };
  const path = resolve(folder, recipe.path);
  const found = await stat(path).catch((cause) => {
    throw new DataError({ path, expected: "a folder or file of images", found: "no such file or folder", cause });
  });
  const read = found.isDirectory() ? await readFolder(recipe, path) : await readArrayFile(recipe, path, folder);
  return recipe.only ? { ...read, images: onlyOf(read.images, recipe.only, path) } : read;
};
