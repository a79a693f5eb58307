/** The scores of `scorefield anomaly`: how unlike the training rows of a run each of some rows is. */
import {
  type AnomalyDetector,
  combinedScores,
  densityDetector,
  diffusionTime,
  diffusionTimesWithin,
  nearestNeighbours,
  type SmoothedDensityDetector,
  smoothedDensity,
  trainDiffusionTime,
} from "@scorefield/assess";
import { fitStandardisation, standardise, takeRows } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { type PartRange, takeRange } from "./shard-option.ts";

/** Rows in the units of the data, [n, columns]. */
type Rows = NdArray<FloatType>;

/** Nearest training rows that rows are compared with. */
export const neighbours = 5;

/** Scores of rows by one detector, higher for more anomalous ones, [n]. */
interface Scored {
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
  /** Leaves out the scores that take most of the time: of one noise level, and of a network trained for the purpose. */
  readonly quick?: boolean;
}

/** Rows of training that scores are standardised by, at most: their mean and spread are known to a thirtieth. */
const mostReference = 1000;

/** Positions of so many rows at most, evenly spaced. */
const evenly = (count: number, most: number): number[] => {
  const n = Math.min(count, most);
  return Array.from({ length: n }, (_, i) => Math.floor((i * count) / n));
};

/** Scores, and what is needed to say which columns they come from. */
export interface ScoredRows {
  /** The default score first. */
  readonly scored: readonly Scored[];
  /** Of rows in the model's units. */
  readonly detector: SmoothedDensityDetector;
  /** The rows, and the training rows, in the model's units and without draws. */
  readonly rows: NdArray<"float32">;
  readonly known: NdArray<"float32">;
  /** What the user should know of the scores. */
  readonly remarks: readonly string[];
}

/**
 * The scores of rows by every detector, in turn. A row's scores do not depend on the other rows.
 * @param given all rows, and which of them are scored: draws go by the number of a row
 */
export const scoreAll = async (
  run: LoadedRun,
  training: Rows,
  given: { readonly rows: Rows; readonly range: PartRange },
  { time, tolerance, steps, seed, quick = false }: Scoring,
  signal: AbortSignal,
): Promise<ScoredRows> => {
  const rows = takeRange(given.rows, given.range);
  const encoded = run.codec.encode(rows, { seed, part: 2, steady: true });
  const encodedKnown = run.codec.encode(training, { seed, part: 0, steady: true });
  // Codes of categories and missing cells have no distances. Where a column is more than one number, those are in the
  // model's units.
  const fitted = run.codec.parts ? undefined : fitStandardisation(training);
  const standard = fitted ? standardise(rows, fitted, "float32") : encoded;
  const known = fitted ? standardise(training, fitted, "float32") : encodedKnown;
  const detector = smoothedDensity(run.model, { seed, signal });
  const found: Scored[] = [];
  const add = async (
    name: string,
    title: string,
    points: NdArray,
    make: () => AnomalyDetector | Promise<AnomalyDetector>,
  ) => {
    signal.throwIfAborted();
    const begun = performance.now();
    const scores = await (await make()).score(points);
    const scored = { name, title, scores, seconds: (performance.now() - begun) / 1000 };
    found.push(scored);
    return scored;
  };
  const density = await add("averaged_log_density", "averaged negative log-density", encoded, () => detector);
  const distance = await add("diffusion_time", "diffusion time, non-parametric", standard, () =>
    diffusionTime(known, { k: neighbours }),
  );
  const begun = performance.now();
  const some = evenly(training.shape[0]!, mostReference);
  const within = diffusionTimesWithin(known, some, { k: neighbours });
  // Where each training row has its equals, no distance is usual.
  const spread = within.data.some((value) => value !== within.data[0]);
  const combined = combinedScores([
    { scores: density.scores, reference: await detector.score(takeRows(encodedKnown, some)) },
    ...(spread ? [{ scores: distance.scores, reference: within }] : []),
  ]);
  const seconds = density.seconds + distance.seconds + (performance.now() - begun) / 1000;
  found.unshift({ name: "anomaly", title: "log-density and diffusion time", scores: combined, seconds });
  if (!quick) {
    const drawn = () => takeRange(run.codec.encode(given.rows, { seed, part: 2 }), given.range);
    await add("negative_log_density", "negative log-density", drawn(), () =>
      densityDetector(run.model, { time, tolerance, signal }),
    );
    await add("diffusion_time_categorical", "diffusion time, categorical", standard, () =>
      trainDiffusionTime(known, { steps, seed, signal }),
    );
  }
  await add("nearest_neighbours", `nearest neighbours, k = ${neighbours}`, standard, () =>
    nearestNeighbours(known, { k: neighbours }),
  );
  const remarks = spread
    ? []
    : ["each training row has several equal ones: the first score is by the averaged log-density alone"];
  return { scored: found, detector, rows: encoded, known: encodedKnown, remarks };
};
