/** Pictures of samples while images are learnt, from the same noise every time: one sees it become images. */
import { join } from "node:path";
import { dpmSolver, sample, type TrainableLayout, trainedModel } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { Recipe, RecipeParts } from "../recipe/resolve.ts";
import { makeFolder } from "./folder.ts";

const mostImages = 64;
const mostPixels = 2 ** 16;
const mostRows = 16;
const mostColumns = 8;
// Few: these pictures are to see how it goes, not to be judged by.
const sampler = dpmSolver({ steps: 10 });

/** Rows and columns of a picture; with classes, each has its own row. */
const layoutFor = (height: number, width: number, classes: number): { rows: number; columns: number } => {
  const images = Math.max(4, Math.min(mostImages, Math.floor(mostPixels / (height * width))));
  const side = Math.floor(Math.sqrt(images));
  if (classes === 0) return { rows: side, columns: side };
  const rows = Math.min(classes, mostRows);
  return { rows, columns: Math.max(1, Math.min(mostColumns, Math.floor(images / rows))) };
};

/**
 * A function that, when the next of a recipe's pictures is due, draws samples from averaged parameters and writes them to
 * `samples/step-000500.png` of a run; it returns the path of what it wrote. A row shows one class where there are classes.
 * @param from the step that training begins at
 */
export const sampleGrids = (
  { path, recipe, shape, from }: { path: string; recipe: Recipe; shape: readonly number[]; from: number },
  parts: RecipeParts,
  layout: TrainableLayout,
): ((step: number, average: NdArray) => Promise<string | undefined>) => {
  const { grids, seed } = recipe;
  const { steps } = recipe.training;
  if (recipe.scaling !== "images" || grids === 0) return async () => undefined;
  const [, height, width] = shape as [number, number, number];
  const classes = parts.network.classes ?? 0;
  const { rows, columns } = layoutFor(height, width, classes);
  const count = rows * columns;
  let next = Math.floor((from / steps) * grids) + 1;
  return async (step, average) => {
    if (step < (steps * next) / grids) return undefined;
    next = Math.floor((step / steps) * grids) + 1;
    const model = trainedModel(parts, layout.unflatten(average).network, shape);
    const byRow = Array.from({ length: count }, (_, i) => Math.floor(i / columns));
    const given = classes > 0 ? { class: byRow } : {};
    const images = await sample(model, { count, batch: count, sampler, seed, given });
    const { imageGrid } = await import("../figure/image-grid.ts");
    const file = join(path, "samples", `step-${`${step}`.padStart(6, "0")}.png`);
    await makeFolder(join(path, "samples"), "to make a folder for pictures");
    await atomicWrite(file, await imageGrid(images, { columns }));
    return file;
  };
};
