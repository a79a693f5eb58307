/** Pictures of samples while a run trains, from the same noise every time: one sees it become data. */
import { join } from "node:path";
import { conditional, dpmSolver, sample, type TrainableLayout, trainedModel } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { RecipeParts } from "../recipe/resolve.ts";
import { makeFolder } from "./folder.ts";
import type { Prepared } from "./prepare.ts";

// Few: these pictures are to see how it goes, not to be judged by.
const sampler = dpmSolver({ steps: 10 });

/**
 * A function that, when the next of a recipe's pictures is due, draws samples from averaged parameters and writes them to
 * `samples/step-000500.png` of a run; it returns the path of what it wrote. A row shows one class where there are classes.
 * @param from the step that training begins at
 */
export const sampleGrids = (
  {
    path,
    data,
    from,
  }: { path: string; data: Pick<Prepared, "recipe" | "domain" | "codec" | "shape" | "training">; from: number },
  parts: RecipeParts,
  layout: TrainableLayout,
): ((step: number, average: NdArray) => Promise<string | undefined>) => {
  const { recipe, domain, codec, shape } = data;
  const { grids, seed } = recipe;
  const { steps } = recipe.training;
  const classes = parts.network.classes ?? 0;
  const named = Array.from({ length: classes }, (_, k) => `${k}`);
  const watching = domain.watching?.({ shape, classes: named });
  if (!watching || grids === 0) return async () => undefined;
  const { rows, columns } = watching;
  const count = rows * columns;
  let next = Math.floor((from / steps) * grids) + 1;
  return async (step, average) => {
    if (step < (steps * next) / grids) return undefined;
    next = Math.floor((step / steps) * grids) + 1;
    const model = trainedModel(parts, layout.unflatten(average).network, data.training.shape);
    const told = Array.from({ length: count }, (_, i) => Math.floor(i / columns));
    const drawn = await sample(classes > 0 ? conditional(model, told) : model, { count, batch: count, sampler, seed });
    const preview = domain.preview(codec.decode(drawn), { shape });
    if (!preview) return undefined;
    const { previewPng } = await import("../figure/preview.ts");
    const file = join(path, "samples", `step-${`${step}`.padStart(6, "0")}.png`);
    await makeFolder(join(path, "samples"), "to make a folder for pictures");
    await atomicWrite(file, await previewPng(preview, { columns }));
    return file;
  };
};
