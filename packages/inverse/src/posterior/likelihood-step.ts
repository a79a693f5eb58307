/** The move that split methods share: x_0 from N(x_0; centre, rho^2 I) p(y | x_0), exactly or by Langevin steps. */
import { concat, grad, type Tensor } from "@scorefield/tensor";
import type { LinearGaussianProblem, Problem } from "../method/problem.ts";
import { perSampleScalar } from "../solve/per-sample-scalar.ts";

/** How many draws of a sample's shape hold one standard normal draw of a measurement's. */
export const drawsForMeasurement = (numbers: number, measured: number): number => Math.ceil(measured / numbers);

/** Standard normal draws of a measurement's shape, made of draws of a sample's. */
export const measurementNoise = (draws: readonly Tensor[], y: Tensor): Tensor => {
  const n = y.shape[0]!;
  const rows = draws.map((draw) => draw.reshape([n, -1]));
  const all = rows.length === 1 ? rows[0]! : concat(rows, 1);
  return all.slice([null, [0, y.shape.slice(1).reduce((a, b) => a * b, 1)]]).reshape(y.shape);
};

/**
 * A draw of x_0 in proportion to N(x_0; centre, rho^2 I) N(y; A x_0, sigma^2 I), by perturbation and one solution (Papandreou & Yuille
 * 2010):
 *
 *     (A* A + (sigma / rho)^2 I) x = A* (y + sigma e) + (sigma / rho)^2 (centre + rho z)
 *
 * @param rho [n] @param z [n, ...shape] @param e [n, ...output], both standard normal
 */
export const perturbedSolution = (
  { operator, noise: { sigma } }: LinearGaussianProblem,
  y: Tensor,
  centre: Tensor,
  rho: Tensor,
  z: Tensor,
  e: Tensor,
): Tensor => {
  const ratio = rho.reciprocal().multiply(sigma).square();
  const perturbed = centre.add(z.multiply(perSampleScalar(rho, z)));
  return operator.solve(
    operator.adjoint(y.add(e.multiply(sigma))).add(perturbed.multiply(perSampleScalar(ratio, z))),
    ratio,
  );
};

/**
 * Unadjusted Langevin steps on log N(x_0; centre, rho^2 I) + log p(y | A x_0), from the centre. The step is `share` of the variance
 * of the Gaussian approximation, 1 / (1 / rho^2 + L) with L the curvature of the likelihood.
 * @param rho [n] @param curvature largest second derivative of -log p(y | A x) by x
 * @param draws standard normal, one for each step
 */
export const langevinSteps = (
  { operator, noise }: Problem,
  y: Tensor,
  centre: Tensor,
  rho: Tensor,
  draws: readonly Tensor[],
  { share, curvature }: { readonly share: number; readonly curvature: number },
): Tensor => {
  const precision = rho.square().reciprocal();
  const eta = perSampleScalar(precision.add(curvature).reciprocal().multiply(share), centre);
  const weight = perSampleScalar(precision, centre);
  const slope = grad((at: Tensor) => noise.logLikelihood(y, operator.apply(at)).sum());
  return draws.reduce<Tensor>(
    (x, z) =>
      x.add(slope(x).add(centre.subtract(x).multiply(weight)).multiply(eta)).add(eta.multiply(2).sqrt().multiply(z)),
    centre,
  );
};
