/** The loss on rows that training does not see: it rises when the training rows are learnt by heart. */
import { denoiser, normal, type TrainableLayout, uniform } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import type { RecipeParts } from "../recipe/resolve.ts";

// Enough that the draws of noise matter little, little enough to cost a fraction of a second.
const draws = 2048;

/** A function from flat parameters to the held-out loss, with the same rows, times and noise in every call. */
export const heldOutLoss = async (
  parts: RecipeParts,
  rows: NdArray<"float32">,
  layout: TrainableLayout,
  seed: number,
): Promise<{ (parameters: NdArray): Promise<number>; dispose(): Promise<void> }> => {
  const { process, objective } = parts;
  const shape = rows.shape.slice(1);
  const x = takeRows(
    rows,
    Array.from({ length: draws }, (_, i) => i % rows.shape[0]!),
  );
  const u = uniform([draws], { seed, purpose: "validation", dtype: "float64" }).data;
  const t = ndarray(Float32Array.from(u, (value) => objective.levels.time(process, value || 2 ** -54)));
  // Step 1 draws the noise, those after it the probes.
  const drawn = Array.from({ length: 1 + (objective.probes ?? 0) }, (_, k) =>
    normal([draws, ...shape], { seed, step: 1 + k, purpose: "validation" }),
  );
  const denoise = denoiser(parts);
  const points = { shape: [draws, ...shape] };
  const loss = await compile(
    (parameters: Tensor, x: Tensor, t: Tensor, normals: Tensor[]) => {
      const { network, objective: own } = layout.split(parameters);
      const inputs = { x, t, noise: normals[0]!, probes: normals.slice(1) };
      return objective.loss((noisy, time) => denoise(network, noisy, time), process, inputs, own);
    },
    [{ shape: [layout.size] }, points, { shape: [draws] }, drawn.map(() => points)],
    { name: "held-out loss" },
  );
  return Object.assign(
    async (parameters: NdArray): Promise<number> => Number((await loss(parameters, x, t, drawn)).data[0]),
    { dispose: loss.dispose },
  );
};
