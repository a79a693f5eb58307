/** A sampler with all its steps as one graph: noise in, samples out. */
import {
  broadcastTo,
  compile,
  constant,
  type Exported,
  type ExportOptions,
  type FloatType,
  type NdArray,
  type Runtime,
  type Shape,
  type Spec,
  sizeOf,
  type Tensor,
  toOnnx,
  zeros,
} from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { type GivenValues, givenRows } from "../model/given.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { bind } from "../model/with-given.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { checkSampler } from "./check-sampler.ts";
import { modelAt, type Plan, plan, priorDraw, startDeviation, stepDraw } from "./plan.ts";
import { renoise } from "./renoise.ts";
import type { Sampler } from "./sampler.ts";

/** The independent standard normal draws that samples are made of. */
export interface SamplerNoise<T = NdArray> {
  /** [count, ...shape], which the graph scales to the prior. */
  readonly prior: T;
  /** [draws, count, ...shape] in the order in which the steps take them. Left out for a sampler without noise. */
  readonly draws?: T;
}

/** What a sampler as one graph is made for. */
export interface UnrolledOptions<D extends FloatType = "float32"> {
  /** How many samples: the graph has this batch and no other. */
  readonly count: number;
  /** Default float32. */
  readonly dtype?: D;
}

const unrolledOptions = { count: true, dtype: true } satisfies Known<UnrolledOptions>;

/** What a file of a sampler is made for. */
export interface SamplerOnnxOptions extends UnrolledOptions<FloatType>, Pick<ExportOptions, "externalData"> {
  /**
   * What is done with the samples [count, ...shape] last, within the file: `codec.decode` of a latent model, or
   * `(x) => x.clip(-1, 1)`. Default nothing.
   */
  readonly decode?: (samples: Tensor) => Tensor;
}

const onnxOptions = { ...unrolledOptions, externalData: true, decode: true } satisfies Known<SamplerOnnxOptions>;

/** @throws ArgumentError for what is no function of tensors */
export const checkDecode = (owner: string, decode: unknown): void => {
  if (decode !== undefined && typeof decode !== "function")
    throw new ArgumentError(
      `${owner} decode: expected a function of samples such as codec.decode, found ${typeof decode}`,
    );
};

const checkUnrolling = (
  name: string,
  model: ScoreModel,
  sampler: Sampler,
  options: object,
  known: Readonly<Record<string, true>>,
): void => {
  checkModel(name, model);
  checkSampler(name, sampler);
  checkOptions(name, options, known);
};

/** A sampler compiled as one graph. It frees its session when disposed. */
export interface CompiledSampler {
  /**
   * @param noise of {@link samplerNoise}
   * @param given what the model is conditioned on, as of `sample`; nothing by default
   * @returns samples [count, ...shape]
   */
  (noise: SamplerNoise, given?: GivenValues): Promise<NdArray>;
  dispose(): Promise<void>;
}

/**
 * Compiles all steps of a sampler into one graph, with its times as constants. It takes one call of the runtime instead
 * of one per step. The graph grows with the steps and takes longer to compile in proportion. For a large network and
 * many steps the loop of `sample` loses little.
 * @returns `({ prior, draws }, given) => samples [count, ...shape]`, equal to the samples that `sample` makes from the
 *   same draws, up to rounding
 * @throws ArgumentError for a bad count, or an adaptive sampler
 */
export const compileSampler = async <D extends FloatType = "float32">(
  model: ScoreModel,
  sampler: Sampler,
  allOptions: UnrolledOptions<D> & { readonly runtime?: Runtime },
): Promise<CompiledSampler> => {
  checkUnrolling("compileSampler", model, sampler, allOptions, { ...unrolledOptions, runtime: true });
  const { runtime, ...options } = allOptions;
  const { f, specs } = unroll(model, sampler, options);
  const { count, dtype = "float32" } = options;
  const compiled = await compile(f, specs, { runtime, name: `sampler ${sampler.recipe.kind}` });
  const samples = async (noise: SamplerNoise, given?: GivenValues): Promise<NdArray> => {
    // What is left out is a row of zeros.
    const rows = givenRows("compiled sampler", model, given, count, dtype).between(0, count);
    const zero = Object.entries(specs[1]).map(([name, { shape }]) => [name, zeros(shape, dtype)]);
    return compiled(noise, { ...Object.fromEntries(zero), ...rows });
  };
  return Object.assign(samples, { dispose: () => compiled.dispose() });
};

