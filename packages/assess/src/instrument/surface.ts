/** A log-density on a grid, reconstructed from scores alone, and how far the score is from having one. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError, score } from "@scorefield/core";
import { checkMade, checkModel, checkWhole, gaussLegendre } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError, sizeOf } from "@scorefield/tensor";
import { checkTime, compileField, type InstrumentOptions, withField } from "./field.ts";
import { edgesOf, selfWeighted, trapezoid } from "./potential.ts";

/** A plane through the space of samples: the points origin + a along + b across. */
export interface Plane {
  /** Each [...model.shape] flattened. */
  readonly origin: ArrayLike<number>;
  readonly along: ArrayLike<number>;
  readonly across: ArrayLike<number>;
}

/** Options of {@link logDensitySurface}. */
export interface SurfaceOptions extends InstrumentOptions {
  /** Coordinates of the grid in equal or unequal steps, ascending, at least two each. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Default the two coordinates themselves, for samples of two numbers. */
  readonly plane?: Plane;
  /** Nodes of Gauss-Legendre's rule on every edge of the grid, default 4. */
  readonly nodes?: number;
  /** In which the model is evaluated, default float64. */
  readonly dtype?: "float32" | "float64";
}

/** A reconstructed surface. */
export interface LogDensitySurface {
  /** In nats, [y.length, x.length], such that its exponential integrates to 1 over the grid in the units of x and y. */
  readonly logDensity: NdArray<"float64">;
  /**
   * The line integral of the score around every cell, counterclockwise for x to the right and y up, in nats. Shape
   * [y.length - 1, x.length - 1]. 0 for a gradient, up to errors of the quadrature.
   */
  readonly circulation: NdArray<"float64">;
  /**
   * How far the score's integrals along edges are from the surface's differences, as root mean square in nats and as a
   * share of the integrals' root mean square. Both are weighted by the surface's density. This is the part of the field
   * that no surface explains.
   */
  readonly pathDependence: { readonly rootMeanSquare: number; readonly share: number };
}

/** The integrals of the score along all edges: to the right, [ny, nx - 1], and up, [ny - 1, nx]. */
const edgeIntegrals = async (model: ScoreModel, options: SurfaceOptions, time: number) => {
  const { x, y, plane, nodes = 4, dtype = "float64" } = options;
  const d = sizeOf(model.shape);
  const { origin, along, across } = plane ?? { origin: [0, 0], along: [1, 0], across: [0, 1] };
  const rule = gaussLegendre(nodes);
  const right = y.flatMap((b) => x.slice(1).map((to, j) => ({ a: x[j]!, b, da: to - x[j]!, db: 0 })));
  const up = y.slice(1).flatMap((to, i) => x.map((a) => ({ a, b: y[i]!, da: 0, db: to - y[i]! })));
  const edges = [...right, ...up];
  const points = new Float64Array(edges.length * nodes * d);
  for (const [e, { a, b, da, db }] of edges.entries())
    for (const [k, u] of rule.nodes.entries())
      for (let j = 0; j < d; j++)
        points[(e * nodes + k) * d + j] = origin[j]! + (a + u * da) * along[j]! + (b + u * db) * across[j]!;
  const settings = { ...options, name: "log-density surface", dtype, rows: edges.length * nodes };
  const found = await withField(
    compileField(model, (at, t) => ({ score: score(model, at, t) }), settings),
    (field) => field.at(points, time),
  );
  const integrals = edges.map(({ da, db }, e) => {
    let sum = 0;
    for (const [k, weight] of rule.weights.entries())
      for (let j = 0; j < d; j++)
        sum += weight * found.score[(e * nodes + k) * d + j]! * (da * along[j]! + db * across[j]!);
    return sum;
  });
  return {
    right: Float64Array.from(integrals.slice(0, right.length)),
    up: Float64Array.from(integrals.slice(right.length)),
  };
};

/** log of the integral of exp(surface). */
const logMass = (surface: Float64Array, x: readonly number[], y: readonly number[]): number => {
  const highest = surface.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [across, up] = [trapezoid(x), trapezoid(y)];
  let mass = 0;
  for (const [i, h] of up.entries())
    for (const [j, w] of across.entries()) mass += h * w * Math.exp(surface[i * x.length + j]! - highest);
  return highest + Math.log(mass);
};

const checkAxis = (name: string, axis: readonly number[]): void => {
  if (axis.length < 2 || axis.some((value, i) => !(Number.isFinite(value) && (i === 0 || value > axis[i - 1]!))))
    throw new ArgumentError(`logDensitySurface: expected ${name} of at least two ascending numbers, found ${axis}`);
};

/**
 * The surface on the grid whose differences between neighbours fit the line integrals of the score along the edges
 * best. It is the potential nearest to the field in the mean square under its own density (the Fisher divergence, on a
 * grid). Of a gradient it is the log-density, to the error of the quadrature. A field without a potential is most often
 * a learnt one. Its rotation is strongest where there are no data. Without the weights the rotation would be spread
 * over all.
 *
 * Weights and surface are made to agree in turns. What the surface leaves over of the field is its part that depends on the
 * path (the decomposition of Helmholtz and Hodge, on a graph: Jiang, Lim, Yao & Ye 2011).
 * @throws ArgumentError for axes, plane or options that do not fit; the signal's reason when aborted
 */
export const logDensitySurface = async (model: ScoreModel, options: SurfaceOptions): Promise<LogDensitySurface> => {
  checkModel("logDensitySurface", model);
  checkMade("logDensitySurface options", options, ["x", "y"], "options with a grid, x and y");
  const time = checkTime("logDensitySurface", model, options.time);
  const { x, y, plane, nodes = 4 } = options;
  checkAxis("x", x);
  checkAxis("y", y);
  checkWhole("logDensitySurface nodes", nodes);
  const d = sizeOf(model.shape);
  if (!plane && d !== 2)
    throw new ArgumentError(
      `logDensitySurface: expected a plane to cut samples of shape [${model.shape}] with, found none; only samples of two numbers need no plane`,
    );
  for (const part of ["origin", "along", "across"] as const)
    if (plane && plane[part].length !== d)
      throw new ShapeError(`logDensitySurface: expected plane.${part} of ${d} numbers, found ${plane[part].length}`);
  const { right, up } = await edgeIntegrals(model, options, time);
  const [ny, nx] = [y.length, x.length];
  const edges = edgesOf(right, up, x, y);
  const { surface, weights } = selfWeighted(edges, ny * nx);
  let [left, whole, total] = [0, 0, 0];
  for (const [e, weight] of weights.entries()) {
    const difference = surface[edges.to[e]!]! - surface[edges.from[e]!]!;
    left += weight * (edges.integral[e]! - difference) ** 2;
    whole += weight * edges.integral[e]! ** 2;
    total += weight;
  }
  const circulation = new Float64Array((ny - 1) * (nx - 1));
  for (let i = 0; i < ny - 1; i++)
    for (let j = 0; j < nx - 1; j++)
      circulation[i * (nx - 1) + j] =
        right[i * (nx - 1) + j]! + up[i * nx + j + 1]! - right[(i + 1) * (nx - 1) + j]! - up[i * nx + j]!;
  const mass = logMass(surface, x, y);
  return {
    logDensity: ndarray(
      surface.map((value) => value - mass),
      [ny, nx],
    ),
    circulation: ndarray(circulation, [ny - 1, nx - 1]),
    pathDependence: {
      rootMeanSquare: Math.sqrt(left / total),
      share: whole === 0 ? 0 : Math.sqrt(left / whole),
    },
  };
};
