/** The dimension of the data around a point, from how its log-density falls as noise grows. */

import type { ScoreModel } from "@scorefield/core";
import { rademacher } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";
import { scoreAndProduct, withUnitVectors } from "./jacobian.ts";

/** Options of {@link flipd}. */
export interface FlipdOptions extends InstrumentOptions {
  /**
   * The exact divergence, or Hutchinson's estimate by a number of probes. Default exact up to 64 elements, beyond that
   * 8.
   */
  readonly probes?: "exact" | number;
  /** Of the probes, default 0. */
  readonly seed?: number;
}

const mostExact = 64;

/**
 * FLIPD (Kamkari et al. 2024, equation 14), with points scaled by alpha and no noise added:
 *
 *     d + sigma^2 (div s + |s|^2)  at  alpha x
 *
 * which is d + d log p_sigma / d log sigma by the heat equation. It tends to the dimension k as sigma falls: a density
 * on k dimensions smeared out over d falls as sigma^(k - d). Under much noise it forgets fine structure, so that a
 * curve over noise levels is a dimension at every scale.
 * @param x clean points, [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @returns [n]; not rounded, and not kept within [0, d]
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const flipd = async (model: ScoreModel, x: NdArray, options: FlipdOptions = {}): Promise<NdArray<"float64">> => {
  const time = checkTime("flipd", model, options.time);
  const { count, data } = flatPoints("flipd", model, x);
  const d = sizeOf(model.shape);
  const { probes = d <= mostExact ? "exact" : 8, seed = 0 } = options;
  const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
  const dimension = new Float64Array(count).fill(d);
  if (count === 0) return ndarray(dimension);
  const rounds = probes === "exact" ? 1 : probes;
  checkWhole("flipd probes", rounds);
  const points = data.map((value) => alpha * value);
  const rows = probes === "exact" ? count * d : count;
  const settings = { ...options, name: "flipd", dtype: floatType(x), rows, expected: rows * rounds, vectors: 1 };
  return withField(compileField(model, scoreAndProduct(model), settings), async (field) => {
    for (let round = 0; round < rounds; round++) {
      const asked =
        probes === "exact"
          ? withUnitVectors(points, d)
          : {
              rows: points,
              units: Float64Array.from(rademacher([count, d], { seed, step: round, purpose: "probe" }).data),
            };
      const { score, product } = await field.at(asked.rows, time, asked.units);
      const each = asked.rows.length / count;
      for (let i = 0; i < count; i++) {
        let [divergence, square] = [0, 0];
        for (let k = i * each; k < (i + 1) * each; k++) divergence += asked.units[k]! * product[k]!;
        for (let k = i * each; k < i * each + d; k++) square += score[k]! ** 2;
        dimension[i]! += (sigma ** 2 * (divergence + square)) / rounds;
      }
    }
    return ndarray(dimension);
  });
};
