/** Line integrals of the score: log-density differences, without a density. */

import type { ScoreModel } from "@scorefield/core";
import { score } from "@scorefield/core";
import { checkArray, checkPositive, gaussLegendre } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError, sizeOf } from "@scorefield/tensor";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";

/** Options of {@link lineIntegrals} and {@link logDensityDifference}. */
export interface LineIntegralOptions extends InstrumentOptions {
  /** Error in nats at which a path is done, default 1e-3. */
  readonly tolerance?: number;
}

/** Integrals along paths, all [n]. */
export interface LineIntegrals {
  /** In nats. */
  readonly integral: NdArray<"float64">;
  /**
   * The last change in nats as the panels were halved, which is above the error of what is returned. Where it is above the
   * tolerance, the panels were halved as often as is allowed, or rounding keeps the model from being evaluated so exactly.
   */
  readonly errorEstimate: NdArray<"float64">;
}

const nodes = 8;
const mostHalvings = 8;

/** Points at the nodes of `panels` equal panels of every segment, and what each adds: (weight) dx. */
const quadrature = (path: Float64Array, size: number, panels: number) => {
  const rule = gaussLegendre(nodes);
  const segments = path.length / size - 1;
  const total = segments * panels * nodes;
  const points = new Float64Array(total * size);
  const steps = new Float64Array(total * size);
  let at = 0;
  for (let k = 0; k < segments; k++)
    for (let panel = 0; panel < panels; panel++)
      for (let node = 0; node < nodes; node++, at += size) {
        const u = (panel + rule.nodes[node]!) / panels;
        const weight = rule.weights[node]! / panels;
        for (let j = 0; j < size; j++) {
          const a = path[k * size + j]!;
          const b = path[(k + 1) * size + j]!;
          points[at + j] = a + u * (b - a);
          steps[at + j] = weight * (b - a);
        }
      }
  return { points, steps };
};

/**
 * The integrals of <score(x, t), dx> along polygons: log p_t(end) - log p_t(start) for a field that is a gradient. Gauss-
 * Legendre's rule of 8 nodes on panels that are halved until the integral changes by no more than the tolerance.
 * @param paths corners of each path in the noisy space x_t, [n, corners, ...model.shape] with at least 2 corners, float32
 *   or float64, in which the model is evaluated
 * @throws ShapeError | ArgumentError for paths or options that do not fit; the signal's reason when aborted
 */
export const lineIntegrals = async (
  model: ScoreModel,
  paths: NdArray,
  { tolerance = 1e-3, ...options }: LineIntegralOptions = {},
): Promise<LineIntegrals> => {
  const time = checkTime("lineIntegrals", model, options.time);
  checkPositive("lineIntegrals tolerance", tolerance);
  const [count = 0, corners = 0, ...shape] = paths.shape;
  if (paths.shape.length !== model.shape.length + 2 || corners < 2)
    throw new ShapeError(
      `lineIntegrals: expected paths [${["n", "corners", ...model.shape].join(", ")}] of at least 2 corners, found [${paths.shape}]`,
    );
  const { data } = flatPoints("lineIntegrals", model, { ...paths, shape: [count * corners, ...shape] });
  const size = sizeOf(shape);
  const integral = new Float64Array(count);
  const errorEstimate = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  if (count === 0) return { integral: ndarray(integral), errorEstimate: ndarray(errorEstimate) };
  const rows = count * (corners - 1) * nodes;
  const settings = { ...options, name: "line integrals", dtype: floatType(paths), rows, expected: 3 * rows };
  return withField(
    compileField(model, (x, t) => ({ score: score(model, x, t) }), settings),
    async (field) => {
      let active = Array.from({ length: count }, (_, i) => i);
      for (let halvings = 0; halvings <= mostHalvings && active.length > 0; halvings++) {
        const parts = active.map((i) =>
          quadrature(data.subarray(i * corners * size, (i + 1) * corners * size), size, 2 ** halvings),
        );
        const each = parts[0]!.points.length;
        const points = new Float64Array(each * parts.length);
        for (const [k, part] of parts.entries()) points.set(part.points, k * each);
        const { score: found } = await field.at(points, time);
        active = active.filter((i, k) => {
          let sum = 0;
          for (let j = 0; j < each; j++) sum += found[k * each + j]! * parts[k]!.steps[j]!;
          if (halvings > 0) errorEstimate[i] = Math.abs(sum - integral[i]!);
          integral[i] = sum;
          return !(errorEstimate[i]! <= tolerance);
        });
      }
      return { integral: ndarray(integral), errorEstimate: ndarray(errorEstimate) };
    },
  );
};

/**
 * log p_t(to) - log p_t(from) in nats along straight lines, from scores alone; see {@link lineIntegrals}.
 * @param from points [n, ...model.shape] @param to the same number, of the same type
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const logDensityDifference = async (
  model: ScoreModel,
  from: NdArray,
  to: NdArray,
  options: LineIntegralOptions = {},
): Promise<LineIntegrals> => {
  checkArray("logDensityDifference from", from);
  checkArray("logDensityDifference to", to);
  if (from.shape.join() !== to.shape.join() || from.dtype !== to.dtype)
    throw new ShapeError(
      `logDensityDifference: expected two arrays of one type, found ${from.dtype}[${from.shape}] and ${to.dtype}[${to.shape}]`,
    );
  const [start, end] = [from, to].map((points) => flatPoints("logDensityDifference", model, points));
  const { count } = start!;
  const size = sizeOf(model.shape);
  const paths = new Float64Array(2 * count * size);
  for (let i = 0; i < count; i++) {
    paths.set(start!.data.subarray(i * size, (i + 1) * size), 2 * i * size);
    paths.set(end!.data.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
  }
  const shape = [count, 2, ...model.shape];
  const corners = floatType(from) === "float64" ? ndarray(paths, shape) : ndarray(Float32Array.from(paths), shape);
  return lineIntegrals(model, corners, options);
};
