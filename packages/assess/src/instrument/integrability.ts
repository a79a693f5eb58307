/** Is this field a gradient? Its Jacobian must be symmetric everywhere; here is by how much it is not. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError, rademacher, score } from "@scorefield/core";
import { checkMade, checkModel, checkWhole, perSample } from "@scorefield/core/internal";
import { jvp, type NdArray, ndarray, sizeOf, type Tensor, vjp } from "@scorefield/tensor";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";
import { jacobians } from "./jacobian.ts";

/** Options of {@link integrability}. */
export interface IntegrabilityOptions extends InstrumentOptions {
  /**
   * `exact` takes one derivative for each element of a sample. Otherwise the number of random probes for each point.
   * Default exact up to 64 elements, beyond that 4 probes.
   */
  readonly probes?: "exact" | number;
  /** Of the probes, default 0. */
  readonly seed?: number;
}

/** How far a field is from being a gradient. Each number is in [0, 1], 0 for a gradient and 1 for a pure rotation. */
export interface Integrability {
  /** |J - J^T| / (2 |J|) in Frobenius norms at each point, J the Jacobian of the score, [n]. */
  readonly asymmetry: NdArray<"float64">;
  /**
   * The same for the Jacobian of the denoiser, (I + sigma^2 J) / alpha, [n]. It is without the -1 / sigma^2 on the
   * diagonal of J that every score has. Where sigma is small an asymmetry hides behind that term.
   */
  readonly denoiserAsymmetry: NdArray<"float64">;
  /** Both over all points together: the root of the ratio of sums of squares. */
  readonly overall: { readonly asymmetry: number; readonly denoiserAsymmetry: number };
}

const mostExact = 64;

interface Squares {
  /** |J - J^T|^2, |J|^2 and |I + sigma^2 J|^2, [n] each. */
  readonly odd: Float64Array;
  readonly whole: Float64Array;
  readonly denoiser: Float64Array;
}

const exactSquares = (matrices: Float64Array, count: number, d: number, sigma: number): Squares => {
  const [odd, whole, denoiser] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++)
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) {
        const here = matrices[(i * d + a) * d + b]!;
        odd[i]! += (here - matrices[(i * d + b) * d + a]!) ** 2;
        whole[i]! += here ** 2;
        denoiser[i]! += ((a === b ? 1 : 0) + sigma ** 2 * here) ** 2;
      }
  return { odd, whole, denoiser };
};

/**
 * The same by probes: for signs v, the mean of |M v|^2 is |M|^2 for any matrix M (Hutchinson 1990 on M^T M). Both J v and
 * J^T v are at hand, one by forward and one by reverse differentiation, so M v with M = J - J^T costs no more than u^T
 * J v - v^T J u. That sees one number of M, where |M v|^2 sees d.
 */
const probedSquares = async (
  model: ScoreModel,
  points: { count: number; data: Float64Array },
  probes: number,
  settings: Parameters<typeof compileField>[2] & {
    readonly seed: number;
    readonly time: number;
    readonly sigma: number;
  },
): Promise<Squares> => {
  const { seed, time, sigma } = settings;
  const { count, data } = points;
  const quantities = (x: Tensor, t: Tensor, [v]: readonly Tensor[]) => {
    const field = (at: Tensor): Tensor => score(model, at, t);
    const forward = jvp(field, x, v!)[1];
    const backward = vjp(field, x)[1](v!);
    const square = (y: Tensor): Tensor => perSample(y.square());
    return {
      odd: square(forward.subtract(backward)),
      whole: square(forward),
      denoiser: square(forward.multiply(sigma ** 2).add(v!)),
    };
  };
  return withField(compileField(model, quantities, { ...settings, vectors: 1 }), async (field) => {
    const [odd, whole, denoiser] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
    for (let k = 0; k < probes; k++) {
      const signs = rademacher([count, data.length / count], { seed, step: k, purpose: "probe" });
      const found = await field.at(data, time, Float64Array.from(signs.data));
      for (let i = 0; i < count; i++) {
        odd[i]! += found.odd[i]! / probes;
        whole[i]! += found.whole[i]! / probes;
        denoiser[i]! += found.denoiser[i]! / probes;
      }
    }
    return { odd, whole, denoiser };
  });
};

const ratio = (odd: number, whole: number): number => (odd === 0 ? 0 : Math.min(1, Math.sqrt(odd / whole) / 2));
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/**
 * The asymmetry of the score's Jacobian, and of the denoiser's, at given points. A network without a scalar potential
 * has some asymmetry (Salimans & Ho 2021; Horvat & Pfister 2024). Exact densities and energies have none except
 * rounding.
 * @param x points of the noisy space x_t, [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const integrability = async (
  model: ScoreModel,
  x: NdArray,
  options: IntegrabilityOptions = {},
): Promise<Integrability> => {
  const time = checkTime("integrability", model, options.time);
  const points = flatPoints("integrability", model, x);
  const { count } = points;
  if (count === 0) throw new ArgumentError("integrability: expected at least one point, found none");
  const size = sizeOf(model.shape);
  const { probes = size <= mostExact ? "exact" : 4, seed = 0 } = options;
  const sigma = model.process.sigma(time);
  let squares: Squares;
  if (probes === "exact") {
    const { data } = await jacobians(model, x, options);
    squares = exactSquares(data, count, size, sigma);
  } else {
    checkWhole("integrability probes", probes);
    const rest = { rows: count, expected: count * probes, dtype: floatType(x), name: "integrability" };
    squares = await probedSquares(model, points, probes, { ...options, ...rest, seed, time, sigma });
  }
  const { odd, whole, denoiser } = squares;
  // (I + sigma^2 J) - (I + sigma^2 J)^T = sigma^2 (J - J^T)
  const scaled = odd.map((value) => value * sigma ** 4);
  return {
    asymmetry: ndarray(odd.map((value, i) => ratio(value, whole[i]!))),
    denoiserAsymmetry: ndarray(scaled.map((value, i) => ratio(value, denoiser[i]!))),
    overall: { asymmetry: ratio(sum(odd), sum(whole)), denoiserAsymmetry: ratio(sum(scaled), sum(denoiser)) },
  };
};

/**
 * The curl d score_y / dx - d score_x / dy of a model in the plane on the points (x[j], y[i]), 0 for a gradient.
 * @returns [y.length, x.length], in units of 1 / data squared
 * @throws ArgumentError for a model of other than two numbers or a bad time; the signal's reason when aborted
 */
export const curlMap = async (
  model: ScoreModel,
  grid: InstrumentOptions & { readonly x: readonly number[]; readonly y: readonly number[] },
): Promise<NdArray<"float64">> => {
  checkModel("curlMap", model);
  checkMade("curlMap options", grid, ["x", "y"], "options with a grid, x and y");
  const { x, y, ...options } = grid;
  if (sizeOf(model.shape) !== 2)
    throw new ArgumentError(`curlMap: expected a model of two numbers, found samples of shape [${model.shape}]`);
  const points = ndarray(Float64Array.from(y.flatMap((b) => x.flatMap((a) => [a, b]))), [
    x.length * y.length,
    ...model.shape,
  ]);
  const { data } = await jacobians(model, points, options);
  return ndarray(
    Float64Array.from({ length: x.length * y.length }, (_, i) => data[4 * i + 2]! - data[4 * i + 1]!),
    [y.length, x.length],
  );
};
