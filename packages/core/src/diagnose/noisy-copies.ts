/** Several noisy copies of each of some clean points: what estimates of the dimension look at. */
import { sizeOf } from "@scorefield/tensor";
import type { ScoreModel } from "../model/score-model.ts";
import { normal } from "../random/normal.ts";

/**
 * alpha x + sigma z for `draws` draws of z for one clean point.
 * @param point the flattened point, and its index, which with the seed decides the draws
 */
export const noisyCopies = (
  { process, shape }: ScoreModel,
  point: { readonly data: Float64Array; readonly index: number },
  { time, draws, seed }: { readonly time: number; readonly draws: number; readonly seed: number },
): { points: Float64Array; noise: Float64Array } => {
  const size = sizeOf(shape);
  const [alpha, sigma] = [process.alpha(time), process.sigma(time)];
  // Draw k of point i is that of sample i at step k, whatever the number of points.
  const noise = new Float64Array(draws * size);
  for (let k = 0; k < draws; k++) {
    const options = { seed, step: k, firstSample: point.index, purpose: "noise", dtype: "float64" } as const;
    noise.set(normal([1, size], options).data, k * size);
  }
  return { points: noise.map((z, k) => alpha * point.data[k % size]! + sigma * z), noise };
};
