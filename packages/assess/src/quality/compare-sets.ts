/** Samples compared with real data, in equal numbers and units: what every assessment shares. */
import { type Dataset, dataset, permutation } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";
import { castArray, isNdArray, type NdArray, type Runtime, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import type { Measure } from "./measure.ts";
import { type Memorisation, memorisation } from "./memorisation.ts";
import { type MeasureOptions, type SampleSets, sampleMeasures } from "./sample-measures.ts";
import { standardUnits } from "./standard-units.ts";

/** What is compared, all of one shape and in one unit: arrays [n, ...shape], or datasets. */
export interface AssessData {
  /** Samples of a model. */
  readonly samples: NdArray;
  /** Real data that the model did not see. */
  readonly reference: NdArray | Dataset;
  /** Other real data, which are compared with the reference as the samples are. Default: the training data. */
  readonly real?: NdArray | Dataset | undefined;
  /** What the model has learnt from: shows whether samples repeat it. */
  readonly training?: NdArray | Dataset | undefined;
}

/** Progress of an assessment. */
export interface AssessProgress {
  /** What is done now, such as `energy distance`. */
  readonly part: string;
  /** Parts done before it, of all. */
  readonly done: number;
  readonly total: number;
}

/** How sets are compared. */
export interface CompareOptions extends Omit<MeasureOptions, "onStage" | "seed"> {
  /** Rows of each set that are compared, at most. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
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
  /** None where the sets are too small. */
  readonly measures: readonly Measure[];
  /** What could not be done. */
  readonly notes: readonly string[];
}

/** What was found, and on which samples. */
export interface ComparedSets {
  readonly quality: Quality;
  readonly memory?: Memorisation;
  /** Which rows of the reference were compared. */
  readonly referenceIndices: readonly number[];
  /** Those rows. */
  readonly reference: NdArray;
}

/** Rows that measures are taken on by default: all that they need is a share of a large set. */
const usualRows = 5000;
/** Five neighbours and a two-sample test need a few. */
const fewestRows = 8;

const shapeOf = (set: NdArray | Dataset): { readonly count: number; readonly shape: readonly number[] } =>
  isNdArray(set) ? { count: set.shape[0] ?? 0, shape: set.shape.slice(1) } : set;

const rowsOf = async (set: NdArray | Dataset, rows: readonly number[]): Promise<NdArray> => {
  if (!isNdArray(set)) return set.read(rows);
  const size = sizeOf(set.shape.slice(1));
  const picked = zeros([rows.length, ...set.shape.slice(1)], set.dtype === "float64" ? "float64" : "float32");
  for (const [i, row] of rows.entries())
    for (let k = 0; k < size; k++) picked.data[i * size + k] = Number(set.data[row * size + k]);
  return picked;
};

/** `count` rows of a set at random, or all in their order. @param step sets the draws of different sets apart */
const some = (total: number, count: number, seed: number, step: number): number[] =>
  count === total && step === 0
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from(permutation(total, { seed, step, purpose: "resampling" }).data.subarray(0, count));

const allRows = (set: NdArray | Dataset): Promise<NdArray> =>
  rowsOf(
    set,
    Array.from({ length: shapeOf(set).count }, (_, i) => i),
  );

/**
 * Takes all measures. Rows [n, d] are compared in standard deviations of the reference's columns, samples of several axes
 * as they are.
 * @throws ShapeError for sets of different shape; ArgumentError for options out of range or values not finite; the
 *   signal's reason when aborted
 */
export const compareSets = async (
  { samples, reference, training, real = training }: AssessData,
  { count: most = usualRows, seed = 0, onProgress, ...options }: CompareOptions,
): Promise<ComparedSets> => {
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
  const referenceIndices = some(countOf(reference), count, seed, 1);
  const own: SampleSets = {
    samples: await rowsOf(samples, some(countOf(samples), count, seed, 0)),
    reference: await rowsOf(reference, referenceIndices),
    ...(real && { real: await rowsOf(real, some(countOf(real), count, seed, 2)) }),
  };
  const counts = {
    samples: countOf(samples),
    reference: countOf(reference),
    ...(training && { training: countOf(training) }),
  };
  const found = (measures: readonly Measure[], notes: readonly string[] = []) => ({
    quality: { count, counts, measures, notes },
    referenceIndices,
    reference: own.reference,
  });
  if (count < fewestRows) return found([], [`Samples are not compared as wholes: ${count} of each set are too few.`]);

  const tabular = shape.length === 1;
  const toUnits = tabular ? standardUnits(await allRows(reference)) : undefined;
  const scaled = (set: NdArray): NdArray => (toUnits ? castArray(toUnits(set), "float32") : set);
  const compared: SampleSets = {
    samples: scaled(own.samples),
    reference: scaled(own.reference),
    ...(own.real && { real: scaled(own.real) }),
  };
  const total = (options.extractor ? 11 : 8) + (training ? 1 : 0);
  let done = 0;
  const all = { ...options, seed, onStage: (part: string) => onProgress?.({ part, done: done++, total }) };
  const unit = tabular ? "standard deviations" : "units of the samples";
  const measures = await sampleMeasures(compared, unit, own, all);
  if (!training) return found(measures);
  const known =
    toUnits || isNdArray(training)
      ? dataset(castArray(scaled(await allRows(training)) as NdArray<"float32">, "float32"))
      : training;
  const memory = await memorisation(compared.samples, compared.reference, known, all);
  return { ...found([...measures, memory.measure]), memory };
};
