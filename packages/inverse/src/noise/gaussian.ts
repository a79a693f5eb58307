import { ArgumentError, normal, setting } from "@scorefield/core";
import {
  constant,
  type FloatType,
  matmul,
  type NdArray,
  ndarray,
  ShapeError,
  sizeOf,
  type Tensor,
} from "@scorefield/tensor";
import { cholesky } from "../solve/cholesky.ts";
import { constantLike } from "../solve/constant-like.ts";
import { transposed } from "../solve/transposed.ts";
import { declareNoise, type Noise } from "./noise.ts";

const settings = {
  sigma: setting.number({ above: 0, otherwise: "none", help: "the deviation of all numbers, independently" }),
  deviations: setting.array({ otherwise: "none", help: "a deviation for every number, with the shape of y" }),
  covariance: setting.array({ rank: 2, otherwise: "none", help: "of the numbers of y in row-major order, [m, m]" }),
};

/** Options of {@link gaussianNoise}. Exactly one is given. */
export type GaussianNoiseOptions = setting.OptionsOf<typeof settings>;

/** What depends on which of the settings is given. */
interface Form {
  /** Numbers of y, where it is known. */
  readonly size?: number;
  /** W r, [n, m] to [n, m]. */
  readonly whiten: (r: Tensor) => Tensor;
  /** log det W, for m numbers. */
  readonly logScale: (m: number) => number;
  /** The noise of one sample from standard normal numbers, into the same array. */
  readonly colour: (row: Float64Array | Float32Array) => void;
  /** Mean variance of a number. */
  readonly variance: number;
}

const sameDeviation = (sigma: number): Form => ({
  whiten: (r) => r.multiply(1 / sigma),
  logScale: (m) => -m * Math.log(sigma),
  colour: (row) => {
    for (let i = 0; i < row.length; i++) row[i]! *= sigma;
  },
  variance: sigma ** 2,
});

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const ownDeviations = ({ data }: NdArray<"float64">): Form => {
  if (data.length === 0 || !data.every((value) => value > 0))
    throw new ArgumentError("gaussianNoise deviations: expected positive numbers, found others or none");
  const inverse = ndarray(data.map((value) => 1 / value));
  return {
    size: data.length,
    whiten: (r) => r.multiply(constantLike(inverse, r)),
    logScale: () => -data.reduce((sum, value) => sum + Math.log(value), 0),
    colour: (row) => {
      for (let i = 0; i < row.length; i++) row[i]! *= data[i]!;
    },
    variance: mean(data.map((value) => value ** 2)),
  };
};

const correlated = ({ data, shape }: NdArray<"float64">): Form => {
  const [d, other] = shape as [number, number];
  const size = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const symmetric =
    d === other && data.every((v, i) => Math.abs(v - data[(i % d) * d + Math.floor(i / d)]!) <= 1e-9 * size);
  const root = symmetric && d > 0 ? cholesky(data, d) : undefined;
  if (!root)
    throw new ArgumentError(
      `gaussianNoise covariance: expected a symmetric positive definite matrix, found [${shape}] that is not`,
    );
  const { factor, inverse } = root;
  const across = ndarray(transposed(inverse, d, d), [d, d]);
  const diagonal = Float64Array.from({ length: d }, (_, i) => factor[i * d + i]!);
  return {
    size: d,
    whiten: (r) => matmul(r, constantLike(across, r)),
    logScale: () => -diagonal.reduce((sum, value) => sum + Math.log(value), 0),
    colour: (row) => {
      // From the end, so that numbers that are still needed are not yet overwritten.
      for (let i = d - 1; i >= 0; i--) {
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += factor[i * d + j]! * row[j]!;
        row[i] = sum;
      }
    },
    variance: mean(Float64Array.from({ length: d }, (_, i) => data[i * d + i]!)),
  };
};

const formOf = ({ sigma, deviations, covariance }: setting.Values<typeof settings>): Form => {
  if (sigma !== undefined && !deviations && !covariance) return sameDeviation(sigma);
  if (deviations && sigma === undefined && !covariance) return ownDeviations(deviations);
  if (covariance && sigma === undefined && !deviations) return correlated(covariance);
  throw new ArgumentError(
    "gaussianNoise: expected one of sigma, deviations and covariance, such as { sigma: 0.05 }, found none or several",
  );
};

/**
 * Gaussian noise: y = z + e, e ~ N(0, R). With m numbers in y, and W of R = (W* W)^-1,
 *
 *     log p(y | z) = -|W (y - z)|^2 / 2 + log det W - m / 2 log(2 pi)
 *
 * R is sigma^2 I, diag(deviations^2) or the covariance. Of a complex measurement, real and imaginary parts count as two
 * numbers, each with this deviation.
 * @throws ArgumentError unless exactly one of the settings is given; for deviations that are not positive; for a matrix that is
 *   not symmetric and positive definite. ShapeError, when it is used, for a measurement of another size
 */
export const gaussianNoise = declareNoise({
  kind: "gaussian",
  name: "gaussianNoise",
  summary: "Gaussian: one deviation, a deviation for every number, or a covariance",
  source: "elementary; Golub & Van Loan 2013, algorithm 4.2.1 for the root of the covariance",
  settings,
  make: (values, about): Noise => {
    const { size, whiten, logScale, colour, variance } = formOf(values);
    const checkSize = (what: string, shape: readonly number[]): number => {
      const m = sizeOf(shape.slice(1));
      if (size !== undefined && m !== size)
        throw new ShapeError(
          `gaussian ${what}: expected ${size} numbers of a measurement, found ${m} of [n, ${shape.slice(1)}]`,
        );
      return m;
    };
    return {
      ...about,
      units: "units of the measurement",
      additive: true,
      ...(values.sigma !== undefined && { sigma: values.sigma, curvature: values.sigma ** -2 }),
      logLikelihood: (y, z) => {
        const m = checkSize("logLikelihood", z.shape);
        const r = whiten(y.subtract(z).reshape([z.shape[0]!, m]));
        return r
          .square()
          .sum(1)
          .multiply(-0.5)
          .add(logScale(m) - (m / 2) * Math.log(2 * Math.PI));
      },
      whiten: (r) => whiten(r.reshape([r.shape[0]!, checkSize("whiten", r.shape)])).reshape(r.shape),
      variance: (z) => constant(variance, z.dtype).broadcastTo([z.shape[0]!]),
      draw: (z, options) => {
        const m = checkSize("draw", z.shape);
        const drawn = normal(z.shape, { ...options, purpose: "measurement", dtype: z.dtype as FloatType });
        const data = drawn.data as Float64Array;
        for (let from = 0; from < data.length; from += m) colour(data.subarray(from, from + m));
        for (let i = 0; i < data.length; i++) data[i]! += Number(z.data[i]);
        return drawn;
      },
    };
  },
});
