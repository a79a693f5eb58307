/** How `bench/enhance.ts` restores images: references of the project, and draws of posteriors. */
import { type ScoreModel, sample } from "@scorefield/core";
import {
  daps,
  diffpir,
  mmps,
  type PosteriorMethod,
  pnpDm,
  powerSpectrum,
  totalVariation,
  wienerFilter,
} from "@scorefield/inverse";
import { compile, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { type Images, sizeOfImage, type Task } from "./enhance-data.ts";

/** What a method makes of some measurements. */
export interface Restored {
  readonly estimate: Images;
  /** [images, draws, ...] */
  readonly draws?: NdArray;
  /** Of one core, for an image. */
  readonly seconds: number;
  readonly evaluations?: number;
}

/** Seconds of the processor that `work` takes, and its result. */
export const timed = async <R>(work: () => Promise<R>): Promise<{ readonly result: R; readonly seconds: number }> => {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
};

/** A function of all measurements at once, compiled. */
export const mapped = async (f: (y: Tensor) => Tensor, y: NdArray, runtime: Runtime): Promise<Restored> => {
  const compiled = await compile(f, [{ shape: y.shape, dtype: "float32" }], { runtime });
  try {
    const { result, seconds } = await timed(() => compiled(y as never));
    return { estimate: result as unknown as Images, seconds: seconds / y.shape[0]! };
  } finally {
    await compiled.dispose();
  }
};

export const wiener = ({ operator, sigma }: Task, train: Images, y: NdArray, runtime: Runtime): Promise<Restored> =>
  mapped(wienerFilter(operator, { sigma, ...powerSpectrum(train) }), y, runtime);

export const tv = async ({ operator, sigma }: Task, share: number, y: NdArray, runtime: Runtime): Promise<Restored> => {
  const weight = share * sigma;
  const { result, seconds } = await timed(() => totalVariation(y, { operator, weight, range: [-1, 1], runtime }));
  return { estimate: result.estimate as Images, seconds: seconds / y.shape[0]! };
};

/** The denoiser once, at the noise of the measurement: the posterior mean where the noise is Gaussian. */
export const denoiseOnce = (model: ScoreModel, { sigma }: Task, y: NdArray, runtime: Runtime): Promise<Restored> => {
  const { process } = model;
  const t = process.timeOfLogSnr(-2 * Math.log(sigma));
  return mapped(
    (seen) => {
      const times = seen
        .slice([null, [0, 1], [0, 1], [0, 1]])
        .reshape([y.shape[0]!])
        .multiply(0)
        .add(t);
      return model.denoise(seen.multiply(process.alpha(t)), times);
    },
    y,
    runtime,
  );
};

/** Methods that draw, of which one is chosen for each kind of task on images for choices. */
export const drawing = (task: Task): Readonly<Record<string, PosteriorMethod>> => {
  const curvature = 1 / task.sigma ** 2;
  const split = (coupling: number) => ({
    steps: 16,
    innerSteps: 5,
    start: Math.max(0.6, task.sigma),
    decay: 0.8,
    coupling,
    curvature,
    langevinSteps: 15,
  });
  const gibbs = { "pnp-dm": pnpDm(split(Math.max(0.05, task.sigma / 2))) };
  if (task.noise.sigma === undefined)
    return { ...gibbs, daps: daps({ steps: 20, innerSteps: 4, curvature, langevinSteps: 15 }) };
  return { ...gibbs, mmps: mmps({ steps: 8, iterations: 3 }), diffpir: diffpir({ steps: 40 }) };
};

/** Draws for all measurements, of one compiled step. */
export const drawn = async (
  model: ScoreModel,
  { operator, noise }: Task,
  method: PosteriorMethod,
  y: NdArray,
  draws: number,
  runtime: Runtime,
): Promise<Restored> => {
  const [n = 0] = y.shape;
  const [size, measured] = [sizeOfImage({ shape: [n, ...model.shape] } as never), y.data.length / n];
  const repeated = new Float32Array(n * draws * measured);
  for (let i = 0; i < n * draws; i++) {
    const from = Math.floor(i / draws) * measured;
    repeated.set((y.data as Float32Array).subarray(from, from + measured), i * measured);
  }
  let evaluations = 0;
  const { result, seconds } = await timed(async () => {
    const prepared = await method.prepare({ model, operator, noise }, { runtime });
    return sample(prepared.model, {
      sampler: prepared.sampler,
      count: n * draws,
      batch: 2 * draws,
      seed: 7,
      given: { measurement: ndarray(repeated, [n * draws, ...operator.output]) },
      runtime,
      onProgress: (event) => {
        evaluations = event.evaluations;
      },
    });
  });
  const estimate = new Float32Array(n * size);
  for (let i = 0; i < n * draws; i++)
    for (let j = 0; j < size; j++) estimate[Math.floor(i / draws) * size + j]! += result.data[i * size + j]! / draws;
  return {
    estimate: ndarray(estimate, [n, ...model.shape]),
    draws: ndarray(result.data, [n, draws, ...model.shape]),
    seconds: seconds / n,
    evaluations,
  };
};
