/** Where training takes its samples from: an array, or anything that can be read sample by sample. */
import { isNdArray, type NdArray, type Shape, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkArray } from "../check.ts";
import { ArgumentError } from "../errors.ts";

/** Samples that are read when they are needed. */
export interface Dataset {
  /** How many samples there are. */
  readonly count: number;
  /** Shape of one. */
  readonly shape: Shape;
  /** The class of every sample, a whole number from 0. */
  readonly labels?: ArrayLike<number>;
  /** What a network with `observed` is conditioned on. A row of zeros stands for nothing. */
  readonly observed?: {
    /** Numbers in a row. */
    readonly size: number;
    /** The rows of samples, [rows.length, size]. */
    read(rows: readonly number[]): NdArray<"float32">;
  };
  /**
   * Whether numbers of samples may be absent, as NaN: for a preconditioning that takes them, such as `partialPreconditioning`.
   * Default no.
   */
  readonly absent?: boolean;
  /** Whether reading is work, such as decoding, that goes on while the network computes. Default no. */
  readonly decodes?: boolean;
  /**
   * Samples of about unit scale, in the order asked for.
   * @param rows indices, which may repeat
   * @returns [rows.length, ...shape]
   */
  read(rows: readonly number[]): NdArray<"float32"> | Promise<NdArray<"float32">>;
}

/** Rows of an array, [rows.length, ...]. */
const rowsOf = ({ data, shape: [, ...shape] }: NdArray<"float32">, rows: readonly number[]): NdArray<"float32"> => {
  const size = sizeOf(shape);
  const taken = zeros([rows.length, ...shape]);
  // Element by element: for rows of a few numbers a view costs more than its copy.
  for (const [i, row] of rows.entries())
    for (let j = 0; j < size; j++) taken.data[i * size + j] = data[row * size + j]!;
  return taken;
};

/** Samples with 0 in place of what is absent. They are copied only where something is. */
export const withoutAbsent = (x: NdArray<"float32">): NdArray<"float32"> =>
  x.data.some(Number.isNaN) ? { ...x, data: x.data.map((value) => (Number.isNaN(value) ? 0 : value)) } : x;

/**
 * An array in memory as a dataset.
 * @param values samples, [n, ...shape]
 * @param labels the class of every sample, [n]
 * @param options `absent`: whether numbers may be NaN, see {@link Dataset.absent}
 * @throws ShapeError for values that are no samples, or labels of another number; ArgumentError for values that are not
 *   finite
 */
export const dataset = (
  values: NdArray<"float32">,
  labels?: ArrayLike<number>,
  { absent = false }: { readonly absent?: boolean } = {},
): Dataset => {
  checkArray("train data", values);
  if (values.dtype !== "float32" || values.shape.length < 2 || sizeOf(values.shape) === 0)
    throw new ShapeError(
      `train: expected data float32[n, ...shape] with n > 0, found ${values.dtype}[${values.shape}]`,
    );
  const [count, ...shape] = values.shape as [number, ...number[]];
  const broken = values.data.findIndex((value) => !(Number.isFinite(value) || (absent && Number.isNaN(value))));
  if (broken >= 0)
    throw new ArgumentError(
      `train: expected finite data, found ${values.data[broken]} in sample ${Math.floor(broken / sizeOf(shape))}`,
    );
  if (labels && labels.length !== count)
    throw new ShapeError(`train: expected ${count} labels, one for each sample, found ${labels.length}`);
  return { count, shape, ...(labels && { labels }), ...(absent && { absent }), read: (rows) => rowsOf(values, rows) };
};

/** @throws ArgumentError for what is neither an array nor a dataset, such as nested lists of numbers */
export const toDataset = (name: string, data: unknown): Dataset => {
  if (isNdArray(data)) return dataset(data as NdArray<"float32">);
  const { count, shape, read } = (data ?? {}) as Partial<Dataset>;
  if (typeof count === "number" && Array.isArray(shape) && typeof read === "function") return data as Dataset;
  throw new ArgumentError(
    `${name}: expected an NdArray or a dataset, found ${showValue(data)}${
      Array.isArray(data) ? "; make an array of it with fromNested(rows)" : ""
    }`,
  );
};
