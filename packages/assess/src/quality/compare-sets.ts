/** Samples compared with real data, in equal numbers and units: what every assessment shares. */
import { type Dataset, dataset, permutation } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";
import { castArray, isNdArray, type NdArray, type Runtime, ShapeError } from "@scorefield/tensor";
import type { Classifier } from "../classifier/classifier.ts";
import type { FeatureExtractor } from "../metric/extractor.ts";
import { fewestRows, type Metric, unitOfSamples } from "../metric/metric.ts";
import type { AssessData, MetricInput, SampleSets } from "../metric/metric-input.ts";
import { usualMetrics } from "../metric/metrics.ts";
import { allRows, rowsOf, shapeOf } from "../metric/set-rows.ts";
import type { Measure } from "./measure.ts";
import { standardUnits } from "./standard-units.ts";
import { type TakenMeasures, takeMeasures } from "./take-measures.ts";

/** Progress of an assessment. */
export interface AssessProgress {
  /** What is done now, such as `energy distance`. */
  readonly part: string;
  /** Parts done before it, of all. */
  readonly done: number;
  readonly total: number;
}

/** How sets are compared. */
export interface CompareOptions {
  /** What is measured, in this order. Metrics that need data which are not given are left out. Default `usualMetrics()`. */
  readonly metrics?: readonly Metric[] | undefined;
  /** Features that samples are compared by. */
  readonly extractor?: FeatureExtractor | undefined;
  /** A classifier of the data's classes, and the class that each sample was asked to be of, [n]. */
  readonly judge?: { readonly classifier: Classifier; readonly samples: ArrayLike<number> } | undefined;
  /** Rows of each set that are compared, at most. Default 5000. */
  readonly count?: number | undefined;
  /** Of the choice of rows, the resampling and classifiers. Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  readonly onProgress?: ((progress: AssessProgress) => void) | undefined;
}

/**
 * How good samples are. Plain JSON: lists, numbers and texts alone. A number that is not finite is null, and a note
 * says so.
 */
export interface Quality {
  /** Samples of each set that were compared. */
  readonly count: number;
  /** How many there were. */
  readonly counts: { readonly samples: number; readonly reference: number; readonly training?: number };
  /** One for each metric that could be taken. */
  readonly measures: readonly Measure[];
  /** What could not be done. */
  readonly notes: readonly string[];
}

/** What was found, and on which samples. */
export interface ComparedSets {
  readonly quality: Quality;
  /** What metrics found besides their number, by the kind of metric. */
  readonly details: TakenMeasures["details"];
  /** Which rows of the reference were compared. */
  readonly referenceIndices: readonly number[];
}

/** Rows of each set that are compared by default: of a large set the metrics need no more. */
const usualRows = 5000;

/** `count` rows of a set at random, or all in their order. @param step sets the draws of different sets apart */
const some = (total: number, count: number, seed: number, step: number): number[] =>
  count === total && step === 0
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from(permutation(total, { seed, step, purpose: "resampling" }).data.subarray(0, count));

const everySet = async (
  { samples, reference, real }: SampleSets,
  f: (set: NdArray) => NdArray | Promise<NdArray>,
): Promise<SampleSets> => ({
  samples: await f(samples),
  reference: await f(reference),
  ...(real && { real: await f(real) }),
});

/**
 * Takes all measures. Rows [n, d] are compared in standard deviations of the reference's columns, samples of several axes
 * as they are.
 * @throws ShapeError for sets of different shape; ArgumentError for options out of range or values not finite; the
 *   signal's reason when aborted
 */
export const compareSets = async (data: AssessData, options: CompareOptions): Promise<ComparedSets> => {
  const { samples, reference, training, real = training } = data;
  const { metrics = usualMetrics(), extractor, judge, count: most = usualRows, seed = 0, signal, runtime } = options;
  checkWhole("assess count", most);
  const sets = { samples, reference, ...(real && { real }), ...(training && { training }) };
  const { shape } = shapeOf(samples);
  for (const [name, set] of Object.entries(sets))
    if (shape.length === 0 || shapeOf(set).shape.join() !== shape.join())
      throw new ShapeError(
        `assess: expected sets of one shape [n, ...], found samples [n, ${shape}] and ${name} [n, ${shapeOf(set).shape}]`,
      );
  const countOf = (set: NdArray | Dataset) => shapeOf(set).count;
  const count = Math.min(most, ...Object.values({ samples, reference, ...(real && { real }) }).map(countOf));
  const sampleIndices = some(countOf(samples), count, seed, 0);
  const referenceIndices = some(countOf(reference), count, seed, 1);
  const own: SampleSets = {
    samples: await rowsOf(samples, sampleIndices),
    reference: await rowsOf(reference, referenceIndices),
    ...(real && { real: await rowsOf(real, some(countOf(real), count, seed, 2)) }),
  };

  const toUnits = shape.length === 1 && count > 0 ? standardUnits(await allRows(reference)) : undefined;
  const scaled = (set: NdArray): NdArray => (toUnits ? castArray(toUnits(set), "float32") : set);
  const known = async (set: NdArray | Dataset): Promise<Dataset> =>
    toUnits || isNdArray(set) ? dataset(castArray(scaled(await allRows(set)) as NdArray<"float32">, "float32")) : set;
  const { labels } = isNdArray(reference) ? {} : reference;
  const there = { features: extractor, training, classes: judge, rows: toUnits };
  const taken = metrics.filter(
    ({ declaration: { needs, fewest = fewestRows } }) => count >= fewest && (needs === undefined || there[needs]),
  );
  const withFeatures = extractor !== undefined && count >= fewestRows;
  const total = taken.length + (withFeatures ? 1 : 0);
  let done = 0;
  const onStage = (part: string) => options.onProgress?.({ part, done: done++, total });
  const compared = await everySet(own, scaled);
  if (withFeatures) onStage("features");
  const input: MetricInput = {
    data,
    own,
    compared,
    unit: toUnits ? "standard deviations" : unitOfSamples,
    ...(withFeatures && {
      features: { extractor, ...(await everySet(compared, (set) => extractor.features(set, { signal }))) },
    }),
    ...(training && { training: await known(training) }),
    ...(judge && {
      judge: {
        classifier: judge.classifier,
        samples: sampleIndices.map((row) => judge.samples[row]!),
        ...(labels && { reference: referenceIndices.map((row) => labels[row]!) }),
      },
    }),
    seed,
    signal,
    runtime,
  };
  const { measures, details } = await takeMeasures(taken, input, onStage);
  return {
    quality: {
      count,
      counts: {
        samples: countOf(samples),
        reference: countOf(reference),
        ...(training && { training: countOf(training) }),
      },
      measures,
      notes: count < fewestRows ? [`Samples are not compared as wholes: ${count} of each set are too few.`] : [],
    },
    details,
    referenceIndices,
  };
};
