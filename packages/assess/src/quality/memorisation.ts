/**
 * Whether samples repeat training data: their distances from it, compared with the distances of real data that training
 * did not see.
 */
import type { Dataset } from "@scorefield/core";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { bootstrap } from "../metric/bootstrap.ts";
import { closerThanHeldOutStatistic, type NearestTraining, nearestTraining } from "../metric/nearest-training.ts";
import { intervalOf, type Measure } from "./measure.ts";

/** The nearest training samples of samples and of real data, and how they compare. */
export interface Memorisation {
  readonly measure: Measure;
  readonly samples: NearestTraining;
  readonly heldOut: NearestTraining;
}

/**
 * Compares distances to the nearest training sample.
 * @param samples [n, ...shape] @param heldOut real data that training did not see, [m, ...shape]
 * @throws as `nearestTraining`
 */
export const memorisation = async (
  samples: NdArray,
  heldOut: NdArray,
  training: Dataset,
  {
    seed,
    signal,
    runtime,
    onStage,
  }: {
    readonly seed: number;
    readonly signal?: AbortSignal | undefined;
    readonly runtime?: Runtime | undefined;
    readonly onStage?: ((stage: string) => void) | undefined;
  },
): Promise<Memorisation> => {
  onStage?.("nearest training samples");
  const near = (set: NdArray) => nearestTraining(set, training, { signal, runtime });
  const found = { samples: await near(samples), heldOut: await near(heldOut) };
  const of = closerThanHeldOutStatistic(found.samples.distances, found.heldOut.distances);
  return {
    ...found,
    measure: {
      name: "nearer to training",
      meaning: "how often a sample is nearer to training data than unseen real data are, 0.5 for real data",
      unit: "share",
      good: "near",
      range: [0, 1],
      expected: 0.5,
      samples: intervalOf(bootstrap(of, { seed }), [0, 1]),
    },
  };
};
