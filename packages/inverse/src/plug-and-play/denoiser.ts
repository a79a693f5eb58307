/** A score model as the denoiser of plug-and-play methods, and the chain that they are. */
import { type Process, type ScoreModel, setting } from "@scorefield/core";
import { constant, type Tensor } from "@scorefield/tensor";
import { spread, timeOfRatio } from "../method/level-of.ts";

/**
 * D(x; r): the mean of the data given x = data + r z.
 * @param x [n, ...shape] @param r in units of the data, within the noise of the process
 */
export const denoiseAt = (model: ScoreModel, x: Tensor, r: number): Tensor => {
  const { process } = model;
  const t = timeOfRatio(process, constant(r, x.dtype).broadcastTo([x.shape[0]!]));
  return model.denoise(x.multiply(spread(process.alpha(t), x)), t);
};

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
