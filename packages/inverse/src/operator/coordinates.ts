/** Places in row-major order, and their coordinates along the axes of a shape. */
import type { Shape } from "@scorefield/tensor";

/** The coordinates of a place. */
export const coordinates = (place: number, shape: Shape): number[] => {
  let rest = place;
  return shape
    .toReversed()
    .map((size) => {
      const coordinate = rest % size;
      rest = Math.floor(rest / size);
      return coordinate;
    })
    .reverse();
};

/** The place of coordinates, each from 0 to below the size of its axis. */
export const placeAt = (coordinates: readonly number[], shape: Shape): number =>
  coordinates.reduce((place, coordinate, axis) => place * shape[axis]! + coordinate, 0);
