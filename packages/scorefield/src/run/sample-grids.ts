/** Pictures of samples while images are learnt, from the same noise every time: one sees it become images. */
import { join } from "node:path";
import { dpmSolver, evaluations, sample, type TrainableLayout, trainedModel } from "@scorefield/core";
import { evenMarks } from "@scorefield/core/internal";
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

const sizeOfGrid = (shape: readonly number[], classes: number): { rows: number; columns: number } => {
  const [, height, width] = shape as [number, number, number];
  return layoutFor(height, width, classes);
};

/** Evaluations of the network that a picture of a recipe takes; 0 where there are none. */
export const pictureEvaluations = (
  { grids, scaling }: Pick<Recipe, "grids" | "scaling">,
  shape: readonly number[],
  { network, process }: Pick<RecipeParts, "network" | "process">,
): number => {
  if (scaling !== "images" || grids === 0) return 0;
  const { rows, columns } = sizeOfGrid(shape, network.classes ?? 0);
  return rows * columns * evaluations(sampler, process);
};

/**
 * A function that, when the next of a recipe's pictures is due, draws samples from averaged parameters and writes them to
 * `samples/step-000500.png` of a run; it returns the path of what it wrote. A row shows one class where there are classes.
 * @param from where training begins, and `total` where it ends, in the unit of the function's `position`
 */
export const sampleGrids = (
  {
    path,
    recipe,
    shape,
    from,
    total,
  }: { path: string; recipe: Recipe; shape: readonly number[]; from: number; total: number },
  parts: RecipeParts,
  layout: TrainableLayout,
): ((step: number, average: NdArray, position: number) => Promise<string | undefined>) => {
  const { grids, seed } = recipe;
  if (recipe.scaling !== "images" || grids === 0) return async () => undefined;
  const classes = parts.network.classes ?? 0;
  const { rows, columns } = sizeOfGrid(shape, classes);
  const count = rows * columns;
  const due = evenMarks(grids, from, total);
  return async (step, average, position) => {
    if (!due(position)) return undefined;
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
