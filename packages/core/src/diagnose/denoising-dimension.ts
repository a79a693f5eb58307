/** The dimension of the data around a point, from how much of the noise cannot be told. */
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { noise } from "../model/tweedie.ts";
import { checkModel, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";
import { noisyCopies } from "./noisy-copies.ts";

export interface DenoisingDimensionOptions extends InstrumentOptions {
  /** Noisy copies of each point, default 64. */
  readonly draws?: number;
  /** Of the noise, default 0. */
  readonly seed?: number;
}

/** Dimensions around points, [n] each. */
export interface DenoisingDimension {
  readonly dimension: NdArray<"float64">;
  /** Of the mean over draws. */
  readonly standardError: NdArray<"float64">;
}

/**
 * The loss of predicting the noise of noisy copies of a point, E|z - E[z | x_t]|^2 summed over elements: noise along
 * normals of the data shows and is removed, noise along its k tangents does not, so the loss tends to k as sigma falls.
 * (Yeats et al. 2025 show that the dimension is a lower bound of the loss of any model, so a network that errs sees too
 * many.) It takes no derivative of the model.
 * @param x clean points, best not those of training, [n, ...model.shape], float32 or float64, in which the model is
 *   evaluated
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const denoisingDimension = async (
  model: ScoreModel,
  x: NdArray,
  options: DenoisingDimensionOptions = {},
): Promise<DenoisingDimension> => {
  const time = checkModel("denoisingDimension", model, options.time);
  const { count, data } = flatPoints("denoisingDimension", model, x);
  const d = sizeOf(model.shape);
  const { draws = 64, seed = 0 } = options;
  checkWhole("denoisingDimension draws", draws);
  const dimension = new Float64Array(count);
  const standardError = new Float64Array(count);
  const settings = { ...options, name: "denoising", dtype: floatType(x), rows: draws, expected: count * draws };
  const quantities = compileField(model, (at, t) => ({ noise: noise(model, at, t) }), settings);
  await withField(quantities, async (field) => {
    for (let i = 0; i < count; i++) {
      const point = { data: data.subarray(i * d, (i + 1) * d), index: i };
      const { points, noise: z } = noisyCopies(model, point, { time, draws, seed });
      const { noise: found } = await field.at(points, time);
      const losses = new Float64Array(draws);
      for (const [k, value] of z.entries()) losses[Math.floor(k / d)]! += (value - found[k]!) ** 2;
      const mean = losses.reduce((sum, value) => sum + value, 0) / draws;
      const squares = losses.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      dimension[i] = mean;
      standardError[i] = Math.sqrt(squares / (draws - 1) / draws);
    }
  });
  return { dimension: ndarray(dimension), standardError: ndarray(standardError) };
};
