/** Following the field uphill, to the modes: Newton's method where Jacobians are affordable, else a quasi-Newton one. */

import type { ScoreModel } from "@scorefield/core";
import { score } from "@scorefield/core";
import { symmetricEigen } from "@scorefield/core/internal";
import { type FloatType, sizeOf } from "@scorefield/tensor";
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
const shortInTurn = 3;

/** Whether points in this many dimensions ascend by Newton's method. */
export const newtonFits = (d: number): boolean => d <= mostNewton;

/** Shortens a step to a length. */
const limit = (step: Float64Array, longest: number): Float64Array => {
  const length = Math.hypot(...step);
  return length > longest ? step.map((value) => (value * longest) / length) : step;
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

/** Steps of one point, with the fall of the slope along each. */
type History = { readonly step: Float64Array; readonly fall: Float64Array; readonly curvature: number }[];

const remembered = 8;

const inner = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
};

/** The slope times the estimate of the inverse Jacobian from the last steps (Nocedal & Wright 2006, algorithm 7.4). */
const quasiNewtonStep = (slope: Float64Array, history: History): Float64Array => {
  const d = slope.length;
  const q = slope.slice();
  const shares = new Float64Array(history.length);
  for (let k = history.length - 1; k >= 0; k--) {
    const { step, fall, curvature } = history[k]!;
    shares[k] = inner(step, q) / curvature;
    for (let j = 0; j < d; j++) q[j]! -= shares[k]! * fall[j]!;
  }
  const last = history.at(-1)!;
  const scale = last.curvature / inner(last.fall, last.fall);
  for (let j = 0; j < d; j++) q[j]! *= scale;
  for (const [k, { step, fall, curvature }] of history.entries()) {
    const share = shares[k]! - inner(fall, q) / curvature;
    for (let j = 0; j < d; j++) q[j]! += share * step[j]!;
  }
  return q;
};

/** Makes the steps of one point: the mean shift first, then as far as allowed where the field does not bend back. */
const follower = (sigma: number, longest: number) => {
  const history: History = [];
  let before: { step: Float64Array; slope: Float64Array } | undefined;
  return (slope: Float64Array): Float64Array => {
    let convex = true;
    if (before) {
      const { step, slope: old } = before;
      const fall = old.map((value, j) => value - slope[j]!);
      const curvature = inner(step, fall);
      convex = curvature > 1e-12 * Math.hypot(...step) * Math.hypot(...fall);
      if (convex) history.push({ step, fall, curvature });
      else history.length = 0;
      if (history.length > remembered) history.shift();
    }
    const length = Math.max(Math.hypot(...slope), Number.MIN_VALUE);
    let step: Float64Array = slope.map((value) => value * (convex ? sigma ** 2 : longest / length));
    if (history.length > 0) {
      const quasi = quasiNewtonStep(slope, history);
      if (inner(quasi, slope) > 0) step = quasi;
    }
    step = limit(step, longest);
    before = { step, slope };
    return step;
  };
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
 * Up to 16 dimensions steps are Newton's. Beyond, they come from a limited-memory quasi-Newton method (Liu & Nocedal
 * 1989) that begins with the mean shift sigma^2 score, which never descends. A point has come to rest after three short
 * steps in turn, since one may be short by chance.
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
  const followers = Array.from({ length: count }, () => follower(sigma, scale / 2));
  const shortSteps = new Int32Array(count);
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
        const step = matrices
          ? limit(newtonStep(slope, matrices.subarray(k * d * d, (k + 1) * d * d), 1e-6 / sigma ** 2), scale / 2)
          : followers[i]!(slope);
        for (let j = 0; j < d; j++) ends[i * d + j]! += step[j]!;
        shortSteps[i] = Math.hypot(...step) <= tolerance * scale ? shortSteps[i]! + 1 : 0;
        converged[i] = shortSteps[i]! >= (newton ? 1 : shortInTurn);
      }
    }
  });
  return { ends, converged };
};
