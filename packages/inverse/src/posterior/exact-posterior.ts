/** The posterior in closed form, as a density. It is the truth that other methods are measured by. */
import { ArgumentError, gaussianMixture, type Mixture } from "@scorefield/core";
import { checkMade, checkOptions } from "@scorefield/core/internal";
import { castArray, compile, type NdArray, ndarray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { isLinearGaussian } from "../method/problem.ts";
import type { Noise } from "../noise/noise.ts";
import type { Operator } from "../operator/operator.ts";
import { operatorMatrix } from "../operator/operator-matrix.ts";
import { componentGiven, componentPosteriors } from "./mixture-posterior.ts";

/** Options of {@link exactPosterior}. */
export interface ExactPosteriorOptions {
  readonly runtime?: Runtime;
}

/** Whether a mixture is of points, such as a training set: it has no variance anywhere. */
export const isOfPoints = ({ components }: Mixture): boolean =>
  components.every(({ variances }) => variances.every((variance) => variance === 0));

/** The points of a mixture of points, float64 [K, ...shape]. */
export const pointsOf = ({ components, shape }: Mixture): NdArray<"float64"> => {
  const d = sizeOf(shape);
  const data = new Float64Array(components.length * d);
  for (const [k, { mean }] of components.entries()) data.set(mean, k * d);
  return ndarray(data, [components.length, ...shape]);
};

/**
 * The posterior of a mixture of Gaussians, in closed form: again a mixture, of which `exact(posterior, process)` is the model with
 * the exact score given y at every noise level, and `posterior.sample` draws. Each component is updated as by Kalman, and its weight
 * grows with the density of y under it (Bishop 2006, equations 2.113 to 2.117). For a linear operator and Gaussian noise; and
 * for any operator and noise where the mixture is of points, such as the training set as a prior.
 * @param y measurement, [...operator.output]
 * @throws ArgumentError for an operator or noise without a closed form; ShapeError for shapes that do not fit
 */
export const exactPosterior = async (
  density: Mixture,
  operator: Operator,
  noise: Noise,
  y: NdArray,
  options: ExactPosteriorOptions = {},
): Promise<Mixture> => {
  const owner = "exactPosterior";
  checkMade(
    `${owner} density`,
    density,
    ["components", "weights", "shape"],
    "a mixture such as gaussian({ mean: [0, 0] })",
  );
  checkOptions(owner, options, { runtime: true });
  const { runtime } = options;
  checkFits(owner, density, operator);
  if (y.shape.join() !== operator.output.join())
    throw new ShapeError(
      `${owner}: expected a measurement [${operator.output.join(", ")}], found [${y.shape.join(", ")}]`,
    );
  const { shape, weights } = density;
  if (isOfPoints(density)) {
    const points = pointsOf(density);
    const k = weights.length;
    const likelihood = await compile(
      (x, seen) => noise.logLikelihood(seen.expandDims(0).broadcastTo([k, ...operator.output]), operator.apply(x)),
      [
        { shape: points.shape, dtype: "float64" },
        { shape: y.shape, dtype: "float64" },
      ],
      { runtime, name: owner },
    );
    const logs = await likelihood(points, castArray(y, "float64"));
    await likelihood.dispose();
    return weighted(
      shape,
      Array.from(weights, (weight, i) => ({
        logWeight: Math.log(weight) + Number(logs.data[i]),
        mean: density.components[i]!.mean,
        covariance: 0,
      })),
    );
  }
  checkClosedForm(owner, operator, noise);
  const matrix = await operatorMatrix(owner, operator, runtime);
  const d = sizeOf(shape);
  return weighted(
    shape,
    componentPosteriors(density, matrix, noise.sigma!).map((component) => ({
      ...componentGiven(component, y.data as ArrayLike<number>),
      covariance: ndarray(component.covariance, [d, d]),
    })),
  );
};

/** @throws ShapeError unless the operator takes samples of the density */
const checkFits = (owner: string, { shape }: Mixture, operator: Operator): void => {
  if (operator.input.join() !== shape.join())
    throw new ShapeError(
      `${owner}: expected an operator of samples [${shape.join(", ")}], found ${operator.kind} of [${operator.input.join(", ")}]`,
    );
};

/** @throws ArgumentError unless the operator is linear and the noise Gaussian of one deviation */
export const checkClosedForm = (owner: string, operator: Operator, noise: Noise): void => {
  if (!isLinearGaussian({ operator, noise }))
    throw new ArgumentError(
      `${owner}: expected a linear operator with Gaussian noise of one deviation above 0, or a prior of points; found ${operator.kind} ` +
        `with ${noise.kind} noise, for which there is no closed form`,
    );
};

interface Weighted {
  readonly logWeight: number;
  readonly mean: Float64Array;
  readonly covariance: number | NdArray;
}

/** The mixture of components with logarithms of weights. What weighs less than 1e-300 of the most is left out. */
const weighted = (shape: Mixture["shape"], components: readonly Weighted[]): Mixture => {
  const most = components.reduce((a, { logWeight }) => Math.max(a, logWeight), Number.NEGATIVE_INFINITY);
  const kept = components.filter(({ logWeight }) => Math.exp(logWeight - most) > 1e-300);
  const d = sizeOf(shape);
  const means = new Float64Array(kept.length * d);
  for (const [k, { mean }] of kept.entries()) means.set(mean, k * d);
  return gaussianMixture({
    weights: kept.map(({ logWeight }) => Math.exp(logWeight - most)),
    means: ndarray(means, [kept.length, ...shape]),
    covariances: kept.map(({ covariance }) => covariance),
  });
};
