/** Rows of host arrays: draws of several measurements, taken apart and put together. */
import { type FloatType, type NdArray, sizeOf, zeros } from "@scorefield/tensor";

/** `count` rows of an array [n, ...] from `first` on. */
export const rowsFrom = <A extends NdArray>(array: A, first: number, count: number): A => {
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  const data = (array.data as Float64Array).slice(first * size, (first + count) * size);
  return { ...array, data, shape: [count, ...shape] };
};

/** Each row `times` times, one after the other. */
export const repeatRows = <A extends NdArray>(rows: A, times: number): A => {
  if (times === 1) return rows;
  const [n = 0, ...shape] = rows.shape;
  const size = sizeOf(shape);
  const result = zeros([n * times, ...shape], rows.dtype);
  for (let i = 0; i < n * times; i++) {
    const from = Math.floor(i / times) * size;
    (result.data as Float64Array).set((rows.data as Float64Array).subarray(from, from + size), i * size);
  }
  return result as NdArray as A;
};

/** `count` of the rows, evenly spread: neighbours in a resampled population are often copies. */
export const spreadRows = <D extends FloatType>(
  array: NdArray<D>,
  shape: readonly number[],
  { from: first, rows, count }: { readonly from: number; readonly rows: number; readonly count: number },
): NdArray<D> => {
  const size = sizeOf(shape);
  const result = zeros([count, ...shape], array.dtype);
  for (let i = 0; i < count; i++) {
    const from = (first + Math.floor((i * rows) / count)) * size;
    (result.data as Float64Array).set((array.data as Float64Array).subarray(from, from + size), i * size);
  }
  return result;
};

/** Mean and deviation (n - 1) of rows, number by number. */
export const moments = <D extends FloatType>(
  draws: NdArray<D>,
): { mean: NdArray<D>; deviation: NdArray<D> | undefined } => {
  const [n = 0, ...shape] = draws.shape;
  const size = sizeOf(shape);
  const [mean, deviation] = [zeros(shape, draws.dtype), zeros(shape, draws.dtype)];
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += draws.data[i * size + j]!;
    const centre = sum / n;
    let square = 0;
    for (let i = 0; i < n; i++) square += (draws.data[i * size + j]! - centre) ** 2;
    mean.data[j] = centre;
    deviation.data[j] = n > 1 ? Math.sqrt(square / (n - 1)) : 0;
  }
  return { mean, deviation: n > 1 ? deviation : undefined };
};
