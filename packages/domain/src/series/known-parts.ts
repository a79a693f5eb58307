/** What is known of windows, as the condition of a model that takes it. */
import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";

/**
 * Rows of the condition `observed`: values, then flags.
 * @param encoded windows [n, channels, length] in the model's units; NaN is not known
 * @param known whether a place that has a value is known; default all
 * @returns [n, 2 channels length]
 */
export const knownParts = (
  { data, shape }: NdArray<FloatType>,
  known: (window: number, channel: number, step: number) => boolean = () => true,
): NdArray<"float32"> => {
  const [n = 0, channels = 1, length = 1] = shape;
  const size = channels * length;
  const rows = zeros([n, 2 * size]) as NdArray<"float32">;
  for (let at = 0; at < n * size; at++) {
    const value = data[at]!;
    const window = Math.floor(at / size);
    const channel = Math.floor(at / length) % channels;
    if (Number.isNaN(value) || !known(window, channel, at % length)) continue;
    rows.data[window * size + at] = value;
    rows.data[(window + 1) * size + at] = 1;
  }
  return rows;
};

/** Each row `times` times, one after the other: [n times, ...]. */
export const repeatRows = (rows: NdArray<"float32">, times: number): NdArray<"float32"> => {
  const [n = 0, size = 0] = rows.shape;
  const made = zeros([n * times, size]) as NdArray<"float32">;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < times; k++) made.data.set(rows.data.subarray(i * size, (i + 1) * size), (i * times + k) * size);
  return made;
};
