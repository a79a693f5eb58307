/** Samples compared with real data, in equal numbers and units: what every assessment shares. */
import { type Dataset, dataset, permutation } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";
import { castArray, isNdArray, type NdArray, type Runtime, ShapeError } from "@scorefield/tensor";
import type { Classifier } from "../classifier/classifier.ts";
import { checkCells, checkColumns } from "../metric/cells.ts";
import type { FeatureExtractor } from "../metric/extractor.ts";
import { fewestRows, type Metric, unitOfSamples } from "../metric/metric.ts";
import type { MetricColumn } from "../metric/metric-column.ts";
import type { AssessData, MetricInput, SampleSets } from "../metric/metric-input.ts";
import { usualMetrics } from "../metric/metrics.ts";
import { allRows, rowsOf, shapeOf } from "../metric/set-rows.ts";
import { independentColumns } from "./independent-columns.ts";
import type { Measure } from "./measure.ts";
import { mixedUnits } from "./mixed-units.ts";
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
  /**
   * What the numbers of a row [d] are. With it, rows may hold codes of levels, and NaN for missing cells. Default: numbers,
   * none missing.
   */
  readonly columns?: readonly MetricColumn[] | undefined;
  /**
   * Whether every measure is also taken of a control: training rows with every column shuffled separately, which have the
   * right columns and no relations between them. Only for rows [d] with training data. Default false.
   */
  readonly control?: boolean | undefined;
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
  { samples, reference, real, control }: SampleSets,
  f: (set: NdArray) => NdArray | Promise<NdArray>,
): Promise<SampleSets> => ({
  samples: await f(samples),
  reference: await f(reference),
  ...(real && { real: await f(real) }),
  ...(control && { control: await f(control) }),
});

/** @throws ArgumentError for columns of samples that are not rows, and cells that are not of their column */
const checkTable = async (sets: Readonly<Record<string, NdArray | Dataset>>, columns: readonly MetricColumn[]) => {
  const [first] = Object.values(sets);
  const { shape } = shapeOf(first!);
  checkColumns("assess", columns, shape.length === 1 ? shape[0]! : 0);
  for (const [name, set] of Object.entries(sets)) checkCells(`assess ${name}`, await allRows(set), columns);
};

/**
 * Takes all measures. Rows [n, d] are compared in standard deviations of the reference's columns, rows with columns of other
 * kinds as {@link mixedUnits} brings them there, samples of several axes as they are.
 * @throws ShapeError for sets of different shape; ArgumentError for options out of range or values not finite; the
 *   signal's reason when aborted
 */
export const compareSets = async (data: AssessData, options: CompareOptions): Promise<ComparedSets> => {
  const { samples, reference, training, real = training } = data;
  const { metrics = usualMetrics(), extractor, judge, count: most = usualRows, seed = 0, signal, runtime } = options;
  const { columns } = options;
  checkWhole("assess count", most);
  const sets = { samples, reference, ...(real && { real }), ...(training && { training }) };
  const { shape } = shapeOf(samples);
  for (const [name, set] of Object.entries(sets))
    if (shape.length === 0 || shapeOf(set).shape.join() !== shape.join())
      throw new ShapeError(
        `assess: expected sets of one shape [n, ...], found samples [n, ${shape}] and ${name} [n, ${shapeOf(set).shape}]`,
      );
  if (columns) await checkTable(sets, columns);
  const countOf = (set: NdArray | Dataset) => shapeOf(set).count;
  const count = Math.min(most, ...Object.values({ samples, reference, ...(real && { real }) }).map(countOf));
  const sampleIndices = some(countOf(samples), count, seed, 0);
  const referenceIndices = some(countOf(reference), count, seed, 1);
  const own: SampleSets = {
    samples: await rowsOf(samples, sampleIndices),
    reference: await rowsOf(reference, referenceIndices),
    ...(real && { real: await rowsOf(real, some(countOf(real), count, seed, 2)) }),
    ...(options.control &&
      training &&
      shape.length === 1 && { control: independentColumns(await allRows(training), count, seed) }),
  };

  const unitsOf = async (): Promise<((set: NdArray) => NdArray) | undefined> => {
    if (shape.length !== 1 || count === 0) return undefined;
    const rows = await allRows(reference);
    if (!columns) return standardUnits(rows);
    return mixedUnits(rows, columns, await Promise.all(Object.values(sets).map((set) => allRows(set))));
  };
  const toUnits = await unitsOf();
  const scaled = (set: NdArray): NdArray => (toUnits ? castArray(toUnits(set), "float32") : set);
  // Columns of many levels make wide points: training rows become points block by block, as they are compared.
  const pointsOf = (set: NdArray | Dataset): Dataset => ({
    count: countOf(set),
    shape: compared.reference.shape.slice(1),
    read: async (rows) => castArray(scaled(await rowsOf(set, rows)), "float32") as NdArray<"float32">,
  });
  const known = async (set: NdArray | Dataset): Promise<Dataset> =>
    columns
      ? pointsOf(set)
      : toUnits || isNdArray(set)
        ? dataset(castArray(scaled(await allRows(set)) as NdArray<"float32">, "float32"))
        : set;
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
    ...(columns && { columns }),
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
