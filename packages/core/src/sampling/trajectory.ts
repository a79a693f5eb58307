/** The way of samples from noise to data. */
import { type FloatType, type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { sampling } from "./loop.ts";
import { plan } from "./plan.ts";
import { checkSampling, report, type SampleOptions, sampleOptions } from "./sample.ts";
import type { Sampler } from "./sampler.ts";
import { unipc } from "./unipc.ts";

/** Options of {@link sampleTrajectory}. */
export interface TrajectoryOptions<D extends FloatType = "float32"> extends Omit<SampleOptions<D>, "sampler"> {
  /** A sampler with a grid: samples of an adaptive one are not at the same time together. Default {@link unipc}. */
  readonly sampler?: Sampler;
  /**
   * Number of steps from one kept state to the next, default 1. The states before the first step and after the last are
   * always kept.
   */
  readonly every?: number;
  /** Bytes that the kept states may take, default 1 GiB (2^30). */
  readonly memoryLimit?: number;
}

/** States of samples under way. */
export interface Trajectory<D extends FloatType = "float32"> {
  /** [kept, count, ...shape], from noise to data; the last ones are what `sample` returns. */
  readonly states: NdArray<D>;
  /** The time of each kept state, falling except in restarts and chains; 0 for the denoised one. */
  readonly times: readonly number[];
  /** Network evaluations for each sample. */
  readonly evaluations: number;
}

/**
 * Draws samples as `sample` does, the same for the same options, and keeps the states on the way.
 * @throws ArgumentError for bad options, or when the states would take more than `memoryLimit`; else as `sample`
 */
export const sampleTrajectory = async <D extends FloatType = "float32">(
  model: ScoreModel,
  allOptions: TrajectoryOptions<D>,
): Promise<Trajectory<D>> => {
  checkSampling("sampleTrajectory", model, allOptions, { ...sampleOptions, every: true, memoryLimit: true });
  const { every = 1, memoryLimit = 2 ** 30, onProgress, ...options } = allOptions;
  checkWhole("sampleTrajectory every", every);
  const { count, sampler = unipc(), dtype = "float32" as D } = options;
  if ("attempt" in sampler)
    throw new ArgumentError("sampleTrajectory: expected a sampler with a grid of times, found an adaptive one");
  const { start, steps } = plan(sampler, model.process, options.initial !== undefined);
  const all = [start, ...Array.from(steps, ({ to }) => to), ...(sampler.denoiseLast ? [0] : [])];
  const kept = all.flatMap((_, k) => (k % every === 0 || k === all.length - 1 ? [k] : []));
  const size = sizeOf(model.shape);
  const bytes = kept.length * count * size * (dtype === "float64" ? 8 : 4);
  if (bytes > memoryLimit)
    throw new ArgumentError(
      `sampleTrajectory: expected states of at most ${memoryLimit} bytes, found ${kept.length} states of ${count} samples, ` +
        `${bytes} bytes; keep fewer with every: ${Math.ceil((every * bytes) / Math.max(1, memoryLimit))}, draw fewer samples or raise memoryLimit`,
    );
  let states: NdArray<D> | undefined;
  let evaluations = 0;
  for await (const state of sampling(model, { ...options, sampler })) {
    const { x, step, row: first, samples } = state;
    report(state, onProgress);
    states ??= zeros([kept.length, count, ...model.shape], dtype);
    evaluations = state.evaluations;
    const row = step === all.length - 1 ? kept.length - 1 : step / every;
    if (Number.isInteger(row))
      (states.data as Float64Array).set(
        (x.data as Float64Array).subarray(0, samples * size),
        (row * count + first) * size,
      );
  }
  return {
    states: states ?? zeros([kept.length, count, ...model.shape], dtype),
    times: kept.map((k) => all[k]!),
    evaluations,
  };
};
