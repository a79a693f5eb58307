/** A known density as a score model: no training, and the truth to measure others by. */
import { ShapeError, type Tensor } from "@scorefield/tensor";
import type { Density, NoisyDensity } from "../density/density.ts";
import { checkMade } from "../part/check-options.ts";
import { checkProcess } from "../process/check-process.ts";
import type { Process } from "../process/process.ts";
import { checkTraced } from "./check-traced.ts";
import { checkConditionNames } from "./given.ts";
import type { Given, ScoreModel } from "./score-model.ts";

/** An exact score model, without approximation. */
export interface ExactModel extends ScoreModel {
  readonly density: Density;
  score(x: Tensor, t: Tensor, given?: Given): Tensor;
  logDensity(x: Tensor, t: Tensor, given?: Given): Tensor;
}

/**
 * The exact model of a density noised by a process.
 * @throws (when traced) ShapeError unless x is [n, ...shape] and t [n]; ArgumentError for arrays in place of tensors, and
 *   when it is given anything, since it takes no conditions
 */
export const exact = (density: Density, process: Process): ExactModel => {
  checkMade("exact density", density, ["noisy", "shape"], "a density such as gaussian({ mean: [0, 0] })");
  checkProcess("exact", process);
  const noisy = (x: Tensor, t: Tensor, given: Given = {}): NoisyDensity => {
    checkConditionNames("exact", {}, Object.keys(given));
    checkTraced(x, t);
    const expected = [t.shape[0], ...density.shape];
    if (t.rank !== 1 || x.shape.join() !== expected.join())
      throw new ShapeError(
        `exact: expected x [n${density.shape.map((size) => `, ${size}`).join("")}] and t [n], found x [${x.shape}] and t [${t.shape}]`,
      );
    return density.noisy(x, process.alpha(t), process.sigma(t));
  };
  return {
    process,
    density,
    shape: density.shape,
    denoise: (x, t, given) => noisy(x, t, given).denoised,
    score: (x, t, given) => noisy(x, t, given).score,
    logDensity: (x, t, given) => noisy(x, t, given).logDensity,
  };
};
