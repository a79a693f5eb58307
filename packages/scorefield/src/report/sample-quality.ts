/** How good samples of a known set are: their distance to fresh data beside that of fresh data to fresh data. */
import { energyDistance, slicedWasserstein } from "@scorefield/assess";
import type { PlanarSampler } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrap-text.ts";

/** A distance of samples, and its floor: the same between independent sets of real data, as large. */
interface Quality {
  readonly samples: number;
  /** Mean over pairs of sets of real data, and their greatest. */
  readonly floor: number;
  readonly floorMost: number;
}

/** Qualities by the name of the distance. */
export interface SampleQuality {
  readonly count: number;
  readonly energyDistance: Quality;
  readonly slicedWasserstein: Quality;
}

const pairs = 8;

/**
 * Distances of samples [n, 2] to as many fresh points of the set they should follow, averaged over 8 fresh sets.
 * @param fresh draws `count` points, never those of training; the third argument is the index of the first
 */
export const sampleQuality = (samples: NdArray, fresh: PlanarSampler, seed: number, first: number): SampleQuality => {
  const count = samples.shape[0]!;
  const sets = Array.from({ length: pairs + 1 }, (_, k) => fresh(count, seed, first + k * count));
  const quality = (distance: (a: NdArray, b: NdArray) => number): Quality => {
    const floors = sets.slice(1).map((set, k) => distance(set, sets[k]!));
    const found = sets.slice(1).map((set) => distance(samples, set));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return { samples: mean(found), floor: mean(floors), floorMost: Math.max(...floors) };
  };
  return { count, energyDistance: quality(energyDistance), slicedWasserstein: quality(slicedWasserstein) };
};

/** The qualities as text. */
export const qualityText = ({ count, ...distances }: SampleQuality): string => {
  const row = (name: string, { samples, floor, floorMost }: Quality) => [
    name,
    shortNumber(samples),
    shortNumber(floor),
    shortNumber(floorMost),
  ];
  const table = textTable([
    [`distance of ${count.toLocaleString("en-US")} points`, "samples to data", "data to data", "largest of 8"],
    row("energy distance", distances.energyDistance),
    row("sliced Wasserstein distance", distances.slicedWasserstein),
  ]);
  const note = `Data to data is what chance alone comes to: the mean and the largest over 8 pairs of fresh sets of ${count.toLocaleString("en-US")} points.`;
  return `${table}\n\n${wrapped(note)}`;
};
