/** Whether data are of the scale that a preconditioning is made for. */
import { sizeOf } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Preconditioning } from "../model/preconditioning.ts";
import type { Dataset } from "./dataset.ts";

// Scales within this factor are learnt, if worse. Beyond it noise and data never have the same scale.
const mostFactor = 100;
const mostRows = 1024;
const mostNumbers = 2 ** 20;

/** The root mean square of some samples spread over the data. */
const sampledScale = async ({ count, shape, read }: Dataset): Promise<number> => {
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / sizeOf(shape)), count));
  const rows = Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
  const { data } = await read(rows);
  // Around the median square: one extreme row is found by its loss, not by this.
  const squares = Float64Array.from({ length: most }, (_, i) => {
    let sum = 0;
    for (let j = i * sizeOf(shape); j < (i + 1) * sizeOf(shape); j++) sum += data[j]! ** 2;
    return sum / sizeOf(shape);
  }).sort();
  return Math.sqrt(squares[most >> 1]!);
};

/**
 * Refuses data in memory whose scale is far beyond the scale of the preconditioning: noise that suits data of unit
 * scale is negligible for them. The scale is the root mean square of a sample in the middle, at least 100 times off.
 * @throws ArgumentError saying by what to divide
 */
export const checkDataScale = async (data: Dataset, { recipe }: Preconditioning): Promise<void> => {
  const deviation = typeof recipe.sigmaData === "number" ? recipe.sigmaData : 1;
  const scale = await sampledScale(data);
  if (scale <= mostFactor * deviation) return;
  throw new ArgumentError(
    `train data: expected values of about the scale of the preconditioning, which is ${deviation}, found a root mean square of ${scale.toPrecision(3)}; ` +
      "standardise the data, or divide them by this, and undo that on the samples; where the process adds noise of that size, give the preconditioning its sigmaData",
  );
};
