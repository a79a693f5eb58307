/**
 * How good samples of a known distribution are: their distance to fresh data, compared with the distance of fresh data
 * to fresh data.
 */
import type { NdArray } from "@scorefield/tensor";
import { energyDistance } from "../metric/energy-distance.ts";
import { slicedWasserstein } from "../metric/wasserstein.ts";

/** A distance of samples, and its floor: the same between independent sets of real data, as large. */
export interface FreshDistance {
  readonly samples: number;
  /** Mean over pairs of sets of real data, and their greatest. */
  readonly floor: number;
  readonly floorMost: number;
}

/** Distances to fresh data, by name. Plain JSON. */
export interface FreshDistances {
  readonly count: number;
  readonly energyDistance: FreshDistance;
  readonly slicedWasserstein: FreshDistance;
}

const pairs = 8;

/**
 * Distances of samples [n, ...] to n fresh points of the distribution that they should follow, averaged over 8 fresh
 * sets.
 * @param fresh draws `count` points; the third argument is the index of the first
 * @param first index of the first point that training has not seen
 */
export const freshDistances = (
  samples: NdArray,
  fresh: (count: number, seed: number, first: number) => NdArray,
  { seed, first }: { readonly seed: number; readonly first: number },
): FreshDistances => {
  const count = samples.shape[0]!;
  const sets = Array.from({ length: pairs + 1 }, (_, k) => fresh(count, seed, first + k * count));
  const quality = (distance: (a: NdArray, b: NdArray) => number): FreshDistance => {
    const floors = sets.slice(1).map((set, k) => distance(set, sets[k]!));
    const found = sets.slice(1).map((set) => distance(samples, set));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return { samples: mean(found), floor: mean(floors), floorMost: Math.max(...floors) };
  };
  return { count, energyDistance: quality(energyDistance), slicedWasserstein: quality(slicedWasserstein) };
};
