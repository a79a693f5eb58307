/** Cutting samples into patches and putting them together again, and telling patches where they lie. */
import { constant, ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";

/** How many patches lie along each spatial axis. */
const countsOf = (spatial: Shape, patch: number): number[] => spatial.map((size) => size / patch);

/**
 * Patches as tokens.
 * @param x [n, channels, ...spatial], spatial sizes being multiples of `patch`
 * @returns [n, patches, channels * patch^axes], patches in row-major order
 */
export const toPatches = (x: Tensor, patch: number): Tensor => {
  const [n, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const counts = countsOf(spatial, patch);
  const axes = spatial.map((_, i) => 2 + 2 * i);
  const cut = x.reshape([n, channels, ...counts.flatMap((count) => [count, patch])]);
  return cut
    .transpose([0, ...axes, 1, ...axes.map((axis) => axis + 1)])
    .reshape([n, sizeOf(counts), channels * patch ** spatial.length]);
};

/**
 * Undoes {@link toPatches}.
 * @param shape [channels, ...spatial] of a sample
 */
export const fromPatches = (tokens: Tensor, [channels, ...spatial]: Shape, patch: number): Tensor => {
  const n = tokens.shape[0]!;
  const counts = countsOf(spatial, patch);
  const rank = spatial.length;
  const cut = tokens.reshape([n, ...counts, channels!, ...spatial.map(() => patch)]);
  return cut
    .transpose([0, rank + 1, ...spatial.flatMap((_, i) => [i + 1, rank + 2 + i])])
    .reshape([n, channels!, ...spatial]);
};

/**
 * Features of each position of a grid: along every axis cosines and sines of its index at frequencies from 1 down to 1
 * / 10,000 (Vaswani et al. 2017, section 3.5; one share of the features for each axis as in Dosovitskiy et al. 2021,
 * appendix D.4). Features that are left over are 0.
 * @param counts positions along each axis
 * @returns [positions, features], in row-major order
 */
export const positionFeatures = (counts: Shape, features: number): Tensor => {
  const pairs = Math.floor(features / (2 * counts.length));
  const positions = sizeOf(counts);
  const values = new Float32Array(positions * features);
  for (let position = 0; position < positions; position++) {
    let rest = position;
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      const index = rest % counts[axis]!;
      rest = (rest - index) / counts[axis]!;
      for (let k = 0; k < pairs; k++) {
        const phase = index * 10_000 ** -(k / pairs);
        const place = position * features + 2 * axis * pairs + k;
        values[place] = Math.cos(phase);
        values[place + pairs] = Math.sin(phase);
      }
    }
  }
  return constant(ndarray(values, [positions, features]));
};
