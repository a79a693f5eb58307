/** Noise in, samples out, for any score model and any sampler. */
import { type FloatType, type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import { checkFloats } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { firstRows } from "../numeric/first-rows.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import type { LoopOptions, LoopState } from "./batches.ts";
import { checkSampler } from "./check-sampler.ts";
import { sampling } from "./loop.ts";

// 8 GiB in float32: reported before the first batch, not after it.
const mostNumbers = 2 ** 31;

/** Progress of sampling, one event per step. */
export interface SampleEvent {
  /** Steps done, over all batches, out of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Samples in the batch under way, at time `t` (0 once denoised), [samples, ...shape]; not written to again. */
  readonly x: NdArray;
  readonly t: number;
  /** Index of the batch's first sample. */
  readonly firstSample: number;
  /** Network evaluations for each of these samples so far. */
  readonly evaluations: number;
}

/** Options of {@link sample}. */
export interface SampleOptions<D extends FloatType = "float32"> extends LoopOptions<D> {
  readonly onProgress?: (event: SampleEvent) => void;
}

/** The names of all options, for {@link checkSampling}. */
export const sampleOptions = {
  count: true,
  firstSample: true,
  indices: true,
  given: true,
  sampler: true,
  seed: true,
  batch: true,
  dtype: true,
  initial: true,
  signal: true,
  runtime: true,
  keep: true,
  onProgress: true,
} satisfies Known<SampleOptions>;

/** @throws ArgumentError for a value that is not a model, sampler or array, and for unknown options */
export const checkSampling = (
  name: string,
  model: ScoreModel,
  options: SampleOptions<FloatType>,
  known: Readonly<Record<string, true>>,
): void => {
  checkModel(name, model);
  checkOptions(name, options, known);
  const { sampler, initial, keep } = options;
  if (keep !== undefined) checkMade(`${name} keep`, keep, ["use", "dispose"], "a keeper such as keepSteps() makes");
  if (sampler !== undefined) checkSampler(name, sampler);
  if (initial !== undefined) checkFloats(`${name} initial`, initial);
};

/** The event of a state, unless it is the state before the first step. */
export const report = (state: LoopState, onProgress: SampleOptions["onProgress"]): void => {
  const { t, step, steps, evaluations, batch, batches, firstSample, samples } = state;
  if (step === 0 || !onProgress) return;
  // Without rows of no use.
  const x = firstRows(state.x, samples);
  onProgress({ step: batch * steps + step, steps: batches * steps, x, t, firstSample, evaluations });
};

/**
 * Draws samples from a model.
 * @returns [count, ...model.shape]
 * @throws ArgumentError for bad or unknown options; SamplingError when a sample is not finite; the signal's reason when aborted
 */
export const sample = async <D extends FloatType = "float32">(
  model: ScoreModel,
  options: SampleOptions<D>,
): Promise<NdArray<D>> => {
  checkSampling("sample", model, options, sampleOptions);
  const { onProgress, ...rest } = options;
  const size = sizeOf(model.shape);
  if (options.count * size > mostNumbers)
    throw new ArgumentError(
      `sample: expected at most ${Math.floor(mostNumbers / size)} samples of shape [${model.shape.join(", ")}] at once, found ` +
        `${options.count}; draw them in parts, as in firstSample: 0, 1000, 2000 with count: 1000`,
    );
  let result: NdArray<D> | undefined;
  for await (const state of sampling(model, rest)) {
    const { x, step, steps, row, samples } = state;
    report(state, onProgress);
    if (step < steps) continue;
    result ??= zeros([options.count, ...model.shape], x.dtype);
    (result.data as Float64Array).set((x.data as Float64Array).subarray(0, samples * size), row * size);
  }
  return result ?? zeros([options.count, ...model.shape], options.dtype ?? ("float32" as D));
};
