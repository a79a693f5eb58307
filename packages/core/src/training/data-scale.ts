/** Whether data are of the scale that a preconditioning is made for. */
import { sizeOf } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Preconditioning } from "../model/preconditioning.ts";
import type { Dataset } from "./dataset.ts";

// Scales within this factor are learnt, if worse. Beyond it noise and data never have the same scale.
const mostFactor = 100;
const mostRows = 1024;
const mostNumbers = 2 ** 20;

/** Root mean squares of some samples spread over the data: of the one in the middle, and of all together. */
const sampledScales = async ({ count, shape, read }: Dataset): Promise<{ middle: number; all: number }> => {
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / sizeOf(shape)), count));
  const rows = Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
  const { data } = await read(rows);
  const squares = Float64Array.from({ length: most }, (_, i) => {
    let sum = 0;
    for (let j = i * sizeOf(shape); j < (i + 1) * sizeOf(shape); j++) sum += (data[j]! || 0) ** 2;
    return sum / sizeOf(shape);
  }).sort();
  const mean = squares.reduce((sum, square) => sum + square, 0) / most;
  return { middle: Math.sqrt(squares[most >> 1]!), all: Math.sqrt(mean) };
};

/**
 * Refuses data in memory whose scale is more than 100 times above or below the scale of the preconditioning. Noise that
 * suits data of unit scale is negligible for far larger ones, and hides far smaller ones. Data are too large if a sample in
 * the middle is: a single extreme one is found by its loss. They are too small if all samples together are, so that many
 * zeros among them are fine. Data that are all 0 have no scale, and are taken.
 * @throws ArgumentError saying by what to divide
 */
export const checkDataScale = async (data: Dataset, { recipe }: Preconditioning): Promise<void> => {
  const deviation = typeof recipe.sigmaData === "number" ? recipe.sigmaData : 1;
  const { middle, all } = await sampledScales(data);
  const large = middle > mostFactor * deviation;
  const small = all > 0 && all < deviation / mostFactor;
  if (!large && !small) return;
  throw new ArgumentError(
    `train data: expected values of about the scale of the preconditioning, which is ${deviation}, found a root mean square of ${(large ? middle : all).toPrecision(3)}; ` +
      "standardise the data, or divide them by this, and undo that on the samples; where the process adds noise of that size, give the preconditioning its sigmaData",
  );
};
