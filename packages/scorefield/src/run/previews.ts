/** Pictures of samples while a run trains, from the same noise every time: one sees it become data. */
import { join } from "node:path";
import { dpmSolver, evaluations, sample, sampleFlowMap, type TrainableLayout, trainedModel } from "@scorefield/core";
import { evenMarks } from "@scorefield/core/internal";
import { atomicWrite } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { RecipeParts } from "../recipe/resolve.ts";
import { makeFolder } from "./folder.ts";
import type { Prepared } from "./prepare.ts";
import type { RunRecord } from "./record.ts";
import { flowMapOf } from "./run-model.ts";

// Few: these pictures are to see how it goes, not to be judged by.
const sampler = dpmSolver({ steps: 10 });
const mapSteps = 2;

type Drawn = Pick<
  Prepared,
  "recipe" | "domain" | "codec" | "shape" | "columns" | "table" | "classes" | "training" | "fromLatents"
>;

/** What samples of a run consist of, with the classes that its network has learnt. */
const composition = (
  { shape, columns, table, classes, codec: { rate } }: Drawn,
  { network }: Pick<RecipeParts, "network">,
) => ({
  shape,
  ...(columns && { columns }),
  ...(table && { table }),
  ...(rate !== undefined && { rate }),
  classes: Array.from({ length: network.classes ?? 0 }, (_, k) => classes?.[k] ?? `${k}`),
});

/** The rows and columns of a run's pictures; nothing where there are none. */
const tilesFor = (data: Drawn, parts: Pick<RecipeParts, "network">) =>
  data.recipe.previews === 0 ? undefined : data.domain.watching?.(composition(data, parts));

/** Evaluations of the network that a picture of a run takes; 0 where there are none. */
export const previewEvaluations = (
  { record, data }: { readonly record: RunRecord; readonly data: Drawn },
  parts: RecipeParts,
): number => {
  const tiles = tilesFor(data, parts);
  const each = record.flowMap ? mapSteps : evaluations(sampler, parts.process);
  return tiles ? tiles.rows * tiles.columns * each : 0;
};

/**
 * A function that, when the next of a recipe's pictures is due, draws samples from averaged parameters and writes them to
 * `previews/step-000500.png` of a run; it returns the path of what it wrote. A row shows one class where there are classes.
 * @param from where training begins, and `total` where it ends, in the unit of the function's `position`
 */
export const drawPreviews = (
  { path, record, data, from, total }: { path: string; record: RunRecord; data: Drawn; from: number; total: number },
  parts: RecipeParts,
  layout: TrainableLayout,
): ((step: number, average: NdArray, position: number) => Promise<string | undefined>) => {
  const { recipe, domain, codec, fromLatents } = data;
  const { previews, seed } = recipe;
  const tiles = tilesFor(data, parts);
  if (!tiles) return async () => undefined;
  const made = composition(data, parts);
  const { classes } = made;
  const { rows, columns } = tiles;
  const count = rows * columns;
  const due = evenMarks(previews, from, total);
  return async (step, average, position) => {
    if (!due(position)) return undefined;
    const parameters = layout.unflatten(average).network;
    const byRow =
      classes.length > 0
        ? Array.from({ length: count }, (_, i) => Math.floor(i / columns) % classes.length)
        : undefined;
    const given = byRow ? { class: byRow } : {};
    const draws = { count, batch: count, seed, given };
    const drawn = record.flowMap
      ? await sampleFlowMap(flowMapOf(parts, parameters, record), { ...draws, steps: mapSteps })
      : await sample(trainedModel(parts, parameters, data.training.shape), { ...draws, sampler });
    const preview = domain.preview(codec.decode(fromLatents ? await fromLatents(drawn) : drawn), {
      ...made,
      classNames: byRow?.map((k) => classes[k]!),
    });
    if (!preview) return undefined;
    const { previewPng } = await import("../figure/preview.ts");
    const file = join(path, "previews", `step-${`${step}`.padStart(6, "0")}.png`);
    await makeFolder(join(path, "previews"), "to make a folder for pictures");
    await atomicWrite(file, await previewPng(preview, { columns }));
    return file;
  };
};
