/** Modes, saddles and minima of the density, as points where the score vanishes. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError, normal } from "@scorefield/core";
import { checkPositive, checkWhole, solve, symmetricEigenvalues } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, ndarray, sizeOf, type Tensor } from "@scorefield/tensor";
import { ascend, newtonFits } from "./ascend.ts";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";
import { jacobians, scoreAndProduct, transposed, withUnitVectors } from "./jacobian.ts";

/** Options of {@link stationaryPoints}. */
export interface StationaryOptions extends InstrumentOptions {
  /** Look for saddles and minima too, between the modes; up to 16 dimensions. Default false. */
  readonly saddles?: boolean;
  /** Steps at most, default 200. */
  readonly iterations?: number;
  /** A point has come to rest where its step is shorter than this many sigma sqrt(d). Default 1e-3. */
  readonly tolerance?: number;
  /** Points nearer to each other than this many sigma sqrt(d) are one. Default 0.2. */
  readonly merge?: number;
}

/** A point where the score vanishes. */
export interface StationaryPoint {
  /** [d] */
  readonly point: Float64Array;
  readonly kind: "mode" | "saddle" | "minimum" | "flat";
  /**
   * Of the symmetric part of the Jacobian, descending, in 1 / data squared. Up to 64 dimensions all d, beyond that the
   * greatest alone, by power iteration. `flat` is a greatest one within 1e-4 / sigma^2 of 0.
   */
  readonly eigenvalues: Float64Array;
  /** How many starts came here. */
  readonly starts: number;
}

/** What was found from a set of starts. */
export interface StationaryPoints {
  /** Modes first, those that most starts led to before others. */
  readonly points: readonly StationaryPoint[];
  /** For each start the index of the mode (or flat point) that it ascends to. -1 where it did not come to rest. */
  readonly basin: Int32Array;
}

const mostEigenvalues = 64;
const powerRounds = 100;

/** Points that are one, by the first of them: each point's group, and the mean of each group. */
const mergePoints = (
  points: readonly Float64Array[],
  distance: number,
): { groups: number[]; centres: Float64Array[] } => {
  const centres: Float64Array[] = [];
  const groups = points.map((point) => {
    const near = centres.findIndex((centre) => Math.hypot(...point.map((value, j) => value - centre[j]!)) < distance);
    if (near >= 0) return near;
    centres.push(point);
    return centres.length - 1;
  });
  return { groups, centres };
};

/** Points of d numbers one after the other, [n, d]. */
const joined = (points: readonly Float64Array[], d: number): Float64Array => {
  const all = new Float64Array(points.length * d);
  for (const [k, point] of points.entries()) all.set(point, k * d);
  return all;
};

interface Search {
  readonly time: number;
  readonly dtype: FloatType;
  readonly iterations: number;
  readonly tolerance: number;
}

/** Newton's method proper, x - J^-1 s, which goes to any stationary point that is near. */
const newton = async (
  model: ScoreModel,
  starts: readonly Float64Array[],
  search: Search & InstrumentOptions,
): Promise<Float64Array[]> => {
  const { time, dtype, iterations, tolerance } = search;
  const d = sizeOf(model.shape);
  const scale = model.process.sigma(time) * Math.sqrt(d);
  const found: Float64Array[] = [];
  let active = starts.map((start) => start.slice());
  if (active.length === 0) return found;
  const settings = { ...search, name: "newton", dtype, rows: active.length * d, vectors: 1 };
  await withField(compileField(model, scoreAndProduct(model), settings), async (field) => {
    for (let round = 0; round < iterations && active.length > 0; round++) {
      const points = joined(active, d);
      const { rows, units } = withUnitVectors(points, d);
      const { score, product } = await field.at(rows, time, units);
      const matrices = transposed(product, d);
      active = active.filter((point, k) => {
        const slope = score.subarray(k * d * d, k * d * d + d);
        const step = solve(matrices.subarray(k * d * d, (k + 1) * d * d), slope);
        if (!step) return false;
        const length = Math.hypot(...step);
        const share = Math.min(1, scale / Math.max(length, Number.MIN_VALUE));
        for (let j = 0; j < d; j++) point[j]! -= share * step[j]!;
        if (length > tolerance * scale) return point.every(Number.isFinite);
        found.push(point);
        return false;
      });
    }
  });
  return found;
};

/** The greatest eigenvalue of the Jacobian's symmetric part: power iteration on sigma^2 J + I, which for a score has none below 0. */
const greatestEigenvalues = async (
  model: ScoreModel,
  points: readonly Float64Array[],
  { time, ...options }: Search & InstrumentOptions,
): Promise<Float64Array[]> => {
  const d = sizeOf(model.shape);
  const square = model.process.sigma(time) ** 2;
  const all = joined(points, d);
  let v: Float64Array = normal([points.length, d], { seed: 0, purpose: "probe", dtype: "float64" }).data;
  const values = new Float64Array(points.length);
  const settings = { ...options, name: "power iteration", rows: points.length, vectors: 1 };
  await withField(
    compileField(model, (x: Tensor, t: Tensor, w) => ({ product: scoreAndProduct(model)(x, t, w).product }), settings),
    async (field) => {
      for (let round = 0; round < powerRounds; round++) {
        for (let k = 0; k < points.length; k++) {
          const row = v.subarray(k * d, (k + 1) * d);
          const length = Math.hypot(...row);
          for (let j = 0; j < d; j++) row[j]! /= length;
        }
        const { product } = await field.at(all, time, v);
        const next = v.map((value, k) => value + square * product[k]!);
        for (let k = 0; k < points.length; k++) {
          values[k] = 0;
          for (let j = k * d; j < (k + 1) * d; j++) values[k]! += v[j]! * product[j]!;
        }
        v = next;
      }
    },
  );
  return Array.from(values, (value) => Float64Array.of(value));
};