/**
 * A sampler and its model as the bytes of one ONNX file with standard operators only, with which any ONNX runtime turns
 * noise into samples. Inputs are `input.0.prior` [count, ...shape] and, for a sampler that takes noise at its steps,
 * `input.0.draws` [draws, count, ...shape], all standard normal and independent. Each condition of the model is a
 * separate input, such as `input.1.class` [count, classes] with one-hot rows, or rows of zeros for no class.
 * `conditional(model, 3)` has no such input. The output is `output` [count, ...shape], or what `decode` makes of it.
 * @param options.externalData as for `toOnnx`: the name of a second file, for weights of 2 GiB or more
 * @throws ArgumentError for a bad count, or an adaptive sampler; RuntimeError for 2 GiB of weights or more in one file
 */
export const samplerToOnnx = <const O extends SamplerOnnxOptions>(
  model: ScoreModel,
  sampler: Sampler,
  options: O,
): Exported<O> => {
  const owner = "samplerToOnnx";
  checkUnrolling(owner, model, sampler, options, onnxOptions);
  const { decode = (samples: Tensor) => samples, externalData } = options;
  checkDecode(owner, decode);
  const { f, specs } = unroll(model, sampler, options);
  return toOnnx((noise, rows) => decode(f(noise, rows)), specs, { externalData }) as Exported<O>;
};

/**
 * The draws that `sample` takes for these samples, in the form that a compiled or exported sampler takes.
 * @throws ArgumentError for options out of range
 */
export const samplerNoise = <D extends FloatType = "float32">(
  model: ScoreModel,
  sampler: Sampler,
  noiseOptions: UnrolledOptions<D> & { readonly seed?: number; readonly firstSample?: number },
): SamplerNoise<NdArray<D>> => {
  const known = { ...unrolledOptions, seed: true, firstSample: true } as const;
  checkUnrolling("samplerNoise", model, sampler, noiseOptions, known);
  const { count, dtype = "float32" as D, seed = 0, firstSample = 0 } = noiseOptions;
  checkWhole("sampler count", count);
  const shape = [count, ...model.shape];
  const options = { seed, firstSample, dtype };
  const { draws: length } = plan(sampler, model.process);
  const prior = priorDraw(shape, options) as NdArray<D>;
  if (length === 0) return { prior };
  const draws = zeros([length, ...shape], dtype);
  for (let i = 0; i < length; i++)
    (draws.data as Float64Array).set(stepDraw(shape, i, options).data as Float64Array, i * sizeOf(shape));
  return { prior, draws };
};

const unroll = (
  model: ScoreModel,
  sampler: Sampler,
  { count, dtype = "float32" }: { readonly count: number; readonly dtype?: FloatType },
) => {
  checkWhole("sampler count", count);
  if ("attempt" in sampler)
    throw new ArgumentError("sampler: expected one with a grid of times, found an adaptive one, whose steps vary");
  const planned = plan(sampler, model.process);
  const shape = [count, ...model.shape];
  const spec: SamplerNoise<Spec> = {
    prior: { shape, dtype },
    ...(planned.draws > 0 && { draws: { shape: [planned.draws, ...shape], dtype } }),
  };
  const given: Record<string, Spec> = Object.fromEntries(
    Object.entries(model.conditions ?? {}).map(([name, condition]) => [
      name,
      { shape: [count, ...condition.shape], dtype },
    ]),
  );
  const f = (noise: SamplerNoise<Tensor>, rows: Given): Tensor =>
    run(model, sampler, planned, shape, dtype, noise, rows);
  return { specs: [spec, given] as const, f };
};

const run = (
  model: ScoreModel,
  sampler: Sampler,
  { start, steps, end }: Plan,
  shape: Shape,
  dtype: FloatType,
  noise: SamplerNoise<Tensor>,
  given: Given,
): Tensor => {
  const at = (times: { readonly from: number; readonly to: number }) => bind(modelAt(model, sampler, times), given);
  const { process } = model;
  // One value, stretched: what is computed of it is folded into constants of one element.
  const timeOf = (t: number): Tensor => broadcastTo(constant(t, dtype), [shape[0]!]);
  const nothing = new Array<Tensor>(sampler.carries).fill(broadcastTo(constant(0, dtype), shape));
  let x = noise.prior.multiply(startDeviation(process, start));
  let carried: readonly Tensor[] = nothing;
  for (const step of steps) {
    const [from, to] = [timeOf(step.from), timeOf(step.to)];
    const draws = step.draws.map((index) => noise.draws!.slice([[index, index + 1]]).reshape(shape));
    if (step.rises) {
      x = renoise(process, x, from, to, draws[0]!);
      carried = nothing;
    } else {
      const times = { from, to, before: step.before.map(timeOf) };
      ({ x, carried } = sampler.step(at(step), { x, carried }, times, draws));
    }
  }
  return sampler.denoiseLast ? at({ from: end, to: end }).denoise(x, timeOf(end)) : x;
};
