/** How often intervals of draws hold the truth. */
import { ArgumentError } from "@scorefield/core";
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError, sizeOf } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** Shares of numbers whose truth lies within an interval of the draws. */
export interface IntervalCoverage {
  /** What right draws of this number have: their intervals end at two of the draws, so it is close to the level and not equal to it. */
  readonly expected: number;
  /** Found share, 0 to 1. */
  readonly found: number;
  /** Numbers that were compared. Those that all draws and the truth agree on are left out. */
  readonly count: number;
}

/**
 * Share of the numbers of `truth` that lie within the central interval of the draws, each number for itself. Neighbours in one image
 * depend on each other: the share of one image scatters much more than that of as many independent numbers.
 * @param draws [draws, ...shape], 2 or more
 * @param truth [...shape]
 * @param level share that intervals hold, 0 to 1; default 0.9
 * @throws ArgumentError | ShapeError for draws of another shape, for fewer than 2, and for a level that is not between 0 and 1
 */
export const intervalCoverage = (draws: NdArray, truth: NdArray, level = 0.9): IntervalCoverage => {
  const owner = "intervalCoverage";
  checkArray(`${owner} draws`, draws);
  checkArray(`${owner} truth`, truth);
  const [n = 0, ...shape] = draws.shape;
  if (shape.join() !== truth.shape.join() || n < 2)
    throw new ShapeError(
      `${owner}: expected 2 or more draws of the truth's shape, [n, ${truth.shape.join(", ")}], found [${draws.shape.join(", ")}]`,
    );
  if (!(level > 0 && level < 1))
    throw new ArgumentError(`${owner} level: expected a share between 0 and 1, such as 0.9, found ${showValue(level)}`);
  const size = sizeOf(shape);
  // Of n + 1 equally likely ranks of the truth among the draws, the middle ones are within.
  const outside = Math.min(Math.floor((n - 1) / 2), Math.max(1, Math.round(((1 - level) / 2) * (n + 1))));
  let [within, count] = [0, 0];
  for (let j = 0; j < size; j++) {
    const value = Number(truth.data[j]);
    let [below, above] = [0, 0];
    for (let i = 0; i < n; i++) {
      const drawn = Number(draws.data[i * size + j]);
      if (drawn < value) below++;
      else if (drawn > value) above++;
    }
    if (below + above === 0) continue;
    count++;
    const equal = n - below - above;
    // A truth equal to draws has one of the ranks that they span: the share of those that are within.
    for (let rank = below; rank <= below + equal; rank++)
      if (rank >= outside && rank <= n - outside) within += 1 / (equal + 1);
  }
  return { expected: (n + 1 - 2 * outside) / (n + 1), found: count ? within / count : 1, count };
};
