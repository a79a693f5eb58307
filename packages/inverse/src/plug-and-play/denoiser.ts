/** A score model as the denoiser of plug-and-play methods, and the chain that they are. */
import { type Process, type ScoreModel, setting } from "@scorefield/core";
import { constant, type Tensor } from "@scorefield/tensor";
import { spread, timeOfRatio } from "../method/level-of.ts";
import type { LinearOperator } from "../operator/operator.ts";

/**
 * D(x; r): the mean of the data given x = data + r z.
 * @param x [n, ...shape] @param r in units of the data, within the noise of the process
 */
export const denoiseAt = (model: ScoreModel, x: Tensor, r: number): Tensor => {
  const { process } = model;
  const t = timeOfRatio(process, constant(r, x.dtype).broadcastTo([x.shape[0]!]));
  return model.denoise(x.multiply(spread(process.alpha(t), x)), t);
};

/**
 * Where the methods start: the mean of x given y for data N(0, I). It is near the pseudo-inverse where the operator is well conditioned.
 * Where it is not, the noise of the measurement is not amplified, as no denoiser of small noise could remove it.
 * @param y [n, ...output] @param sigma noise of y
 */
export const firstPoint = (operator: LinearOperator, y: Tensor, sigma: number): Tensor =>
  operator.solve(operator.adjoint(y), sigma ** 2);

/** The parts of a sampler that stays at the first time, where x is the data up to the scale alpha. */
export const stayingParts = (steps: number) => ({
  grid: ({ times }: Process) => new Array<number>(steps + 1).fill(times.first),
  chain: true,
  denoiseLast: false,
  evaluationsPerStep: 1,
  noises: 0,
  memory: 1,
});

/** Settings that the methods share. */
export const plugAndPlaySettings = {
  steps: setting.whole({ least: 1, most: 100000, default: 200, help: "iterations" }),
};
