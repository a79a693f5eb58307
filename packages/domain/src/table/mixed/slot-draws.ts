/** Uniform draws for the slots of rows. */
import { uniform } from "@scorefield/core";
import type { EncodeDraw } from "../../codec.ts";

const rowsAtOnce = 4096;

/**
 * Calls `use` with the draws of each row, [slots] in (0, 1), in the order of rows. Row i has the same draws however many
 * rows there are.
 * @param draw `steady`: 1/2 in place of each draw; `firstRow`: the number of the first row, which draws go by; default 0;
 *   `numbers`: those of all rows, in its place
 */
export const eachRowDraws = (
  n: number,
  slots: number,
  {
    seed,
    part,
    steady = false,
    firstRow = 0,
    numbers,
  }: EncodeDraw & { readonly firstRow?: number; readonly numbers?: readonly number[] | undefined },
  use: (u: Float64Array, i: number) => void,
): void => {
  if (steady) {
    for (let i = 0; i < n; i++) use(new Float64Array(slots).fill(0.5), i);
    return;
  }
  const atOnce = numbers ? 1 : rowsAtOnce;
  for (let start = 0; start < n; start += atOnce) {
    const count = Math.min(atOnce, n - start);
    const which = {
      seed,
      step: part,
      firstSample: numbers?.[start] ?? firstRow + start,
      purpose: "augmentation",
      dtype: "float64",
    } as const;
    const { data } = uniform([count, slots], which);
    // Draws may be 0, of which there is no normal score.
    for (let k = 0; k < data.length; k++) data[k]! += 2 ** -54;
    for (let i = 0; i < count; i++) use(data.subarray(i * slots, (i + 1) * slots), start + i);
  }
};
