/** The loop of adaptive samplers: every sample goes from noise to data in steps of its own. */
import {
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  type Shape,
  type Spec,
  sizeOf,
  storage,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { SamplingError } from "../errors.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { bind } from "../model/with-given.ts";
import type { AdaptiveSampler, AttemptTimes } from "./adaptive-sampler.ts";
import { type Batch, batchesOf, checkFinite, type LoopOptions, type LoopState } from "./batches.ts";
import { brownianPath } from "./brownian-path.ts";
import { compileDenoiser, compileParts } from "./compiled-parts.ts";
import { stepDraw } from "./plan.ts";
import type { SamplerState } from "./sampler.ts";
import { nextStep, roundedStep, type StepControl } from "./step-control.ts";

/** Options of a run with an adaptive sampler. */
export interface AdaptiveOptions<D extends FloatType> extends Omit<LoopOptions<D>, "sampler"> {
  readonly sampler: AdaptiveSampler;
}

/**
 * Every state of every batch, as the loop of fixed steps gives them; a step is one attempt of every sample that is not done.
 * Samples that are done idle until their batch is. A sample's noise is keyed by its index and its attempt, so that it
 * does not depend on the batch. Steps have one of a few lengths for the same reason ({@link roundedStep}).
 * @throws ArgumentError for bad options; SamplingError when a sample takes too many steps or cannot be made as exact as
 *   asked; the signal's reason when aborted
 */
export async function* adaptiveSampling<D extends FloatType = "float32">(
  model: ScoreModel,
  options: AdaptiveOptions<D>,
): AsyncGenerator<LoopState<D>, void> {
  const { sampler, signal, runtime } = options;
  const { full, dtype, given, list } = batchesOf(model, options);
  signal?.throwIfAborted();
  if (list.length === 0) return;
  const compiled = await compileAttempt(model, sampler, full, dtype, given, runtime);
  try {
    for (const batch of list) yield* solve(model, sampler, batch, full, dtype, compiled, signal);
  } finally {
    await compiled.dispose();
  }
}

async function* solve<D extends FloatType>(
  { process, evaluations: cost = 1 }: ScoreModel,
  sampler: AdaptiveSampler,
  { place, draws, first, given: givenRows }: Batch<D>,
  full: Shape,
  dtype: D,
  compiled: Awaited<ReturnType<typeof compileAttempt>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LoopState<D>, void> {
  const { controller, maxSteps } = sampler;
  const { first: end, last: start } = process.times;
  const clock = sampler.clock(process);
  const [way, endValue] = [clock.at(start) - clock.at(end), clock.at(end)];
  const rows = full[0]!;
  const size = sizeOf(full.slice(1));
  const round = dtype === "float32" ? Math.fround : Number;
  const filled = (t: number) => new Float64Array(rows).fill(round(t));
  const at = filled(start);
  const to = filled(end);
  const value = new Float64Array(rows).fill(clock.at(start));
  const controls = Array.from(
    { length: rows },
    (): StepControl => ({ step: controller.firstStep * way, lastError: 1, failed: false }),
  );
  const paths = Array.from({ length: rows }, () => brownianPath(size));
  const timesOf = (t: Float64Array): NdArray => {
    const data = storage(dtype, rows);
    (data as Float64Array).set(t);
    return ndarray(data);
  };

  const given = givenRows();
  let x: NdArray = first(process.priorDeviation);
  let carried: readonly NdArray[] = await compiled.start(x, timesOf(at), given);
  let evaluations = sampler.evaluationsToStart * cost;
  const last = sampler.denoiseLast ? 1 : 0;
  const state = (step: number, steps: number, t: number): LoopState<D> => ({
    ...place,
    x: x as NdArray<D>,
    t,
    step,
    steps,
    evaluations,
  });
  yield state(0, Math.ceil(1 / controller.firstStep), start);

  // Rows past the last sample of the batch are computed, but nobody waits for them.
  const active = new Set(Array.from({ length: place.samples }, (_, i) => i));
  let attempt = 0;
  while (active.size > 0) {
    signal?.throwIfAborted();
    for (const i of active) {
      const step = roundedStep(controls[i]!.step);
      const next = value[i]! - step;
      // What would be left by a hair is taken along.
      to[i] = next - endValue <= 1e-3 * step ? round(end) : round(clock.timeOf(next));
      if (!(to[i]! < at[i]!) || attempt === maxSteps) {
        const sample = `${sampler.recipe.kind}: sample ${place.firstSample + i}`;
        throw new SamplingError(
          attempt === maxSteps
            ? `${sample} is at time ${at[i]} after ${maxSteps} steps; loosen the tolerance, or raise maxSteps`
            : `${sample} cannot be made as exact as asked at time ${at[i]}; loosen the tolerance, or compute in float64`,
        );
      }
    }
    const noise = zeros(full, dtype);
    if (sampler.stochastic) {
      const draw = stepDraw(full, attempt, draws).data as Float64Array;
      for (const i of active) {
        const length = value[i]! - clock.at(to[i]!);
        const increment = paths[i]!.ahead(length, draw.subarray(i * size, (i + 1) * size));
        for (let j = 0; j < size; j++) noise.data[i * size + j] = increment[j]! / Math.sqrt(length);
      }
    }
    const proposed = await compiled.attempt(
      { x, carried: [...carried] },
      { from: timesOf(at), to: timesOf(to) },
      noise,
      given,
    );
    attempt++;
    evaluations += sampler.evaluationsPerAttempt * cost;
    const accepted: number[] = [];
    for (const i of active) {
      const error = Number(proposed.error.data[i]);
      const reached = clock.at(to[i]!);
      // The last step is shorter than it may be.
      const step = Math.min(controls[i]!.step, value[i]! - reached);
      controls[i] = nextStep(controller, { ...controls[i]!, step }, error);
      if (!(error <= 1)) continue;
      accepted.push(i);
      paths[i]!.pass();
      at[i] = to[i]!;
      value[i] = reached;
      if (to[i] === round(end)) active.delete(i);
    }
    const take = (before: NdArray, after: NdArray): NdArray => withRows(before, after, accepted, size);
    carried = carried.map((before, k) => take(before, proposed.carried[k]!));
    x = take(x, proposed.x);
    let [latest, travelled] = [end, 0];
    for (let i = 0; i < place.samples; i++) {
      latest = Math.max(latest, at[i]!);
      travelled += (clock.at(start) - value[i]!) / way / place.samples;
    }
    const steps = active.size === 0 ? attempt + last : Math.max(attempt + 1 + last, Math.ceil(attempt / travelled));
    if (active.size === 0) checkFinite(x, place, sampler);
    yield state(attempt, steps, latest);
  }
  if (compiled.denoise) {
    signal?.throwIfAborted();
    x = await compiled.denoise(x, timesOf(filled(end)), given);
    evaluations += cost;
    checkFinite(x, place, sampler);
    yield state(attempt + 1, attempt + 1, 0);
  }
}

/** A copy of `before` with some rows of `after`. */
const withRows = (before: NdArray, after: NdArray, rows: readonly number[], size: number): NdArray => {
  const mixed = zeros(before.shape, before.dtype);
  const data = mixed.data as Float64Array;
  data.set(before.data as Float64Array);
  for (const i of rows) data.set((after.data as Float64Array).subarray(i * size, (i + 1) * size), i * size);
  return mixed;
};

/** The start, the attempt and the last denoising, compiled; they are freed at once. */
const compileAttempt = async (
  model: ScoreModel,
  sampler: AdaptiveSampler,
  full: Shape,
  dtype: FloatType,
  given: Record<string, Spec>,
  runtime: Runtime | undefined,
) => {
  const samples: Spec = { shape: full, dtype };
  const time: Spec = { shape: [full[0]!], dtype };
  return compileParts(runtime, async (keep, sessions) => {
    let carries = 0;
    const begin = (x: Tensor, t: Tensor, rows: Given) => {
      const carried = [...sampler.start(bind(model, rows), x, t)];
      carries = carried.length;
      return carried;
    };
    const start = keep(await compile(begin, [samples, time, given], { sessions, name: "sampler start" }));
    const attemptOne = (s: SamplerState, t: AttemptTimes, noise: Tensor, rows: Given) => {
      const { x, carried, error } = sampler.attempt(bind(model, rows), s, t, noise);
      return { x, carried: [...carried], error };
    };
    const list = (length: number): Spec[] => Array.from({ length }, () => samples);
    const attempt = keep(
      await compile(attemptOne, [{ x: samples, carried: list(carries) }, { from: time, to: time }, samples, given], {
        sessions,
        name: "sampler step",
      }),
    );
    const denoise = sampler.denoiseLast
      ? keep(await compileDenoiser(model, samples, time, given, sessions))
      : undefined;
    return { start, attempt, denoise };
  });
};
