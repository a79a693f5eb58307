/**
 * The log-density of noisy data at rows without noise, averaged over noise levels. With r = sigma / alpha and p_r the density of
 * x_0 + r z, a row far from data is improbable at every level, and no single level suits all anomalies: at a small one the
 * density of a network is uncertain away from data, at a large one data have lost their form.
 */
import { ArgumentError, normal, type ScoreModel } from "@scorefield/core";
import { checkArray, checkModel, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import {
  constant,
  jvp,
  type NdArray,
  ndarray,
  type Runtime,
  ShapeError,
  sizeOf,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { mapBatches } from "../classifier/predict.ts";
import type { AnomalyDetector } from "./detector.ts";
import { checkLevels } from "./diffusion-time.ts";

/** Options of {@link smoothedDensity}. */
export interface SmoothedDensityOptions {
  /** Least and largest noise of the average, in units of the data; defaults 0.2 and 5. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Levels of log r from `lowest` to 20, by which the density is followed; default 16. */
  readonly levels?: number;
  /** Directions in which the denoiser is differentiated; default all elements of a row up to 16, else 16 random ones. */
  readonly directions?: number;
  /** Of random directions, default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = {
  lowest: true,
  highest: true,
  levels: true,
  directions: true,
  seed: true,
  signal: true,
  runtime: true,
} satisfies Known<SmoothedDensityOptions>;

/** A detector that says how much each element of a row adds to its score. */
export interface SmoothedDensityDetector extends AnomalyDetector {
  /**
   * The share of each element in the scores, in nats: `score` is their sum over the elements of a row. A share counts what the
   * element lacks to be as the others make it expected, and how broad the density is along it.
   * @param rows [n, ...shape] @returns [n, size of a row]
   */
  shares(rows: NdArray): Promise<NdArray<"float64">>;
}

/** Of unit data this noise leaves so little that p_r is normal, with variance 1 + r^2. */
const normalFrom = 20;
/** Networks evaluated at once. */
const points = 16_384;

/** Orthonormal rows [count, d]: the axes where there is one for each, else random ones (Gram & Schmidt). */
const orthonormal = (count: number, d: number, seed: number): Float64Array => {
  const rows = new Float64Array(count * d);
  const { data } = normal([count, d], { seed, step: 0, purpose: "noise", dtype: "float64" });
  for (let k = 0; k < count; k++) {
    const row = rows.subarray(k * d, (k + 1) * d);
    if (count === d) {
      row[k] = 1;
      continue;
    }
    row.set(data.subarray(k * d, (k + 1) * d));
    for (let l = 0; l < k; l++) {
      const other = rows.subarray(l * d, (l + 1) * d);
      const product = other.reduce((sum, value, j) => sum + value * row[j]!, 0);
      for (let j = 0; j < d; j++) row[j]! -= product * other[j]!;
    }
    const length = Math.hypot(...row);
    for (let j = 0; j < d; j++) row[j]! /= length;
  }
  return rows;
};

/**
 * Points u from log lowest to log most, of which the first go evenly to log highest, and the weights of a function's values at
 * them: for the mean over u up to log highest of the integral from u to the end, by the trapezoid rule.
 */
const quadrature = (lowest: number, highest: number, most: number, levels: number) => {
  const width = Math.log(highest / lowest);
  const rest = Math.log(most / highest);
  const inner =
    rest > 0 ? Math.max(1, Math.min(levels - 2, Math.round(((levels - 1) * width) / (width + rest)))) : levels - 1;
  const outer = levels - 1 - inner;
  const u = Float64Array.from({ length: levels }, (_, i) =>
    i <= inner ? Math.log(lowest) + (i / inner) * width : Math.log(highest) + ((i - inner) / outer) * rest,
  );
  const weights = new Float64Array(levels);
  for (let start = 0; start <= inner; start++) {
    const share = (start === 0 || start === inner ? 0.5 : 1) / inner;
    for (let i = start; i < levels - 1; i++) {
      const half = (share * (u[i + 1]! - u[i]!)) / 2;
      weights[i]! += half;
      weights[i + 1]! += half;
    }
  }
  return { ratios: u.map(Math.exp), weights };
};

/**
 * Scores by the mean of -log p_r(x) over log r, in nats. By the heat equation, with u = log r and D the denoiser,
 *
 *     d log p_r(x) / du = tr dD/dx - d + |D(x) - x|^2 / r^2
 *
 * at a fixed row x of d elements. It is followed down from r = 20, where data of about unit scale are normal with variance
 * 1 + r^2. This asks for no differential equation to be solved: a fixed number of evaluations at the row itself.
 * @param model of rows of about unit scale
 * @throws ArgumentError for options out of range, or levels beyond the process's
 */
export const smoothedDensity = (model: ScoreModel, options: SmoothedDensityOptions = {}): SmoothedDensityDetector => {
  checkModel("smoothedDensity", model);
  checkOptions("smoothedDensity", options, known);
  const { process, shape } = model;
  const d = sizeOf(shape);
  const { lowest = 0.2, highest = 5, levels = 16, directions = Math.min(d, 16), seed = 0, signal, runtime } = options;
  checkLevels("smoothedDensity", lowest, highest);
  checkWhole("smoothedDensity levels", levels);
  checkWhole("smoothedDensity directions", directions);
  if (highest > normalFrom || levels < 3 || directions > d)
    throw new ArgumentError(
      `smoothedDensity: expected noise up to ${normalFrom}, at least 3 levels and at most ${d} directions, found ${highest}, ${levels} and ${directions}`,
    );
  const { first, last } = process.times;
  const [least, most] = [first, last].map((t) => Math.exp(-process.logSnr(t) / 2)) as [number, number];
  if (!(least <= lowest && highest <= most))
    throw new ArgumentError(
      `smoothedDensity: expected noise from ${least.toPrecision(3)} to ${most.toPrecision(3)} relative to the signal, as of the process, found ${lowest} to ${highest}`,
    );
  const mostNoise = Math.min(normalFrom, most);
  const { ratios, weights } = quadrature(lowest, highest, mostNoise, levels);
  const times = ratios.map((r) => Math.min(last, Math.max(first, process.timeOfLogSnr(-2 * Math.log(r)))));
  const axes = orthonormal(directions, d, seed);
  const [l, k] = [levels, directions];

  const sharesOf = (x: Tensor): Tensor => {
    const b = x.shape[0]!;
    const column = (values: ArrayLike<number>, shape: readonly number[]) =>
      constant(ndarray(Float64Array.from(values), [...shape])).cast(x.dtype);
    const alphas = column(
      times.map((t) => process.alpha(t) as number),
      [1, l, 1, 1],
    );
    const rows = x.reshape([b, 1, 1, d]).broadcastTo([b, l, k, d]);
    const at = rows.multiply(alphas).reshape([b * l * k, ...shape]);
    const t = column(times, [1, l, 1])
      .broadcastTo([b, l, k])
      .reshape([b * l * k]);
    const along = column(axes, [1, 1, k, d]).broadcastTo([b, l, k, d]);
    const [denoised, change] = jvp(
      (at) => model.denoise(at, t),
      at,
      along.multiply(alphas).reshape([b * l * k, ...shape]),
    );
    // The diagonal of the Jacobian: exact along the axes, else an estimate (Bekas, Kokiopoulou & Saad 2007).
    const slopes = change
      .reshape([b, l, k, d])
      .multiply(along)
      .sum(2)
      .multiply(d / k);
    const moved = denoised.reshape([b, l, k, d]).subtract(rows).square().mean(2);
    const rate = slopes.add(-1).add(
      moved.divide(
        column(
          ratios.map((r) => r * r),
          [1, l, 1],
        ),
      ),
    );
    const start = x
      .reshape([b, d])
      .square()
      .multiply(0.5 / (1 + mostNoise ** 2))
      .add(0.5 * Math.log(2 * Math.PI * (1 + mostNoise ** 2)));
    return rate
      .multiply(column(weights, [1, l, 1]))
      .sum(1)
      .add(start);
  };

  const shares = async (rows: NdArray): Promise<NdArray<"float64">> => {
    checkArray("smoothedDensity rows", rows);
    if (rows.shape.slice(1).join() !== shape.join())
      throw new ShapeError(`smoothedDensity: expected rows of shape [${shape}], found [${rows.shape.slice(1)}]`);
    const n = rows.shape[0]!;
    if (n === 0) return zeros([0, d], "float64");
    const batch = Math.min(n, Math.max(1, Math.floor(points / (levels * directions))));
    const { data } = await mapBatches(sharesOf, rows, { batch, signal, runtime });
    return ndarray(Float64Array.from(data), [n, d]);
  };
  return {
    recipe: { kind: "smoothed-density", lowest, highest, levels, directions, seed },
    shares,
    score: async (rows) => {
      const {
        data,
        shape: [n = 0],
      } = await shares(rows);
      return ndarray(
        Float64Array.from({ length: n }, (_, i) => data.subarray(i * d, (i + 1) * d).reduce((a, b) => a + b, 0)),
      );
    },
  };
};
