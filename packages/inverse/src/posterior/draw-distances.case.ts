/** How far draws are from those of the posterior itself: what benchmarks of posteriors have in common. */
import { normal } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";

/** Distances of two sets of draws along random directions. */
export interface SlicedDistances {
  /** The mean of the Wasserstein-1 distances. */
  readonly mean: number;
  /** The largest of them. */
  readonly largest: number;
}

/** Rows [n, d] along each of many random unit directions, in order. Directions are those of `seed`. */
const along = (
  { data, shape }: NdArray,
  directions: number,
  seed: number,
  visit: (k: number, values: Float64Array) => void,
) => {
  const n = shape[0]!;
  const d = data.length / n;
  const { data: all } = normal([directions, d], { seed, dtype: "float64" });
  const values = new Float64Array(n);
  for (let k = 0; k < directions; k++) {
    const direction = all.subarray(k * d, (k + 1) * d);
    const length = Math.hypot(...direction);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += direction[j]! * Number(data[i * d + j]);
      values[i] = sum / length;
    }
    visit(k, values.sort());
  }
};

/**
 * The Wasserstein-1 distances to a set of draws along `directions` random directions, as POT's `sliced_wasserstein_distance` and
 * `max_sliced_wasserstein_distance` take them. The reference is projected once.
 * @param reference [n, d]
 * @returns a function of other draws [n, d], of the same number
 */
export const slicedDistancesTo = (reference: NdArray, directions: number, seed = 50) => {
  const n = reference.shape[0]!;
  const known = new Float64Array(directions * n);
  along(reference, directions, seed, (k, values) => known.set(values, k * n));
  return (draws: NdArray): SlicedDistances => {
    if (draws.shape[0] !== n) throw new Error(`expected ${n} draws, found ${draws.shape[0]}`);
    let [total, largest] = [0, 0];
    along(draws, directions, seed, (k, values) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += Math.abs(values[i]! - known[k * n + i]!);
      total += sum / n;
      largest = Math.max(largest, sum / n);
    });
    return { mean: total / directions, largest };
  };
};

/** Half of the sum of differences of two lists of shares: 0 for the same, 1 for nothing in common. */
export const totalVariation = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, share, k) => sum + Math.abs(share - b[k]!), 0) / 2;
