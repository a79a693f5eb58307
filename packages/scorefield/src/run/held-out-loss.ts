/** The loss on data that training does not see: it rises when the training data are learnt by heart. */
import { type Conditions, type Dataset, denoiser, normal, type TrainableLayout, uniform } from "@scorefield/core";
import { compile, type NdArray, ndarray, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import type { RecipeParts } from "../recipe/resolve.ts";

// Enough that the draws of noise matter little, little enough to cost a fraction of a second; of images, a second or two.
const mostDraws = 2048;
const fewestDraws = 64;
const mostNumbers = 2 ** 17;

const drawsFor = (size: number): number =>
  Math.min(mostDraws, Math.max(fewestDraws, Math.floor(mostNumbers / Math.max(1, size))));

/** As many rows as draws: all of them again and again, or as many spread over all, whose order may be that of classes. */
const rowsFor = (draws: number, count: number): number[] =>
  Array.from({ length: draws }, (_, i) => (count <= draws ? i % count : Math.floor((i * count) / draws)));

const oneHot = (labels: readonly number[], classes: number): NdArray<"float32"> => {
  const rows = zeros([labels.length, classes]);
  for (const [i, label] of labels.entries()) rows.data[i * classes + label] = 1;
  return rows;
};

/**
 * A function from flat parameters to the held-out loss, with the same samples, times and noise in every call; a network
 * that knows classes is told them.
 */
export const heldOutLoss = async (
  parts: RecipeParts,
  data: Dataset,
  layout: TrainableLayout,
  seed: number,
): Promise<{ (parameters: NdArray): Promise<number>; dispose(): Promise<void> }> => {
  const { process, objective, network } = parts;
  const draws = drawsFor(sizeOf(data.shape));
  const rows = rowsFor(draws, data.count);
  const x = await data.read(rows);
  const u = uniform([draws], { seed, purpose: "held-out", dtype: "float64" }).data;
  const t = ndarray(Float32Array.from(u, (value) => objective.levels.time(process, value || 2 ** -54)));
  // Step 1 draws the noise, those after it the probes.
  const drawn = Array.from({ length: 1 + (objective.probes ?? 0) }, (_, k) =>
    normal([draws, ...data.shape], { seed, step: 1 + k, purpose: "held-out" }),
  );
  const classes = network.classes ?? 0;
  const labels = classes > 0 && data.labels ? rows.map((row) => data.labels![row]!) : undefined;
  const told = { ...(labels && { class: oneHot(labels, classes) }) };
  const denoise = denoiser(parts);
  const points = { shape: [draws, ...data.shape] };
  const loss = await compile(
    (parameters: Tensor, x: Tensor, t: Tensor, normals: Tensor[], conditions: Conditions) => {
      const { network, objective: own } = layout.split(parameters);
      const inputs = { x, t, noise: normals[0]!, probes: normals.slice(1) };
      return objective.loss((noisy, time) => denoise(network, noisy, time, conditions), process, inputs, own);
    },
    [
      { shape: [layout.size] },
      points,
      { shape: [draws] },
      drawn.map(() => points),
      labels ? { class: { shape: [draws, classes] } } : {},
    ],
    { name: "held-out loss" },
  );
  return Object.assign(
    async (parameters: NdArray): Promise<number> => Number((await loss(parameters, x, t, drawn, told)).data[0]),
    { dispose: loss.dispose },
  );
};
