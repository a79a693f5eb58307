/** The dimension of the data around a point, from the directions that the score takes near it. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError } from "@scorefield/core";
import { symmetricEigenvalues } from "@scorefield/core/internal";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { checkCopies, type NoisyCopiesOptions, predictNoise } from "./noisy-copies.ts";

/** Dimensions around points, and the spectra they were read from. */
export interface NormalBundle {
  /** Whole numbers from 1 to d - 1, [n]. */
  readonly dimension: NdArray<"float64">;
  /**
   * Singular values of sigma times the scores at the noisy copies, over the root of their number, in descending order,
   * [n, d]. About 1 for a normal direction and nearly 0 for a tangent direction.
   */
  readonly singularValues: NdArray<"float64">;
}

/**
 * Normal-bundle spectra (Stanczuk et al. 2022, algorithm 1): near the data, under little noise, the score points back along
 * normals. So the scores at noisy copies of a point have large singular values for the d - k normal directions and
 * small ones for the k tangent directions. The largest gap between successive ones gives k. It always sees some
 * dimension between 1 and d - 1: look at the spectrum.
 * @param x clean points, [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @param options `draws` is at least twice the number of elements of a sample: among fewer scores some combination is
 *   always small. Default 4 times the number of elements, at least 100
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const normalBundle = async (
  model: ScoreModel,
  x: NdArray,
  options: NoisyCopiesOptions = {},
): Promise<NormalBundle> => {
  checkCopies("normalBundle", model, x, options);
  const d = sizeOf(model.shape);
  if (d < 2) throw new ArgumentError("normalBundle: expected samples of at least two numbers, found one");
  const { draws = Math.max(4 * d, 100) } = options;
  if (draws < 2 * d)
    throw new ArgumentError(`normalBundle: expected at least two draws for each of ${d} dimensions, found ${draws}`);
  const count = x.shape[0] ?? 0;
  const dimension = new Float64Array(count);
  const singularValues = new Float64Array(count * d);
  await predictNoise("normalBundle", model, x, { ...options, draws }, (i, _, predicted) => {
    const gram = new Float64Array(d * d);
    for (let k = 0; k < draws; k++)
      for (let a = 0; a < d; a++) {
        const value = predicted[k * d + a]! / draws;
        for (let b = 0; b <= a; b++) gram[a * d + b]! += value * predicted[k * d + b]!;
      }
    const values = symmetricEigenvalues(gram, d).map((value) => Math.sqrt(Math.max(0, value)));
    singularValues.set(values, i * d);
    let widest = 0;
    for (let k = 1; k < d - 1; k++) if (values[k]! - values[k + 1]! > values[widest]! - values[widest + 1]!) widest = k;
    dimension[i] = d - 1 - widest;
  });
  return { dimension: ndarray(dimension), singularValues: ndarray(singularValues, [count, d]) };
};
