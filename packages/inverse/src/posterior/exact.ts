import type { ExactModel, Mixture } from "@scorefield/core";
import { pivotedCholesky } from "@scorefield/core/internal";
import {
  and,
  constant,
  greaterOrEqual,
  less,
  matmul,
  type NdArray,
  ndarray,
  sizeOf,
  softmax,
  type Tensor,
  transpose,
} from "@scorefield/tensor";
import { declarePosterior } from "../method/declare-posterior.ts";
import { givenMeasurement, type Problem } from "../method/problem.ts";
import { operatorMatrix } from "../operator/operator-matrix.ts";
import { uniformOf } from "./draw-uniform.ts";
import { checkClosedForm, isOfPoints, pointsOf } from "./exact-posterior.ts";
import { type ComponentPosterior, componentPosteriors } from "./mixture-posterior.ts";
import { runningSum } from "./running-sum.ts";

/** A draw of an index for each sample, as a row of zeros and a one: [n, K] of probabilities, uniform numbers [n]. */
const chosen = (probabilities: Tensor, uniforms: Tensor): Tensor => {
  const reached = runningSum(probabilities);
  const before = reached.subtract(probabilities);
  const k = probabilities.shape[1]!;
  // The last sum may round to less than 1.
  const u = uniforms.reshape([-1, 1]).multiply(reached.slice([null, [k - 1, k]]));
  return and(greaterOrEqual(u, before), less(u, reached)).cast(probabilities.dtype);
};

/** Lists of all components, end to end, as a tensor [K, ...shape]. */
const stacked = (parts: readonly Float64Array[], shape: readonly number[], like: Tensor): Tensor => {
  const size = sizeOf(shape);
  const data = new Float64Array(parts.length * size);
  for (const [k, part] of parts.entries()) data.set(part, k * size);
  return constant(ndarray(data, [parts.length, ...shape])).cast(like.dtype);
};

/** The root R of a covariance, R^T R, as square rows. */
const rootOf = (covariance: Float64Array, d: number): Float64Array => {
  const root = new Float64Array(d * d);
  root.set(pivotedCholesky(covariance, d).data);
  return root;
};

const ofMixture = (parts: readonly ComponentPosterior[], d: number, m: number) => {
  const roots = parts.map(({ covariance }) => rootOf(covariance, d));
  return (measurement: Tensor, z: Tensor, uniforms: Tensor): Tensor => {
    const n = measurement.shape[0]!;
    const known = (list: readonly Float64Array[], shape: readonly number[]) => stacked(list, shape, z);
    const residual = measurement.reshape([1, n, m]).subtract(
      known(
        parts.map(({ measured }) => measured),
        [1, m],
      ),
    );
    const white = matmul(
      residual,
      transpose(
        known(
          parts.map(({ whitening }) => whitening),
          [m, m],
        ),
      ),
    );
    const constants = known(
      parts.map(({ logPrior, logDeterminant }) => Float64Array.of(logPrior - logDeterminant / 2)),
      [1],
    );
    // [n, K]
    const logWeights = transpose(constants.subtract(white.square().sum(2).multiply(0.5)));
    const choice = chosen(softmax(logWeights, 1), uniforms);
    const means = matmul(
      residual,
      transpose(
        known(
          parts.map(({ gain }) => gain),
          [d, m],
        ),
      ),
    ).add(
      known(
        parts.map(({ mean }) => mean),
        [1, d],
      ),
    );
    const draws = means.add(matmul(z.reshape([1, n, d]), known(roots, [d, d])));
    return draws.multiply(transpose(choice).reshape([-1, n, 1])).sum(0);
  };
};

const ofPoints = ({ operator, noise }: Problem, points: NdArray, weights: Float64Array) => {
  const k = weights.length;
  return (measurement: Tensor, z: Tensor, uniforms: Tensor): Tensor => {
    const n = measurement.shape[0]!;
    const known = constant(points).cast(z.dtype);
    const all = (values: Tensor, axis: number) =>
      values
        .expandDims(axis)
        .broadcastTo([n, k, ...operator.output])
        .reshape([n * k, ...operator.output]);
    const logs = noise.logLikelihood(all(measurement, 1), all(operator.apply(known), 0)).reshape([n, k]);
    const prior = constant(ndarray(weights.map(Math.log), [1, k])).cast(z.dtype);
    return matmul(chosen(softmax(logs.add(prior), 1), uniforms), known.reshape([k, -1]));
  };
};

/**
 * The posterior itself, for a prior that is a known mixture of Gaussians (Bishop 2006, equations 2.113 to 2.117; see
 * {@link "./exact-posterior.ts"}): a component is drawn by its weight given y, then a point of its posterior. For a linear operator and
 * Gaussian noise; and for any operator and noise where the mixture is of points, such as the training set as a prior. It has no error,
 * and is what the others are measured by.
 */
export const exactDraws = declarePosterior({
  kind: "exact",
  name: "exactDraws",
  title: "the posterior in closed form",
  family: "closed form",
  form: "sampler",
  summary: "draws of a known mixture's posterior, without error; the truth for the other methods",
  source: "Bishop 2006, equations 2.113 to 2.117",
  needs: { mixture: true },
  cost: "no evaluation",
  settings: {},
  sampler: async (problem, _, runtime) => {
    const { operator, noise, model } = problem;
    const density = (model as ExactModel).density as Mixture;
    const d = sizeOf(model.shape);
    const points = isOfPoints(density);
    if (!points) checkClosedForm("exactDraws", operator, noise);
    const draw = points
      ? ofPoints(problem, pointsOf(density), density.weights)
      : ofMixture(
          componentPosteriors(density, await operatorMatrix("exactDraws", operator, runtime), noise.sigma!),
          d,
          sizeOf(operator.output),
        );
    return {
      grid: ({ times }) => [times.last, times.first],
      denoiseLast: false,
      evaluationsPerStep: 0,
      noises: 2,
      carries: 0,
      memory: 0,
      step: ({ bound }, { x }, _, [z, other]) => {
        const y = givenMeasurement("exactDraws", bound);
        return { x: draw(y, z!, uniformOf(other!)).reshape(x.shape), carried: [] };
      },
    };
  },
});
