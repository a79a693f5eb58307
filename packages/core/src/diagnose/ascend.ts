/** Following the field uphill, to the modes: Newton's method where Jacobians are affordable, else gradient ascent. */
import { type FloatType, sizeOf } from "@scorefield/tensor";
import { symmetricEigen } from "../density/symmetric-eigen.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { score } from "../model/tweedie.ts";
import { compileField, type InstrumentOptions, withField } from "./field.ts";
import { scoreAndProduct, transposed, withUnitVectors } from "./jacobian.ts";

export interface AscentSettings extends InstrumentOptions {
  readonly time: number;
  readonly dtype: FloatType;
  /** Steps at most. */
  readonly iterations: number;
  /** A point stays where its step is shorter than this many sigma sqrt(d). */
  readonly tolerance: number;
}

/** Where points came to rest. */
export interface Ascent {
  /** [n, d] */
  readonly ends: Float64Array;
  /** Whether the last step was within the tolerance, [n]. */
  readonly converged: readonly boolean[];
}

const mostNewton = 16;

/** Whether points in so many dimensions ascend by Newton's method. */
export const newtonFits = (d: number): boolean => d <= mostNewton;

/** Shortens a step to a length. */
const limit = (step: Float64Array, longest: number): { step: Float64Array; length: number } => {
  const length = Math.hypot(...step);
  return length > longest
    ? { step: step.map((value) => (value * longest) / length), length: longest }
    : { step, length };
};

/**
 * The step sum of v <v, s> / |lambda| over the eigenvectors of the symmetric part of the Jacobian: Newton's to a maximum
 * where all are negative, uphill in every direction elsewhere, so that saddles repel (Dauphin et al. 2014).
 */
const newtonStep = (slope: Float64Array, jacobian: Float64Array, least: number): Float64Array => {
  const d = slope.length;
  const symmetric = jacobian.map((value, k) => (value + jacobian[(k % d) * d + Math.floor(k / d)]!) / 2);
  const { values, vectors } = symmetricEigen(symmetric, d);
  const step = new Float64Array(d);
  for (let k = 0; k < d; k++) {
    let along = 0;
    for (let j = 0; j < d; j++) along += vectors[j * d + k]! * slope[j]!;
    const factor = along / Math.max(Math.abs(values[k]!), least);
    for (let j = 0; j < d; j++) step[j]! += factor * vectors[j * d + k]!;
  }
  return step;
};

/** Slopes, and Jacobians where Newton's method is used, at points [n, d]. */
const compileSlopes = async (model: ScoreModel, rows: number, settings: AscentSettings) => {
  const d = sizeOf(model.shape);
  const newton = newtonFits(d);
  const options = { ...settings, name: "ascent", rows: newton ? rows * d : rows, vectors: newton ? 1 : 0 };
  return newton
    ? compileField(model, scoreAndProduct(model), options)
    : compileField(model, (x, t) => ({ score: score(model, x, t) }), options);
};

/**
 * Moves points uphill on log p_t until they rest. No step is longer than sigma sqrt(d) / 2, half the scale below which
 * p_t has no features, so that a point stays in the basin it starts in.
 *
 * Up to 16 dimensions steps are Newton's; beyond, the gradient times the length of Barzilai & Borwein 1988, which is the
 * inverse of the curvature along the last step, from the first step sigma^2: the mean shift, which never descends.
 * @param starts [n, d]
 */
export const ascend = async (model: ScoreModel, starts: Float64Array, settings: AscentSettings): Promise<Ascent> => {
  const d = sizeOf(model.shape);
  const count = starts.length / d;
  const { time, iterations, tolerance } = settings;
  const sigma = model.process.sigma(time);
  const scale = sigma * Math.sqrt(d);
  const ends = starts.slice();
  const converged = new Array<boolean>(count).fill(false);
  if (count === 0) return { ends, converged };
  const before = new Map<number, { step: Float64Array; slope: Float64Array }>();
  const newton = newtonFits(d);
  await withField(compileSlopes(model, count, settings), async (field) => {
    for (let round = 0; round < iterations; round++) {
      const active = converged.flatMap((done, i) => (done ? [] : [i]));
      if (active.length === 0) break;
      const points = new Float64Array(active.length * d);
      for (const [k, i] of active.entries()) points.set(ends.subarray(i * d, (i + 1) * d), k * d);
      const expanded = newton ? withUnitVectors(points, d) : { rows: points, units: undefined };
      const found = (await (expanded.units
        ? field.at(expanded.rows, time, expanded.units)
        : field.at(expanded.rows, time))) as Record<"score" | "product", Float64Array>;
      const matrices = newton ? transposed(found.product, d) : undefined;
      const stride = newton ? d * d : d;
      for (const [k, i] of active.entries()) {
        const slope = found.score.slice(k * stride, k * stride + d);
        let step: Float64Array;
        if (matrices) step = newtonStep(slope, matrices.subarray(k * d * d, (k + 1) * d * d), 1e-6 / sigma ** 2);
        else {
          const last = before.get(i);
          let [square, curvature] = [0, 0];
          if (last)
            for (let j = 0; j < d; j++) {
              square += last.step[j]! ** 2;
              curvature -= last.step[j]! * (slope[j]! - last.slope[j]!);
            }
          const eta = !last ? sigma ** 2 : curvature > 0 ? square / curvature : Number.POSITIVE_INFINITY;
          // Where the field does not bend back, as far as is allowed.
          const most = scale / 2 / Math.max(Math.hypot(...slope), Number.MIN_VALUE);
          step = slope.map((value) => value * Math.min(eta, most));
        }
        const { step: taken, length } = limit(step, scale / 2);
        for (let j = 0; j < d; j++) ends[i * d + j]! += taken[j]!;
        before.set(i, { step: taken, slope });
        converged[i] = length <= tolerance * scale;
      }
    }
  });
  return { ends, converged };
};
