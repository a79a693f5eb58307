/** Mixtures of Gaussians: sampling, and the exact distribution under noise. */
import {
  constant,
  log,
  logSumExp,
  matmul,
  type NdArray,
  ndarray,
  type Shape,
  ShapeError,
  sizeOf,
  softmax,
  square,
  sum,
  type Tensor,
  transpose,
} from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import type { Density, NoisyDensity } from "./density.ts";
import { type GaussianComponent, gaussianComponent, toFloat64, type Values } from "./gaussian-component.ts";

/** A mixture of Gaussians. */
export interface Mixture extends Density {
  /** Probabilities of the components, [K], summing to 1. */
  readonly weights: Float64Array;
  readonly components: readonly GaussianComponent[];
}

/** Options of {@link gaussianMixture}. */
export interface MixtureOptions {
  /** K positive numbers, in proportion to the components' probabilities; equal by default. */
  readonly weights?: Values;
  /** K means, [K, ...shape]. */
  readonly means: Values;
  /**
   * Of each component: one variance for all elements, a variance for each, or the full matrix of the flattened sample, in
   * units of the data squared. All variances 1 by default. Singular covariances are allowed: points, lines, planes.
   */
  readonly covariances?: readonly Values[];
}

/**
 * The mixture sum_k weights_k N(means_k, covariances_k).
 * @throws ShapeError for counts or covariances that do not fit the means; ArgumentError unless weights are positive,
 *   covariances symmetric positive semidefinite and everything finite
 */
export const gaussianMixture = (options: MixtureOptions): Mixture => {
  const known = { weights: true, means: true, covariances: true } satisfies Known<MixtureOptions>;
  checkOptions("gaussianMixture", options, known);
  const { weights, means, covariances } = options;
  const { shape, data } = toFloat64(means);
  const [count = 0, ...sample] = shape;
  const d = sizeOf(sample);
  if (count === 0 || d === 0)
    throw new ShapeError(`gaussianMixture: expected means [K, ...shape] of at least one number each, found [${shape}]`);
  const proportions = weights === undefined ? new Float64Array(count).fill(1) : toFloat64(weights).data;
  if (covariances !== undefined && !Array.isArray(covariances))
    throw new ShapeError(`gaussianMixture: expected covariances to be a list, one for each of ${count} means`);
  for (const [name, found] of [["weights", proportions.length] as const, ["covariances", covariances?.length] as const])
    if (found !== undefined && found !== count)
      throw new ShapeError(`gaussianMixture: expected ${count} ${name}, one for each mean; found ${found}`);
  const total = proportions.reduce((a, b) => a + b, 0);
  if (!(proportions.every((weight) => weight > 0) && Number.isFinite(total)))
    throw new ArgumentError(`gaussianMixture: expected positive finite weights, found ${proportions.join(", ")}`);
  return mixtureFrom(
    sample,
    proportions.map((weight) => weight / total),
    Array.from({ length: count }, (_, k) =>
      gaussianComponent(`gaussianMixture: covariance ${k}`, data.slice(k * d, (k + 1) * d), covariances?.[k] ?? 1),
    ),
  );
};

/** A mixture from weights that sum to 1 and components in their eigenbases. */
export const mixtureFrom = (
  shape: Shape,
  weights: Float64Array,
  components: readonly GaussianComponent[],
): Mixture => ({
  shape,
  weights,
  components,
  sample: sampler(shape, weights, components),
  noisy: noisyMixture(weights, components),
});

const sampler = (shape: Shape, weights: Float64Array, components: readonly GaussianComponent[]): Density["sample"] => {
  const d = sizeOf(shape);
  return (count, seed, firstSample = 0) => {
    const options = { seed, firstSample, purpose: "data", dtype: "float64" } as const;
    const choice = uniform([count], options).data;
    const z = normal([count, d], { ...options, step: 1 }).data;
    const samples = new Float32Array(count * d);
    for (let i = 0; i < count; i++) {
      let k = 0;
      for (let reached = weights[0]!; choice[i]! >= reached && k + 1 < weights.length; ) reached += weights[++k]!;
      const { mean, variances, basis } = components[k]!;
      const scaled = variances.map((variance, j) => Math.sqrt(variance) * z[i * d + j]!);
      for (let row = 0; row < d; row++) {
        let value = basis ? 0 : scaled[row]!;
        if (basis) for (let j = 0; j < d; j++) value += basis[row * d + j]! * scaled[j]!;
        samples[i * d + row] = mean[row]! + value;
      }
    }
    return ndarray(samples, [count, ...shape]);
  };
};

/** One array [K, ...shape] of what each component has. */
const stacked = (
  components: readonly GaussianComponent[],
  shape: Shape,
  part: (c: GaussianComponent) => Float64Array,
) => {
  const size = sizeOf(shape);
  const data = new Float64Array(components.length * size);
  for (const [k, component] of components.entries()) data.set(part(component), k * size);
  return ndarray(data, [components.length, ...shape]);
};

const identity = (d: number): Float64Array =>
  Float64Array.from({ length: d * d }, (_, ij) => (ij % (d + 1) === 0 ? 1 : 0));

/**
 * Given alpha and sigma, component k is N(alpha m, Q diag(v) Q^T) with v = alpha^2 variances + sigma^2, so everything is
 * elementwise in the coordinates c = Q^T (x - alpha m):
 *
 *     score_k = -Q (c / v)        E_k[x_0 | x] = m + alpha Q (c variances / v)
 *
 * and the mixture's are their means under the posterior probabilities of the components. Nothing cancels as sigma -> 0.
 */
const noisyMixture = (weights: Float64Array, components: readonly GaussianComponent[]): Density["noisy"] => {
  const d = components[0]!.mean.length;
  const arrays = {
    logWeights: ndarray(weights.map(Math.log), [weights.length, 1]),
    means: stacked(components, [1, d], ({ mean }) => mean),
    variances: stacked(components, [1, d], ({ variances }) => variances),
    // Without any rotated component the coordinates are the data's own, and d may be as large as for an image.
    bases: components.some(({ basis }) => basis) && stacked(components, [d, d], ({ basis }) => basis ?? identity(d)),
  };
  return (x, alpha, sigma): NoisyDensity => {
    const n = x.shape[0]!;
    const [a, s] = [alpha.reshape([1, n, 1]), sigma.reshape([1, n, 1])];
    const known = (array: NdArray): Tensor => constant(array).cast(x.dtype);
    const means = known(arrays.means);
    const variances = known(arrays.variances);
    const bases = arrays.bases && known(arrays.bases);
    const toCoordinates = (y: Tensor): Tensor => (bases ? matmul(y, bases) : y);
    const fromCoordinates = (y: Tensor): Tensor => (bases ? matmul(y, transpose(bases)) : y);

    const coordinates = toCoordinates(x.reshape([1, n, d]).subtract(means.multiply(a)));
    const noisyVariances = variances.multiply(square(a)).add(square(s));
    const whitened = coordinates.divide(noisyVariances);
    const exponents = sum(whitened.multiply(coordinates).add(log(noisyVariances)), 2);
    const joint = known(arrays.logWeights).subtract(exponents.add(d * Math.log(2 * Math.PI)).multiply(0.5));
    const posterior = softmax(joint, 0).expandDims(2);
    const average = (values: Tensor): Tensor => sum(values.multiply(posterior), 0).reshape(x.shape);
    return {
      logDensity: logSumExp(joint, 0),
      score: average(fromCoordinates(whitened)).negate(),
      denoised: average(fromCoordinates(whitened.multiply(variances)).multiply(a).add(means)),
    };
  };
};
