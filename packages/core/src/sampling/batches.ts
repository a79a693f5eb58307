/** What every sampling loop shares: its options, the states it hands on, and the batches it works through. */
import {
  type FloatType,
  type NdArray,
  type Runtime,
  type Shape,
  ShapeError,
  type Spec,
  sizeOf,
  zeros,
} from "@scorefield/tensor";
import { checkCount, checkWhole } from "../check.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { type GivenValues, givenRows } from "../model/given.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { lanes, wholeLanes } from "../numeric/whole-lanes.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import type { KeptSteps } from "./kept-steps.ts";
import { priorDraw, type RunDraws } from "./plan.ts";

/** What to sample and how. */
export interface LoopOptions<D extends FloatType = "float32"> {
  /** How many samples. */
  readonly count: number;
  /**
   * Index of the first sample, default 0. Samples `firstSample` to `firstSample + count - 1` of the seed are drawn.
   * They equal the samples of a run that draws all, so several machines can each draw a part. They are the same bit for bit
   * on the same processor and runtime, but for parts of fewer than four samples of more than 1,024 numbers, which are the same
   * to rounding. `given` and `initial` are for the part. A seed has 2^32 samples.
   */
  readonly firstSample?: number;
  /**
   * Indices of the samples, where they do not follow each other: a list of `count` whole numbers in [0, 2^32), in place
   * of `firstSample`. Sample i is the same in every list. `given` and `initial` are in the list's order.
   */
  readonly indices?: ArrayLike<number> | undefined;
  /**
   * What the model is conditioned on, by name, such as `{ class: 3 }`. It is one value for all samples, a list with one
   * value for each, or an array [count, ...shape]. `null` is no condition. Default: no conditions.
   */
  readonly given?: GivenValues;
  /** Default `unipc()`: 18 evaluations. */
  readonly sampler?: AnySampler;
  /**
   * Default 0. Sample i depends on the seed and i alone, not on the count or the batch, except for rounding. An
   * adaptive sampler in float32 has exceptions, where rounding of an error estimate changes the length of a step. They
   * are fewer than one sample in a hundred at a tolerance of 1e-3, and a few in a hundred at 1e-5. Such a sample
   * differs as the tolerance allows, and with `adaptiveSde` takes other noise from there on. In float64 there are
   * hardly any.
   */
  readonly seed?: number;
  /** Samples computed at once, default at most 1,024 and about four million numbers. Above three it counts by fours. */
  readonly batch?: number;
  /** Element type of the computation, default float32. The two types draw different noise. */
  readonly dtype?: D;
  /**
   * States to start from at the first time of the sampler's grid, [count, ...shape] of type `dtype`. By default draws
   * from the prior. For a chain at another time, draws from a Gaussian as wide as data of unit scale would be at that
   * time.
   */
  readonly initial?: NdArray<D>;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
  /** Keeps what is compiled for the next call: see {@link keepSteps}. Default: it is freed at the end. */
  readonly keep?: KeptSteps;
}

/** A batch under way. */
export interface LoopState<D extends FloatType = FloatType> {
  /** [batch, ...shape]; not written to again. Rows past `count` are of no use. */
  readonly x: NdArray<D>;
  /** The time of `x`. For an adaptive sampler, the time of the sample furthest from the data. 0 once denoised. */
  readonly t: number;
  /**
   * Steps done in this batch, out of `steps`, which an adaptive sampler estimates. 0 for the state before the first.
   */
  readonly step: number;
  readonly steps: number;
  /** Network evaluations for each sample of this batch so far. */
  readonly evaluations: number;
  /** The batch, out of `batches`. */
  readonly batch: number;
  readonly batches: number;
  /** Its first row among the samples that are drawn. */
  readonly row: number;
  /** The index of its first sample: `row` past the run's `firstSample`. */
  readonly firstSample: number;
  /** Indices of all its samples, where they do not follow each other. */
  readonly indices?: readonly number[];
  /** How many samples it adds. */
  readonly samples: number;
}

/** A batch before its first step. */
export interface Batch<D extends FloatType> {
  readonly place: Pick<LoopState, "batch" | "batches" | "row" | "firstSample" | "indices" | "samples">;
  readonly draws: RunDraws;
  /** What the model is given, by name, [rows, ...shape]. */
  given(): Record<string, NdArray>;
  /** The states it starts from, times `deviation` where they are drawn; [rows, ...shape]. */
  first(deviation: number): NdArray<D>;
}

const defaultBatch = (size: number): number => Math.max(1, Math.min(1024, Math.floor(2 ** 22 / Math.max(1, size))));

