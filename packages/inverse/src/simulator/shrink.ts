/** How much of what networks have learnt holds for simulations that they have not seen. */

import {
  type Dataset,
  type NoiseDistribution,
  normal,
  type ScoreModel,
  type TrainedModel,
  uniform,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";

/** Draws of noisy parameters of each network. */
const draws = 2048;

/** The denoised point of standard normal data: where a network that has learnt nothing puts it. */
const plain = (x: Tensor, sigma: Tensor): Tensor => x.divide(sigma.square().add(1));

/**
 * The a for which D_0 + a (D - D_0) is nearest to simulations set apart, in [0, 1]. D are the denoised points of the networks, and D_0
 * those of a normal distribution. It is the least-squares solution over all networks, each on the part that it has not seen, with the
 * weights of the training's loss (stacking: Wolpert 1992; Breiman 1996).
 */
export const shrinkageOf = async (
  members: readonly { readonly model: TrainedModel; readonly apart: Dataset }[],
  {
    noise,
    seed,
    runtime,
  }: { readonly noise: NoiseDistribution; readonly seed: number; readonly runtime: Runtime | undefined },
): Promise<number> => {
  let [top, bottom] = [0, 0];
  for (const [k, { model, apart }] of members.entries()) {
    const { process } = model;
    const rows = Array.from({ length: draws }, (_, i) => i % apart.count);
    const u = uniform([draws], { seed, step: k, purpose: "noise-level", dtype: "float64" }).data;
    const t = ndarray(Float32Array.from(u, (value) => noise.time(process, value || 2 ** -54)));
    const x = (await apart.read(rows)) as NdArray;
    const observed = apart.observed!.read(rows);
    const z = normal(x.shape, { seed, step: k, purpose: "held-out" });
    const sums = await compile(
      (x: Tensor, t: Tensor, z: Tensor, observed: Tensor) => {
        const sigma = process.sigma(t).reshape([draws, 1]);
        const noisy = x.add(z.multiply(sigma));
        const start = plain(noisy, sigma);
        const moved = model.denoise(noisy, t, { observed }).subtract(start);
        const weight = sigma.square().reciprocal().add(1);
        return {
          top: moved.multiply(x.subtract(start)).multiply(weight).sum(),
          bottom: moved.square().multiply(weight).sum(),
        };
      },
      [{ shape: x.shape }, { shape: t.shape }, { shape: z.shape }, { shape: observed.shape }],
      { ...(runtime && { runtime }) },
    );
    try {
      const found = await sums(x, t, z, observed);
      top += Number(found.top.data[0]);
      bottom += Number(found.bottom.data[0]);
    } finally {
      await sums.dispose();
    }
  }
  return bottom > 0 ? Math.min(1, Math.max(0, top / bottom)) : 0;
};

/** A model with the share a of what it has learnt beyond a normal distribution. */
export const shrunk = (model: ScoreModel, a: number): ScoreModel => ({
  process: model.process,
  shape: model.shape,
  ...(model.conditions && { conditions: model.conditions }),
  ...(model.evaluations !== undefined && { evaluations: model.evaluations }),
  denoise: (x, t, given) => {
    const start = plain(x, model.process.sigma(t).reshape([x.shape[0]!, 1]));
    return start.add(model.denoise(x, t, given).subtract(start).multiply(a));
  },
});
