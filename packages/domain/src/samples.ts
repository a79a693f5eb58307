/** Samples in the units of their data, read by number. */

import { checkArray, checkMade } from "@scorefield/core/internal";
import { DataError, takeRows } from "@scorefield/data";
import { type FloatType, type NdArray, type Shape, sizeOf } from "@scorefield/tensor";
import type { TableColumn } from "./table/table-column.ts";

/** What samples consist of. */
export interface Composition {
  /** Of one sample. */
  readonly shape: Shape;
  /** Names of the elements of a sample, of a table. */
  readonly columns?: readonly string[];
  /** What each column holds, of a table whose columns are known: cells are numbers, codes of levels, dates, or missing. */
  readonly table?: readonly TableColumn[];
  /** Names of the classes, in the order of their labels. */
  readonly classes?: readonly string[];
  /** Numbers a second, Hz, of samples that are sounds. */
  readonly rate?: number;
}

/** Samples of one shape. */
export interface Samples extends Composition {
  readonly count: number;
  /** The class of every sample, an index into `classes`. */
  readonly labels?: ArrayLike<number>;
  /** Numbers of what samples belong to, such as a patient: no patient is both learnt from and held out. */
  readonly groups?: Int32Array;
  /**
   * Whether the next reads still decode files. Undefined for samples that are all in memory, which are encoded at once.
   * Others are encoded as they are read, by a codec that takes no draws and keeps their shape.
   */
  readonly decodes?: boolean;
  /** SHA-256 of what tells these samples from others, to notice when their source has changed. */
  readonly sha256: string;
  /**
   * Samples in the order asked for, in the units of the data.
   * @param rows numbers below `count`, which may repeat
   * @returns [rows.length, ...shape]
   */
  read(rows: readonly number[]): NdArray<FloatType> | Promise<NdArray<FloatType>>;
}

/** An array [n, ...shape] in memory as samples. */
export const arraySamples = (values: NdArray<FloatType>, about: Omit<Samples, "count" | "shape" | "read">): Samples => {
  checkArray("arraySamples values", values);
  return {
    ...about,
    count: values.shape[0]!,
    shape: values.shape.slice(1),
    read: (rows) => takeRows<FloatType>(values, rows),
  };
};

/** @throws ArgumentError unless samples */
export const checkSamples = (name: string, samples: unknown): void =>
  checkMade(`${name} samples`, samples, ["count", "shape", "read"], "samples such as arraySamples(values, ...)");

/** Samples [n, ...shape] as rows of numbers, [n, columns]; the numbers are shared. */
export const asRows = <D extends FloatType>({ dtype, shape: [n = 0, ...shape], data }: NdArray<D>): NdArray<D> =>
  ({ dtype, shape: [n, sizeOf(shape)], data }) as NdArray<D>;

/** The first samples, all unless there are more than `most`: [n, ...shape]. */
export const firstSamples = async (samples: Samples, most?: number): Promise<NdArray<FloatType>> => {
  checkSamples("firstSamples", samples);
  const { count } = samples;
  return samples.read(Array.from({ length: Math.min(most ?? count, count) }, (_, i) => i));
};

/**
 * Some of the samples, in the order of `positions`; nothing is copied or decoded.
 * @throws DataError for positions outside the samples
 */
export const takeSamples = (samples: Samples, positions: ArrayLike<number>): Samples => {
  checkSamples("takeSamples", samples);
  checkMade("takeSamples positions", positions, ["length"], "positions of samples");
  const { count, labels, groups } = samples;
  const chosen = Int32Array.from(positions);
  const beyond = chosen.find((position) => !(position >= 0 && position < count));
  if (beyond !== undefined) throw new DataError({ expected: `positions below ${count}`, found: `${beyond}` });
  const taken = {
    ...samples,
    count: chosen.length,
    ...(labels && { labels: chosen.map((position) => labels[position]!) }),
    ...(groups && { groups: chosen.map((position) => groups[position]!) }),
    read: (rows: readonly number[]) => samples.read(rows.map((row) => chosen[row]!)),
  };
  return samples.decodes === undefined
    ? taken
    : Object.defineProperty(taken, "decodes", { get: () => samples.decodes, enumerable: true });
};
