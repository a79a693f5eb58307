/** The Jacobian of the score: the Hessian of log p_t, if the field is a gradient. */

import type { ScoreModel } from "@scorefield/core";
import { score } from "@scorefield/core";
import { jvp, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";

/** The score, and J v for each point's vector. */
export const scoreAndProduct =
  (model: ScoreModel) =>
  (x: Tensor, t: Tensor, [v]: readonly Tensor[]): { score: Tensor; product: Tensor } => {
    const [value, product] = jvp((at: Tensor) => score(model, at, t), x, v!);
    return { score: value, product };
  };

/** Every point `size` times, with the unit vectors: the rows whose products are whole Jacobians. */
export const withUnitVectors = (points: Float64Array, size: number): { rows: Float64Array; units: Float64Array } => {
  const count = points.length / size;
  const rows = new Float64Array(count * size * size);
  const units = new Float64Array(count * size * size);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < size; j++) {
      const row = (i * size + j) * size;
      rows.set(points.subarray(i * size, (i + 1) * size), row);
      units[row + j] = 1;
    }
  return { rows, units };
};

/** Transposes each of the matrices [n, d, d]: products with unit vectors are columns. */
export const transposed = (matrices: Float64Array, d: number): Float64Array => {
  const result = new Float64Array(matrices.length);
  for (let at = 0; at < matrices.length; at += d * d)
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) result[at + i * d + j] = matrices[at + j * d + i]!;
  return result;
};

/**
 * J[i, a, b] = d score_a / d x_b at each point, by forward differentiation: d evaluations for each.
 * @param x points of the noisy space x_t, [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @returns [n, d, d] with d the elements of a sample
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const jacobians = async (
  model: ScoreModel,
  x: NdArray,
  options: InstrumentOptions = {},
): Promise<NdArray<"float64">> => {
  const time = checkTime("jacobians", model, options.time);
  const { count, data } = flatPoints("jacobians", model, x);
  const size = count === 0 ? 0 : data.length / count;
  if (count === 0) return ndarray(new Float64Array(0), [0, 0, 0]);
  const { rows, units } = withUnitVectors(data, size);
  const settings = { ...options, name: "jacobians", dtype: floatType(x), rows: count * size, vectors: 1 };
  return withField(compileField(model, scoreAndProduct(model), settings), async (field) => {
    const { product } = await field.at(rows, time, units);
    return ndarray(transposed(product, size), [count, size, size]);
  });
};