const eigenvaluesAt = async (
  model: ScoreModel,
  points: readonly Float64Array[],
  search: Search & InstrumentOptions,
): Promise<Float64Array[]> => {
  const d = sizeOf(model.shape);
  if (points.length === 0) return [];
  if (d > mostEigenvalues) return greatestEigenvalues(model, points, search);
  const all = joined(points, d);
  const x = castArray(ndarray(all, [points.length, ...model.shape]), search.dtype);
  const { data } = await jacobians(model, x, search);
  return points.map((_, k) => {
    const j = data.subarray(k * d * d, (k + 1) * d * d);
    return symmetricEigenvalues(
      j.map((value, i) => (value + j[(i % d) * d + Math.floor(i / d)]!) / 2),
      d,
    );
  });
};

const kindOf = (eigenvalues: Float64Array, sigma: number): StationaryPoint["kind"] => {
  const greatest = eigenvalues[0]!;
  if (Math.abs(greatest) * sigma ** 2 < 1e-4) return "flat";
  if (greatest < 0) return "mode";
  return eigenvalues.length > 1 && eigenvalues.at(-1)! > 0 ? "minimum" : "saddle";
};

/** Points between modes, from which Newton's method is likely to find what separates them: midpoints of near pairs. */
const between = (modes: readonly Float64Array[]): Float64Array[] =>
  modes.flatMap((a, i) => {
    const others = modes
      .map((b, j) => ({ b, j, distance: Math.hypot(...a.map((value, k) => value - b[k]!)) }))
      .filter(({ j }) => j !== i)
      .sort((p, q) => p.distance - q.distance)
      .slice(0, 6);
    return others.flatMap(({ b }) => [0.3, 0.5, 0.7].map((u) => a.map((value, k) => value + u * (b[k]! - value))));
  });

/**
 * Finds where points come to rest when they follow the score uphill at one noise level, merges equal points, and
 * classifies them by the Jacobian's eigenvalues. Choose the noise such that what it hides does not matter: as it falls,
 * one mode splits into many. In the end there is one for each point of the training data.
 * @param starts points of the noisy space x_t, such as samples or data, [n, ...model.shape], float32 or float64, in which
 *   the model is evaluated
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const stationaryPoints = async (
  model: ScoreModel,
  starts: NdArray,
  options: StationaryOptions = {},
): Promise<StationaryPoints> => {
  const time = checkTime("stationaryPoints", model, options.time);
  const { count, data } = flatPoints("stationaryPoints", model, starts);
  const d = sizeOf(model.shape);
  const { saddles = false, iterations = 200, tolerance = 1e-3, merge = 0.2 } = options;
  checkWhole("stationaryPoints iterations", iterations);
  checkPositive("stationaryPoints tolerance", tolerance);
  checkPositive("stationaryPoints merge", merge);
  if (saddles && !newtonFits(d))
    throw new ArgumentError(`stationaryPoints: expected at most 16 dimensions to look for saddles in, found ${d}`);
  const search = { ...options, time, dtype: floatType(starts), iterations, tolerance };
  const sigma = model.process.sigma(time);
  const distance = merge * sigma * Math.sqrt(d);
  const { ends, converged } = await ascend(model, data, search);
  const rested = converged.flatMap((done, i) => (done ? [i] : []));
  const { groups, centres } = mergePoints(
    rested.map((i) => ends.slice(i * d, (i + 1) * d)),
    distance,
  );
  const others = saddles
    ? mergePoints([...centres, ...(await newton(model, between(centres), search))], distance).centres.slice(
        centres.length,
      )
    : [];
  const all = [...centres, ...others];
  const eigenvalues = await eigenvaluesAt(model, all, search);
  const found = all.map((point, k) => ({
    point,
    kind: kindOf(eigenvalues[k]!, sigma),
    eigenvalues: eigenvalues[k]!,
    starts: groups.filter((group) => group === k).length,
    group: k,
  }));
  const rank = { mode: 0, flat: 1, saddle: 2, minimum: 3 } as const;
  found.sort((a, b) => rank[a.kind] - rank[b.kind] || b.starts - a.starts || a.group - b.group);
  const basin = new Int32Array(count).fill(-1);
  for (const [k, i] of rested.entries()) basin[i] = found.findIndex(({ group }) => group === groups[k]);
  return { points: found.map(({ group: _, ...point }) => point), basin };
};
