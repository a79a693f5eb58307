/** What is believed of a simulator's parameters before any data: draws, log-density and bounds. */
import { ArgumentError, normal, uniform } from "@scorefield/core";
import { checkArray, checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { cholesky } from "../solve/cholesky.ts";

/** A distribution of parameters. An object of a program with these members is a prior too. */
export interface ParameterPrior {
  /** How many parameters there are. */
  readonly size: number;
  /** Bounds of each parameter, [size]: infinite where there is none. Left out: no parameter has any. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Draws [count, size]. Equal seeds give equal draws. */
  sample(count: number, seed: number): NdArray<"float64">;
  /** log p of points [n, size] in nats, [n]; -Infinity where a point cannot be. */
  logDensity(points: NdArray): Float64Array;
  /**
   * A prior that is this one within a box, where it can be drawn from directly. Sequential training asks for it. Left out: draws
   * are refused until they fall into the box.
   */
  within?(low: readonly number[], high: readonly number[]): ParameterPrior;
}

/** Options of {@link uniformPrior}. */
export interface UniformPriorOptions {
  /** Least and greatest value of each parameter, finite. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Options of {@link gaussianPrior}. */
export interface GaussianPriorOptions {
  readonly mean: readonly number[];
  /** A deviation of each parameter, or one for all; above 0. */
  readonly deviation?: number | readonly number[];
  /** In place of deviations: rows of the covariance, symmetric and positive definite. */
  readonly covariance?: readonly (readonly number[])[];
}

const numbers = (name: string, values: unknown, count?: number): readonly number[] => {
  if (!Array.isArray(values) || values.length === 0 || !values.every((value) => Number.isFinite(value)))
    throw new ArgumentError(`${name}: expected a list of finite numbers, one for each parameter`);
  if (count !== undefined && values.length !== count)
    throw new ArgumentError(`${name}: expected ${count} numbers, one for each parameter, found ${values.length}`);
  return values;
};

/** The rows of points, checked. @throws ShapeError for points of another size */
export const pointRows = (owner: string, points: NdArray, size: number): { n: number; data: Float64Array } => {
  checkArray(owner, points);
  const [n, d] = points.shape;
  if (points.shape.length !== 2 || d !== size)
    throw new ShapeError(`${owner}: expected rows [n, ${size}], found [${points.shape.join(", ")}]`);
  return { n: n!, data: Float64Array.from(points.data as ArrayLike<number>, Number) };
};

/**
 * Independent parameters, uniform between bounds.
 * @throws ArgumentError unless every low is below its high, all finite
 */
export const uniformPrior = (options: UniformPriorOptions): ParameterPrior => {
  checkOptions("uniformPrior", options, { low: true, high: true } satisfies Known<UniformPriorOptions>);
  const low = numbers("uniformPrior low", options.low);
  const high = numbers("uniformPrior high", options.high, low.length);
  const size = low.length;
  const bad = low.findIndex((value, j) => !(value < high[j]!));
  if (bad >= 0)
    throw new ArgumentError(
      `uniformPrior: expected low below high, found ${low[bad]} and ${high[bad]} of parameter ${bad}`,
    );
  const height = -low.reduce((sum, value, j) => sum + Math.log(high[j]! - value), 0);
  return {
    size,
    low,
    high,
    sample: (count, seed) => {
      const draws = uniform([count, size], { seed, purpose: "prior", dtype: "float64" });
      for (let i = 0; i < draws.data.length; i++)
        draws.data[i] = low[i % size]! + draws.data[i]! * (high[i % size]! - low[i % size]!);
      return draws;
    },
    logDensity: (points) => {
      const { n, data } = pointRows("uniformPrior points", points, size);
      return Float64Array.from({ length: n }, (_, i) => {
        for (let j = 0; j < size; j++) {
          const value = data[i * size + j]!;
          if (!(value >= low[j]! && value <= high[j]!)) return Number.NEGATIVE_INFINITY;
        }
        return height;
      });
    },
    within: (least, most) =>
      uniformPrior({
        low: low.map((value, j) => Math.max(value, least[j]!)),
        high: high.map((value, j) => Math.min(value, most[j]!)),
      }),
  };
};

/**
 * A normal distribution of parameters, which has no bounds.
 * @throws ArgumentError for deviations that are not positive, or a covariance that is not symmetric and positive definite
 */
export const gaussianPrior = (options: GaussianPriorOptions): ParameterPrior => {
  const known = { mean: true, deviation: true, covariance: true } satisfies Known<GaussianPriorOptions>;
  checkOptions("gaussianPrior", options, known);
  const mean = numbers("gaussianPrior mean", options.mean);
  const size = mean.length;
  const { deviation = 1, covariance } = options;
  if (options.deviation !== undefined && covariance !== undefined)
    throw new ArgumentError("gaussianPrior: expected deviation or covariance, found both; leave one out");
  const deviations = Array.isArray(deviation)
    ? numbers("gaussianPrior deviation", deviation, size)
    : new Array<number>(size).fill(deviation as number);
  const bad = deviations.find((value) => !(value > 0 && Number.isFinite(value)));
  if (bad !== undefined) throw new ArgumentError(`gaussianPrior deviation: expected numbers above 0, found ${bad}`);
  const rows = covariance ?? deviations.map((value, i) => deviations.map((_, j) => (i === j ? value ** 2 : 0)));
  if (!Array.isArray(rows) || rows.length !== size)
    throw new ArgumentError(`gaussianPrior covariance: expected ${size} rows of ${size} numbers`);
  const matrix = Float64Array.from(rows.flatMap((row) => numbers("gaussianPrior covariance", row, size)));
  const lopsided = matrix.some((value, k) => value !== matrix[(k % size) * size + Math.floor(k / size)]);
  const parts = lopsided ? undefined : cholesky(matrix, size);
  if (!parts)
    throw new ArgumentError("gaussianPrior covariance: expected a symmetric, positive definite matrix, found another");
  const { factor, inverse } = parts;
  let height = -0.5 * size * Math.log(2 * Math.PI);
  for (let j = 0; j < size; j++) height -= Math.log(factor[j * size + j]!);
  return {
    size,
    sample: (count, seed) => {
      const draws = normal([count, size], { seed, purpose: "prior", dtype: "float64" });
      const z = new Float64Array(size);
      for (let i = 0; i < count; i++) {
        z.set(draws.data.subarray(i * size, (i + 1) * size));
        for (let j = 0; j < size; j++) draws.data[i * size + j] = mean[j]! + triangularRow(factor, z, j);
      }
      return draws;
    },
    logDensity: (points) => {
      const { n, data } = pointRows("gaussianPrior points", points, size);
      const away = new Float64Array(size);
      return Float64Array.from({ length: n }, (_, i) => {
        for (let j = 0; j < size; j++) away[j] = data[i * size + j]! - mean[j]!;
        let squares = 0;
        for (let j = 0; j < size; j++) squares += triangularRow(inverse, away, j) ** 2;
        return height - squares / 2;
      });
    },
  };
};

/** Row j of a lower triangular matrix times a vector. */
export const triangularRow = (matrix: Float64Array, vector: ArrayLike<number>, j: number): number => {
  const d = vector.length;
  let sum = 0;
  for (let k = 0; k <= j; k++) sum += matrix[j * d + k]! * vector[k]!;
  return sum;
};

/**
 * The bounds of each parameter, infinite where there is none.
 * @throws ArgumentError for what is no prior, or has bounds of another number
 */
export const boundsOf = (owner: string, prior: ParameterPrior): { low: Float64Array; high: Float64Array } => {
  checkMade(
    `${owner} prior`,
    prior,
    ["size", "sample", "logDensity"],
    "a prior such as uniformPrior({ low: [0], high: [1] })",
  );
  const { size, low, high } = prior;
  checkWhole(`${owner} prior size`, size);
  for (const [name, values] of Object.entries({ low, high }))
    if (values !== undefined && values.length !== size)
      throw new ArgumentError(`${owner} prior ${name}: expected ${size} numbers, found ${values.length}`);
  return {
    low: Float64Array.from({ length: size }, (_, j) => low?.[j] ?? Number.NEGATIVE_INFINITY),
    high: Float64Array.from({ length: size }, (_, j) => high?.[j] ?? Number.POSITIVE_INFINITY),
  };
};

/**
 * Draws of a prior, checked.
 * @throws ArgumentError for draws of another shape, not finite, or where the prior says that they cannot be
 */
export const drawPrior = (owner: string, prior: ParameterPrior, count: number, seed: number): NdArray<"float64"> => {
  const draws = prior.sample(count, seed);
  const { data } = pointRows(`${owner} prior draws`, draws, prior.size);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      `${owner} prior: expected draws that are finite, found ${data[bad]} of parameter ${bad % prior.size} in draw ${Math.floor(bad / prior.size)}`,
    );
  return ndarray(data, [count, prior.size]);
};
