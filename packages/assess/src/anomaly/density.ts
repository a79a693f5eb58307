/** Anomalies by log-density: too improbable, or more or less probable than data are. */

import type { GivenValues, ScoreModel } from "@scorefield/core";
import { ArgumentError, type LogDensityOptions, logDensity } from "@scorefield/core";
import { checkArray, checkModel } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import type { AnomalyDetector } from "./detector.ts";

/** A detector by a model's log-density. */
export interface DensityDetector extends AnomalyDetector {
  /**
   * @param given what a conditional model is given for these rows, as for `logDensity`. Default: as the detector was
   *   made
   */
  score(rows: NdArray, given?: GivenValues): Promise<NdArray<"float64">>;
}

const nats = async (
  model: ScoreModel,
  rows: NdArray,
  options: LogDensityOptions,
  given: GivenValues | undefined = options.given,
): Promise<Float64Array> => {
  checkArray("logDensity rows", rows);
  const floats = (rows.dtype === "float64" ? rows : castArray(rows, "float32")) as NdArray<FloatType>;
  return Float64Array.from((await logDensity(model, floats, { ...options, ...(given && { given }) })).data);
};

/**
 * Scores by -log p, in nats: anomalies are improbable (Bishop 1994).
 * @param options of `logDensity`; a later `time` gives the density of data under more noise
 */
export const densityDetector = (model: ScoreModel, options: LogDensityOptions = {}): DensityDetector => {
  checkModel("densityDetector", model);
  return {
    recipe: { kind: "density", time: options.time ?? model.process.times.first },
    score: async (rows, given) => ndarray((await nats(model, rows, options, given)).map((value) => -value)),
  };
};

/**
 * How untypical log-densities are: their distance from the mean log-density of data, in standard deviations of the
 * log-densities of data (Nalisnick et al. 2019, for single points). In many dimensions data lie where the log-density
 * is near its mean. A more probable point is then as untypical as a less probable one.
 * @param logDensity [n] @param reference log-densities of data, best of data that the model was not trained on, [m], m > 1
 * @returns [n]
 * @throws ShapeError for other shapes; ArgumentError for a reference without spread
 */
export const typicality = (logDensity: NdArray, reference: NdArray): NdArray<"float64"> => {
  checkArray("typicality logDensity", logDensity);
  checkArray("typicality reference", reference);
  const m = reference.data.length;
  if (reference.shape.length !== 1 || logDensity.shape.length !== 1 || m < 2)
    throw new ShapeError(
      `typicality: expected log-densities [n] and a reference [m] of at least 2, found [${logDensity.shape}] and [${reference.shape}]`,
    );
  const known = Float64Array.from(reference.data as Float64Array, Number);
  const mean = known.reduce((sum, value) => sum + value, 0) / m;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (m - 1));
  if (!(deviation > 0 && Number.isFinite(deviation)))
    throw new ArgumentError(`typicality: expected a reference with spread, found a deviation of ${deviation}`);
  return ndarray(
    Float64Array.from(logDensity.data as Float64Array, (value) => Math.abs(Number(value) - mean) / deviation),
  );
};

/**
 * Scores by {@link typicality}, against the log-densities of reference data.
 * @param reference rows, [m, ...model.shape]
 * @param options of `logDensity`; `given` is what the model is given for the reference
 */
export const typicalityDetector = async (
  model: ScoreModel,
  reference: NdArray,
  options: LogDensityOptions = {},
): Promise<DensityDetector> => {
  const known = ndarray(await nats(model, reference, options));
  return {
    recipe: { kind: "typicality", time: options.time ?? model.process.times.first },
    score: async (rows, given) => typicality(ndarray(await nats(model, rows, options, given)), known),
  };
};
