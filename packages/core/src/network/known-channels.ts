/** What is known of each place of a signal, an image or a volume, as channels beside its own. */
import { concat, type Shape, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";
import { rowsOrZeros } from "./conditions.ts";
import type { Conditions } from "./network.ts";

/**
 * How many channels numbers of what is known make.
 * @param shape [channels, ...places] of a sample
 * @throws ShapeError unless there are as many for each place
 */
export const knownChannels = (owner: string, observed: number, [, ...places]: Shape): number => {
  const channels = observed / sizeOf(places);
  if (!Number.isInteger(channels))
    throw new ShapeError(
      `${owner} observed: expected a multiple of the ${sizeOf(places)} places of a sample, found ${observed}`,
    );
  return channels;
};

/**
 * Samples [n, channels, ...places] with what is known of them [n, observed] as further channels, zeros where nothing is given.
 * @throws ShapeError for rows of another shape
 */
export const withKnownChannels = (owner: string, x: Tensor, conditions: Conditions, observed: number): Tensor => {
  if (observed === 0) return x;
  const [n, ...shape] = x.shape as [number, ...number[]];
  const channels = knownChannels(owner, observed, shape);
  const rows = rowsOrZeros("observed", conditions, x, observed);
  return concat([x, rows.reshape([n, channels, ...shape.slice(1)])], 1);
};
