/** Pictures of samples while a run trains, from the same noise every time: one sees it become data. */
import { join } from "node:path";
import { dpmSolver, evaluations, sample, type TrainableLayout, trainedModel } from "@scorefield/core";
import { evenMarks } from "@scorefield/core/internal";
import { atomicWrite } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { RecipeParts } from "../recipe/resolve.ts";
import { makeFolder } from "./folder.ts";
import type { Prepared } from "./prepare.ts";

// Few: these pictures are to see how it goes, not to be judged by.
const sampler = dpmSolver({ steps: 10 });

type Drawn = Pick<Prepared, "recipe" | "domain" | "codec" | "shape" | "training">;

/** The rows and columns of a run's pictures; undefined where there are no pictures. */
const gridFor = ({ recipe, domain, shape }: Drawn, { network }: Pick<RecipeParts, "network">) =>
  recipe.grids === 0
    ? undefined
    : domain.watching?.({ shape, classes: Array.from({ length: network.classes ?? 0 }, (_, k) => `${k}`) });

/** Evaluations of the network that a picture of a run takes; 0 where there are no pictures. */
export const pictureEvaluations = (data: Drawn, parts: RecipeParts): number => {
  const grid = gridFor(data, parts);
  return grid ? grid.rows * grid.columns * evaluations(sampler, parts.process) : 0;
};

/**
 * A function for a recipe's previews. When the next is due, it draws samples from averaged parameters and writes them
 * to `samples/step-000500.png` of a run. It returns the path of what it wrote. A row shows one class where there are
 * classes.
 * @param from where training begins, and `total` where it ends, in the unit of the function's `position`
 */
export const sampleGrids = (
  { path, data, from, total }: { path: string; data: Drawn; from: number; total: number },
  parts: RecipeParts,
  layout: TrainableLayout,
): ((step: number, average: NdArray, position: number) => Promise<string | undefined>) => {
  const { recipe, domain, codec, shape } = data;
  const { grids, seed } = recipe;
  const grid = gridFor(data, parts);
  if (!grid) return async () => undefined;
  const classes = parts.network.classes ?? 0;
  const { rows, columns } = grid;
  const count = rows * columns;
  const due = evenMarks(grids, from, total);
  return async (step, average, position) => {
    if (!due(position)) return undefined;
    const model = trainedModel(parts, layout.unflatten(average).network, data.training.shape);
    const byRow = Array.from({ length: count }, (_, i) => Math.floor(i / columns));
    const given = classes > 0 ? { class: byRow } : {};
    const drawn = await sample(model, { count, batch: count, sampler, seed, given });
    const preview = domain.preview(codec.decode(drawn), { shape });
    if (!preview) return undefined;
    const { previewPng } = await import("../figure/preview.ts");
    const file = join(path, "samples", `step-${`${step}`.padStart(6, "0")}.png`);
    await makeFolder(join(path, "samples"), "to make a folder for pictures");
    await atomicWrite(file, await previewPng(preview, { columns }));
    return file;
  };
};
