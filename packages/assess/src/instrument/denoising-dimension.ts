/** The dimension of the data around a point, from how much of the noise cannot be recovered. */

import type { ScoreModel } from "@scorefield/core";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { checkCopies, type NoisyCopiesOptions, predictNoise } from "./noisy-copies.ts";

/** Dimensions around points, [n] each. */
export interface DenoisingDimension {
  readonly dimension: NdArray<"float64">;
  /** Of the mean over draws. */
  readonly standardError: NdArray<"float64">;
}

/**
 * The loss of predicting the noise of noisy copies of a point, E|z - E[z | x_t]|^2 summed over elements. Noise along
 * normals of the data shows and is removed. Noise along its k tangents does not show. So the loss tends to k as sigma
 * falls. The dimension is a lower bound of the loss of any model (Yeats et al. 2025), so a network that errs sees too
 * many. It takes no derivative of the model.
 * @param x clean points, best not the training data, [n, ...model.shape], float32 or float64, in which the model is
 *   evaluated
 * @param options `draws` default 64
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const denoisingDimension = async (
  model: ScoreModel,
  x: NdArray,
  options: NoisyCopiesOptions = {},
): Promise<DenoisingDimension> => {
  checkCopies("denoisingDimension", model, x, options);
  const d = sizeOf(model.shape);
  const { draws = 64 } = options;
  const dimension = new Float64Array(x.shape[0] ?? 0);
  const standardError = new Float64Array(dimension.length);
  await predictNoise("denoisingDimension", model, x, { ...options, draws }, (i, z, predicted) => {
    const losses = new Float64Array(draws);
    for (const [k, value] of z.entries()) losses[Math.floor(k / d)]! += (value - predicted[k]!) ** 2;
    const mean = losses.reduce((sum, value) => sum + value, 0) / draws;
    const squares = losses.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    dimension[i] = mean;
    standardError[i] = Math.sqrt(squares / (draws - 1) / draws);
  });
  return { dimension: ndarray(dimension), standardError: ndarray(standardError) };
};
