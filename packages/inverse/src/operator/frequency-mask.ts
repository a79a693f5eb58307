/** Which frequencies are seen. */
import { ArgumentError, permutation } from "@scorefield/core";
import { type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import { coordinates } from "./coordinates.ts";

/** What a choice of frequencies is made from: a mask, or a share and how many of the lowest are always seen. */
export interface FrequencyChoice {
  readonly mask?: NdArray<"float64"> | undefined;
  readonly share?: number | undefined;
  readonly low: number;
  readonly seed: number;
}

/** How far a frequency is from 0, in periods per sample: k or n - k. */
const height = (k: number, n: number): number => Math.min(k, n - k);

/**
 * Places of the frequencies that are seen, rising, in row-major order, where frequency 0 is at index 0 of each axis.
 * @param grid sizes of the transformed axes
 * @throws ArgumentError unless either mask or share is given; for a mask of another shape, of other numbers than 0 and 1, or of zeros
 */
export const chosenFrequencies = (name: string, grid: Shape, { mask, share, low, seed }: FrequencyChoice): number[] => {
  if ((mask === undefined) === (share === undefined))
    throw new ArgumentError(`${name}: expected one of mask and share, found ${mask ? "both" : "none"}`);
  const size = sizeOf(grid);
  if (mask && (mask.shape.join() !== grid.join() || !mask.data.every((value) => value === 0 || value === 1)))
    throw new ArgumentError(
      `${name} mask: expected [${grid}] of 1 where a frequency is seen and 0 elsewhere, found [${mask.shape}]${
        mask.shape.join() === grid.join() ? " of other numbers" : ""
      }`,
    );
  const seen = mask ?? ndarray(randomFrequencies(grid, share!, low, seed), grid);
  const places = Array.from({ length: size }, (_, k) => k).filter((k) => seen.data[k] === 1);
  if (places.length === 0) throw new ArgumentError(`${name}: expected at least one frequency that is seen, found none`);
  return places;
};

const randomFrequencies = (grid: Shape, share: number, low: number, seed: number): Float64Array => {
  const size = sizeOf(grid);
  const isLow = (place: number): boolean =>
    low > 0 && coordinates(place, grid).every((k, axis) => height(k, grid[axis]!) < low);
  const seen = Float64Array.from({ length: size }, (_, k) => (isLow(k) ? 1 : 0));
  let left = Math.round(share * size) - seen.reduce((sum, value) => sum + value, 0);
  for (const place of permutation(size, { seed, purpose: "measurement" }).data) {
    if (left <= 0) break;
    if (seen[place] === 1) continue;
    seen[place] = 1;
    left--;
  }
  return seen;
};