/**
 * The batches that make up a run, the shape [rows, ...shape] of each, and the types of what the model is given.
 * @throws ArgumentError for a bad count, first sample, batch or condition; ShapeError for arrays that do not fit
 */
export const batchesOf = <D extends FloatType = "float32">(
  model: ScoreModel,
  options: LoopOptions<D>,
): {
  readonly full: Shape;
  readonly dtype: D;
  readonly given: Record<string, Spec>;
  readonly list: readonly Batch<D>[];
} => {
  const { shape } = model;
  const { count, firstSample: start = 0, seed = 0, dtype = "float32" as D, initial } = options;
  const { batch: most = defaultBatch(sizeOf(shape)) } = options;
  checkCount("sample count", count);
  checkCount("sample firstSample", start);
  if (start + count > 2 ** 32)
    throw new ArgumentError(
      `sample: expected samples below 2^32, since a seed has no more, found ${count} from sample ${start} on`,
    );
  const { indices } = options;
  if (indices) checkIndices(indices, count, options.firstSample);
  checkWhole("sample batch", most);
  if (initial && (initial.dtype !== dtype || initial.shape.join() !== [count, ...shape].join()))
    throw new ShapeError(
      `sample: expected initial states ${dtype}[${[count, ...shape]}], found ${initial.dtype}[${initial.shape}]`,
    );
  // At the end of a seed's samples there is no number for a row of no use.
  const rows =
    start + Math.ceil(count / lanes) * lanes > 2 ** 32 ? Math.min(count, most) : wholeLanes(count, most, sizeOf(shape));
  const given = givenRows("sample", model, options.given, count, dtype);
  const full = [rows, ...shape];
  const batches = count === 0 ? 0 : Math.ceil(count / rows);
  const list = Array.from({ length: batches }, (_, batch): Batch<D> => {
    const row = batch * rows;
    // Past the last sample there are rows of no use, which need some index.
    const own = indices && Array.from({ length: rows }, (_, k) => indices[row + k] ?? k);
    const firstSample = own?.[0] ?? start + row;
    const draws = { seed, firstSample, dtype, ...(own && { indices: own }) };
    const first = (deviation: number): NdArray =>
      initial ? rowsOf(initial, row, rows) : scale(priorDraw(full, draws), deviation);
    return {
      place: {
        batch,
        batches,
        row,
        firstSample,
        ...(own && { indices: own }),
        samples: Math.min(rows, count - row),
      },
      draws,
      given: () => given.between(row, rows),
      first: first as Batch<D>["first"],
    };
  });
  return { full, dtype, given: given.specs(rows), list };
};

const checkIndices = (indices: ArrayLike<number>, count: number, firstSample: number | undefined): void => {
  if (firstSample !== undefined)
    throw new ArgumentError("sample: expected firstSample or indices, found both; leave one of them out");
  if (indices.length !== count)
    throw new ArgumentError(`sample indices: expected one for each of ${count} samples, found ${indices.length}`);
  const bad = Array.from(indices).find((index) => !Number.isInteger(index) || index < 0 || index >= 2 ** 32);
  if (bad !== undefined)
    throw new ArgumentError(`sample indices: expected whole numbers from 0 and below 2^32, found ${bad}`);
};

/** The index of a sample of a batch. */
export const sampleIndex = ({ firstSample, indices }: Pick<LoopState, "firstSample" | "indices">, k: number): number =>
  indices?.[k] ?? firstSample + k;

/** Rows of an array from `first` on, [count, ...]; past its end, zeros. */
const rowsOf = (array: NdArray, first: number, count: number): NdArray => {
  const rows = zeros([count, ...array.shape.slice(1)], array.dtype);
  const size = sizeOf(array.shape.slice(1));
  (rows.data as Float64Array).set((array.data as Float64Array).subarray(first * size, (first + count) * size));
  return rows;
};

const scale = (array: NdArray, factor: number): NdArray => {
  for (let i = 0; i < array.data.length; i++) (array.data as Float64Array)[i]! *= factor;
  return array;
};

/** @throws SamplingError when a sample of a batch is not finite */
export const checkFinite = (
  { data, shape }: NdArray,
  place: Pick<LoopState, "firstSample" | "indices" | "samples">,
  { recipe }: AnySampler,
): void => {
  const size = sizeOf(shape.slice(1));
  const broken = (data as Float64Array).subarray(0, place.samples * size).findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new SamplingError(
      `${recipe.kind}: sample ${sampleIndex(place, Math.floor(broken / size))} is not finite; take more steps, or compute in float64`,
    );
};
