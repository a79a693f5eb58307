/** Two images, or lists of images, that are compared number by number. */
import { ArgumentError } from "@scorefield/core";
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** What values can be: [lowest, highest]. */
export type ValueRange = readonly [low: number, high: number];

/**
 * @returns highest less lowest
 * @throws ArgumentError unless two finite numbers, the second above the first
 */
export const rangeWidth = (owner: string, range: ValueRange): number => {
  const [low, high] = Array.isArray(range) ? range : [];
  if (typeof low === "number" && typeof high === "number" && high > low && Number.isFinite(high - low))
    return high - low;
  throw new ArgumentError(
    `${owner} range: expected the lowest and highest value there can be, such as [-1, 1], found ${showValue(range)}`,
  );
};

/** @throws ArgumentError unless both are arrays; ShapeError unless they have the same shape, with numbers in it */
export const checkPair = (owner: string, restored: NdArray, truth: NdArray): void => {
  checkArray(`${owner} restored`, restored);
  checkArray(`${owner} truth`, truth);
  if (restored.shape.join() === truth.shape.join() && truth.data.length > 0) return;
  throw new ShapeError(
    `${owner}: expected a restored array of the truth's shape [${truth.shape.join(", ")}], found [${restored.shape.join(", ")}]`,
  );
};
