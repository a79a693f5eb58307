/** On Gaussian data the probability-flow ODE has a closed form: what a sampler of it makes of a state is known. */

import type { AnySampler, Process, Sampler } from "@scorefield/core";
import { edm, exact, gaussian, rectifiedFlow, sample, subVp, ve, vp, vpCosine } from "@scorefield/core";
import { ndarray, type Runtime } from "@scorefield/tensor";
import { marginalVariance } from "./affine-probe.ts";

/** Processes on which samplers are tested. */
export const flowProcesses: readonly Process[] = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];

/**
 * Relative errors x_0 / (x_T sqrt(m_0 / m_T)) - 1, m the marginal variances of N(0, s^2), for each s of `deviations`.
 * They come from the sampling loop, in float64. The sampler neither draws noise nor denoises last.
 */
export const flowErrors = async (
  sampler: AnySampler,
  process: Process,
  deviations: readonly number[],
  runtime: Runtime,
): Promise<number[]> => {
  const d = deviations.length;
  const model = exact(gaussian({ mean: deviations.map(() => 0), covariance: deviations.map((s) => s * s) }), process);
  const { first, last } = process.times;
  const rootAt = (t: number) => deviations.map((s) => Math.sqrt(marginalVariance(process, t, s)));
  const initial = ndarray(Float64Array.from(rootAt(last)), [1, d]);
  const { data } = await sample(model, { count: 1, sampler, dtype: "float64", initial, runtime });
  return rootAt(first).map((expected, i) => data[i]! / expected - 1);
};

/** Largest error, in units of sigma at the first time, of the state that a sampler makes on data at a single point. */
export const pointError = async (sampler: Sampler, process: Process, runtime: Runtime): Promise<number> => {
  const point = [1.5, -0.7];
  const z = [0.8, -2.1];
  const { first, last } = process.times;
  const at = (t: number) => point.map((mean, i) => process.alpha(t) * mean + process.sigma(t) * z[i]!);
  const model = exact(gaussian({ mean: point, covariance: 0 }), process);
  const initial = ndarray(Float64Array.from(at(last)), [1, 2]);
  const { data } = await sample(model, { count: 1, sampler, dtype: "float64", initial, runtime });
  return Math.max(...at(first).map((expected, i) => Math.abs(data[i]! - expected) / process.sigma(first)));
};
