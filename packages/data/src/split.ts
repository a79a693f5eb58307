/** Rows set apart from training, the same ones for the same seed. */

import { type DataType, type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import { checkArray, checkMade } from "./check-call.ts";
import { DataError } from "./errors.ts";

/** How rows are split. */
export interface SplitOptions {
  /** The share of rows held out, in (0, 1). Default 0.1. At least one row stays on either side. */
  readonly heldOut?: number | undefined;
  /** A whole number. Default 0. */
  readonly seed?: number | undefined;
}

// The finaliser of MurmurHash3 (Appleby): every input bit flips every output bit with probability near one half.
const mix = (word: number): number => {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/**
 * Positions 0 to `count` - 1 in two parts, each in ascending order: those with the smallest hash of (seed, position) are
 * held out. Use it to split arrays that belong together, such as rows and their labels.
 * @throws DataError when `count` is below 2 or `heldOut` is outside (0, 1)
 */
export const splitPositions = (
  count: number,
  { heldOut = 0.1, seed = 0 }: SplitOptions = {},
): { readonly training: Int32Array; readonly heldOut: Int32Array } => {
  if (!(heldOut > 0 && heldOut < 1)) throw new DataError({ expected: "heldOut between 0 and 1", found: `${heldOut}` });
  if (!Number.isSafeInteger(seed)) throw new DataError({ expected: "a whole number as seed", found: `${seed}` });
  if (!(count >= 2)) throw new DataError({ expected: "at least 2 rows to split", found: `${count}` });
  const low = mix(seed);
  const high = mix(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
  const keys = Float64Array.from({ length: count }, (_, i) => {
    const first = mix(i ^ low);
    return (first >>> 0) * 2 ** 21 + (mix(first ^ high ^ Math.imul(i, 0x9e3779b1)) >>> 11);
  });
  const order = Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const apart = Math.min(count - 1, Math.max(1, Math.round(count * heldOut)));
  return { heldOut: order.slice(0, apart).sort(), training: order.slice(apart).sort() };
};

/** The entries of `array` at `positions` along its first axis. @throws DataError for positions outside it */
export const takeRows = <D extends DataType>(array: NdArray<D>, positions: ArrayLike<number>): NdArray<D> => {
  checkArray("takeRows", array);
  checkMade("takeRows", positions, ["length"], "positions of rows");
  const [rows = 0, ...rest] = array.shape;
  const size = sizeOf(rest);
  const result = zeros([positions.length, ...rest], array.dtype);
  for (let i = 0; i < positions.length; i++) {
    const row = positions[i]!;
    if (!(row >= 0 && row < rows)) throw new DataError({ expected: `positions below ${rows}`, found: `${row}` });
    result.data.set(array.data.subarray(row * size, (row + 1) * size) as never, i * size);
  }
  return result;
};

/** Splits an array along its first axis, as {@link splitPositions}. */
export const splitRows = <D extends DataType>(
  array: NdArray<D>,
  options: SplitOptions = {},
): { readonly training: NdArray<D>; readonly heldOut: NdArray<D> } => {
  checkArray("splitRows", array);
  const { training, heldOut } = splitPositions(array.shape[0] ?? 0, options);
  return { training: takeRows(array, training), heldOut: takeRows(array, heldOut) };
};
