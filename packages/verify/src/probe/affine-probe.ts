/**
 * On Gaussian data every step of a linear sampler is x' = A x + B z: its distribution is known without drawing
 * anything.
 */

import type { Process, Sampler } from "@scorefield/core";
import { exact, gaussian } from "@scorefield/core";
import { compile, ndarray, type Runtime, type Spec, type Tensor } from "@scorefield/tensor";

/** A and B of one step, for each deviation. */
export interface AffineStep {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/**
 * Reads A and B of every step of a sampler's grid from (x, z) = (1, 0) and (0, 1), through the compiled step in
 * float64. The data are N(0, s^2) with each s of `deviations`. The sampler carries nothing and takes at most one draw.
 */
export const affineSteps = async (
  sampler: Sampler,
  process: Process,
  deviations: readonly number[],
  runtime: Runtime,
): Promise<AffineStep[]> => {
  const d = deviations.length;
  const model = exact(gaussian({ mean: deviations.map(() => 0), covariance: deviations.map((s) => s * s) }), process);
  const states: Spec = { shape: [2, d], dtype: "float64" };
  const times: Spec = { shape: [2], dtype: "float64" };
  const step = await compile(
    (x: Tensor, from: Tensor, to: Tensor, noise: Tensor) =>
      sampler.step(model, { x, carried: [] }, { from, to, before: [] }, [noise]).x,
    [states, times, times, states],
    { runtime },
  );
  const ones = (row: number) => ndarray(new Float64Array(2 * d).fill(1, row * d, (row + 1) * d), [2, d]);
  const at = (t: number) => ndarray(Float64Array.of(t, t));
  const grid = sampler.grid(process);
  const results = await Promise.all(
    grid.slice(1).map(async (to, k) => {
      const { data } = await step(ones(0), at(grid[k]!), at(to), ones(1));
      return { a: (data as Float64Array).slice(0, d), b: (data as Float64Array).slice(d) };
    }),
  );
  await step.dispose();
  return results;
};

/** The variance of the state after all steps, from a variance before them. */
export const variancesAfter = (steps: readonly AffineStep[], before: readonly number[]): number[] =>
  before.map((variance, i) => steps.reduce((v, { a, b }) => a[i]! ** 2 * v + b[i]! ** 2, variance));

/** alpha^2 s^2 + sigma^2, the exact marginal variance. */
export const marginalVariance = (process: Process, t: number, deviation: number): number =>
  (process.alpha(t) * deviation) ** 2 + process.sigma(t) ** 2;

/** Least-squares slope of log |error| against log(steps), with the sign that makes an order of convergence positive. */
export const orderOf = (steps: readonly number[], errors: readonly number[]): number => {
  const x = steps.map(Math.log);
  const y = errors.map((error) => Math.log(Math.abs(error)));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  return -x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i]! - my), 0) / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0);
};
