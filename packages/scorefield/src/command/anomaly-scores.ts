/** The scores of `scorefield anomaly`: how unlike the training rows of a run each of some rows is. */
import {
  type AnomalyDetector,
  densityDetector,
  diffusionTime,
  nearestNeighbours,
  trainDiffusionTime,
} from "@scorefield/assess";
import { fitStandardisation, standardise } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";

/** Rows in the units of the data, [n, columns]. */
type Rows = NdArray<FloatType>;

/** Nearest training rows that rows are compared with. */
export const neighbours = 5;

/** Scores of rows by one detector, higher for more anomalous ones, [n]. */
export interface Scored {
  readonly name: string;
  readonly title: string;
  readonly scores: NdArray<"float64">;
  readonly seconds: number;
}

/** The time of a noise level, relative to the signal. @throws RunError for one beyond the process's */
export const timeOfNoise = ({ path, model: { process } }: LoadedRun, noise: number): number => {
  const time = process.timeOfLogSnr(-2 * Math.log(noise));
  const { first, last } = process.times;
  if (!(time >= first && time < last)) {
    const [least, most] = [first, last].map((t) => Math.exp(-process.logSnr(t) / 2).toPrecision(3));
    throw new RunError(`${path}: expected --noise from ${least} to less than ${most}, found ${noise}`);
  }
  return time;
};

/** How rows are scored. */
export interface Scoring {
  /** At which the density is taken. */
  readonly time: number;
  readonly tolerance: number;
  /** Of training the categorical diffusion-time estimate. */
  readonly steps: number;
  readonly seed: number;
}

/** The scores of rows by every detector, in turn. */
export const scoreAll = async (
  run: LoadedRun,
  training: Rows,
  rows: Rows,
  { time, tolerance, steps, seed }: Scoring,
  signal: AbortSignal,
): Promise<Scored[]> => {
  const fitted = fitStandardisation(training);
  const known = standardise(training, fitted, "float32");
  const standard = standardise(rows, fitted, "float32");
  const scaled = run.codec.encode(rows, { seed, part: 2 });
  type Entry = readonly [name: string, title: string, rows: NdArray, make: () => Promise<AnomalyDetector>];
  const entries: readonly Entry[] = [
    [
      "negative_log_density",
      "negative log-density",
      scaled,
      async () => densityDetector(run.model, { time, tolerance, signal }),
    ],
    ["diffusion_time", "diffusion time, non-parametric", standard, async () => diffusionTime(known, { k: neighbours })],
    [
      "diffusion_time_categorical",
      "diffusion time, categorical",
      standard,
      () => trainDiffusionTime(known, { steps, seed, signal }),
    ],
    [
      "nearest_neighbours",
      `nearest neighbours, k = ${neighbours}`,
      standard,
      async () => nearestNeighbours(known, { k: neighbours }),
    ],
  ];
  const found: Scored[] = [];
  for (const [name, title, points, make] of entries) {
    signal.throwIfAborted();
    const begun = performance.now();
    const scores = await (await make()).score(points);
    found.push({ name, title, scores, seconds: (performance.now() - begun) / 1000 });
  }
  return found;
};
