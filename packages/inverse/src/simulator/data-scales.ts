/** Data of a simulator as a network sees them: in deviations, and far values drawn in. */
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";

/** Plain numbers: the mean and the deviation of each number of data. */
export interface DataScales {
  /** Of one simulation, without the batch axis. */
  readonly shape: readonly number[];
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Deviations from the mean that are kept as they are; beyond that they grow as a logarithm. */
const kept = 4;

/** The scales of data [n, ...shape]. A number that never changes gets the deviation 1. */
export const dataScalesOf = ({ data, shape: [n = 0, ...shape] }: NdArray<"float64">): DataScales => {
  const size = sizeOf(shape);
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let i = 0; i < n * size; i++) mean[i % size]! += data[i]! / n;
  for (let i = 0; i < n * size; i++) squares[i % size]! += (data[i]! - mean[i % size]!) ** 2 / n;
  return {
    shape,
    mean: Array.from(mean),
    deviation: Array.from(squares, (square, k) => (square > 1e-20 * mean[k]! ** 2 ? Math.sqrt(square) : 1)),
  };
};

/** Data [n, ...shape] as rows of features, [n, size]. */
export const dataFeatures = ({ mean, deviation }: DataScales, { data, shape }: NdArray): NdArray<"float32"> => {
  const size = mean.length;
  const features = Float32Array.from(data as ArrayLike<number>, (value, i) => {
    const z = (Number(value) - mean[i % size]!) / deviation[i % size]!;
    return Math.abs(z) <= kept ? z : Math.sign(z) * (kept + Math.log(1 + Math.abs(z) - kept));
  });
  return ndarray(features, [shape[0]!, size]);
};
