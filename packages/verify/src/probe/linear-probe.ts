/**
 * On Gaussian data the samples of a linear sampler stay Gaussian, with all that it carries: the variance is known
 * exactly.
 */

import type { Process, Sampler, ScoreModel } from "@scorefield/core";
import { exact, gaussian } from "@scorefield/core";
import { type PlannedStep, plan, renoise } from "@scorefield/core/internal";
import { compile, constant, type NdArray, ndarray, type Runtime, type Spec, type Tensor } from "@scorefield/tensor";
import { marginalVariance } from "./affine-probe.ts";

/** What a step does to (x, carried...) and its draws, as matrices: outputs by row, inputs by column, each deviation. */
type Matrices = (output: number, input: number, deviation: number) => number;

/**
 * Reads the matrix of a step off unit vectors, through the compiled step in float64. Steps at the same times are read
 * once.
 * @returns also what frees the compiled steps
 */
const stepReader = (sampler: Sampler, model: ScoreModel, d: number, runtime: Runtime) => {
  const width = 1 + sampler.carries;
  const inputs = width + sampler.noises;
  const states: Spec = { shape: [inputs, d], dtype: "float64" };
  const time: Spec = { shape: [inputs], dtype: "float64" };
  const list = (count: number, spec: Spec): Spec[] => Array.from({ length: count }, () => spec);
  // Row k of the batch has a one in the k-th input alone.
  const units = Array.from({ length: inputs }, (_, k) =>
    ndarray(new Float64Array(inputs * d).fill(1, k * d, (k + 1) * d), [inputs, d]),
  );
  const compileFor = (remembered: number) =>
    compile(
      (state: Tensor[], times: Tensor[], noise: Tensor[]) => {
        const [from, to, ...before] = times;
        const next = sampler.step(
          model,
          { x: state[0]!, carried: state.slice(1) },
          { from: from!, to: to!, before },
          noise,
        );
        return [next.x, ...next.carried];
      },
      [list(width, states), list(2 + remembered, time), list(sampler.noises, states)],
      { runtime },
    );
  const compiled = new Map<number, Awaited<ReturnType<typeof compileFor>>>();
  const known = new Map<string, NdArray[]>();
  const read = async ({ from, to, before }: PlannedStep): Promise<Matrices> => {
    const times = [from, to, ...before];
    const key = times.join();
    if (!known.has(key)) {
      if (!compiled.has(before.length)) compiled.set(before.length, await compileFor(before.length));
      const at = times.map((t) => ndarray(new Float64Array(inputs).fill(t)));
      known.set(key, await compiled.get(before.length)!(units.slice(0, width), at, units.slice(width)));
    }
    const outputs = known.get(key)!;
    return (output, input, deviation) => Number(outputs[output]!.data[input * d + deviation]);
  };
  const dispose = async (): Promise<void> => {
    for (const step of compiled.values()) await step.dispose();
  };
  return { width, inputs, read, dispose };
};

/** The factor of x and the deviation of the noise of a rise to a later time, as the sampling loop makes it. */
const readRise = async (process: Process, { from, to }: PlannedStep, runtime: Runtime): Promise<[number, number]> => {
  const pair = (...values: number[]) => constant(ndarray(Float64Array.from(values), [2, 1]));
  const time: Spec = { shape: [2], dtype: "float64" };
  const rise = await compile(
    (start: Tensor, end: Tensor) => renoise(process, pair(1, 0), start, end, pair(0, 1)),
    [time, time],
    { runtime },
  );
  const { data } = await rise(ndarray(Float64Array.of(from, from)), ndarray(Float64Array.of(to, to)));
  await rise.dispose();
  return [Number(data[0]), Number(data[1])];
};

/** What a sampler's variance is followed from, and under which model. */
export interface VariancePathOptions {
  /** Variance before the first step, the exact marginal of N(0, s^2) by default. */
  readonly start?: number | undefined;
  /**
   * A model of N(0, s^2), independent in each dimension. Default the exact model. A product of several such models is
   * another.
   */
  readonly model?: ScoreModel | undefined;
}

/** The exact model of data N(0, s^2), a dimension for each s of `deviations`. */
const gaussianModel = (process: Process, deviations: readonly number[]): ScoreModel =>
  exact(gaussian({ mean: deviations.map(() => 0), covariance: deviations.map((s) => s * s) }), process);

/**
 * The variance of x at each time of a sampler's grid, [time][deviation], for data N(0, s^2) with each s of
 * `deviations`. Every step takes the covariance C of (x, carried...) to M C M^T + N N^T, with M and N of the step. N
 * multiplies its draws.
 */
export const variancePath = async (
  sampler: Sampler,
  process: Process,
  deviations: readonly number[],
  runtime: Runtime,
  { start, model = gaussianModel(process, deviations) }: VariancePathOptions = {},
): Promise<number[][]> => {
  const { width, inputs, read, dispose } = stepReader(sampler, model, deviations.length, runtime);
  const rises = new Map<string, [number, number]>();
  const { start: first, steps } = plan(sampler, process);
  /** Nothing is carried. */
  const alone = (variance: number): Float64Array => {
    const covariance = new Float64Array(width * width);
    covariance[0] = variance;
    return covariance;
  };
  let covariances = deviations.map((s) => alone(start ?? marginalVariance(process, first, s)));
  const path = [covariances.map((c) => c[0]!)];
  for (const step of steps) {
    if (step.rises) {
      const key = [step.from, step.to].join();
      if (!rises.has(key)) rises.set(key, await readRise(process, step, runtime));
      const [factor, deviation] = rises.get(key)!;
      covariances = covariances.map((c) => alone(factor ** 2 * c[0]! + deviation ** 2));
    } else {
      const entry = await read(step);
      covariances = covariances.map((c, i) =>
        Float64Array.from({ length: width * width }, (_, ab) => {
          const [a, b] = [Math.floor(ab / width), ab % width];
          let sum = 0;
          for (let k = 0; k < width; k++)
            for (let l = 0; l < width; l++) sum += entry(a, k, i) * c[k * width + l]! * entry(b, l, i);
          for (let k = width; k < inputs; k++) sum += entry(a, k, i) * entry(b, k, i);
          return sum;
        }),
      );
    }
    path.push(covariances.map((c) => c[0]!));
  }
  await dispose();
  return path;
};

/** Relative errors of the variance at the end of the grid, for each deviation. */
export const varianceErrors = async (
  sampler: Sampler,
  process: Process,
  deviations: readonly number[],
  runtime: Runtime,
): Promise<number[]> => {
  const path = await variancePath(sampler, process, deviations, runtime);
  return path.at(-1)!.map((v, i) => v / marginalVariance(process, process.times.first, deviations[i]!) - 1);
};
