/** Adaptive samplers: every sample goes from noise to data in its own steps. */
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
import { type Clock, integrate, type Method, type Placed } from "../integrate/integrate.ts";
import { roundedStep } from "../integrate/step-control.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { bind } from "../model/with-given.ts";
import type { Process } from "../process/process.ts";
import type { AdaptiveSampler, AttemptTimes } from "./adaptive-sampler.ts";
import { type Batch, batchesOf, checkFinite, type LoopOptions, type LoopState, sampleIndex } from "./batches.ts";
import { brownianPath } from "./brownian-path.ts";
import { compileDenoiser, compileParts } from "./compiled-parts.ts";
import { stepsFor } from "./kept-steps.ts";
import { stepDraw } from "./plan.ts";
import type { SamplerState } from "./sampler.ts";

/** Options of a run with an adaptive sampler. */
export interface AdaptiveOptions<D extends FloatType> extends Omit<LoopOptions<D>, "sampler"> {
  readonly sampler: AdaptiveSampler;
}

/**
 * Every state of every batch, as the loop of fixed steps gives them. A step is one attempt of every sample that is not
 * done. Samples that are done idle until their batch is. A sample's noise is keyed by its index and its attempt, so
 * that it does not depend on the batch. Steps have one of a few lengths for the same reason ({@link roundedStep}).
 * @throws ArgumentError for bad options; SamplingError when a sample takes too many steps or cannot reach the
 *   tolerance; the signal's reason when aborted
 */
export async function* adaptiveSampling<D extends FloatType = "float32">(
  model: ScoreModel,
  options: AdaptiveOptions<D>,
): AsyncGenerator<LoopState<D>, void> {
  const { sampler, signal, runtime, keep } = options;
  const { full, dtype, given, list } = batchesOf(model, options);
  signal?.throwIfAborted();
  if (list.length === 0) return;
  const text = JSON.stringify([sampler.recipe, full, dtype, given]);
  const [compiled, leave] = await stepsFor(keep, { model, runtime, text }, () =>
    compileAttempt(model, sampler, full, dtype, given, runtime),
  );
  try {
    for (const batch of list) yield* solve(model, sampler, batch, full, dtype, compiled, signal);
  } finally {
    await leave();
  }
}

async function* solve<D extends FloatType>(
  { process, evaluations: cost = 1 }: ScoreModel,
  sampler: AdaptiveSampler,
  batch: Batch<D>,
  full: Shape,
  dtype: D,
  compiled: Awaited<ReturnType<typeof compileAttempt>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LoopState<D>, void> {
  const { place } = batch;
  const { controller, maxSteps } = sampler;
  const { first: end, last: start } = process.times;
  const clock = sampler.clock(process);
  const way = clock.at(start) - clock.at(end);
  const states = batchUnderWay(process, sampler, clock, batch, compiled);
  const solved = integrate({
    method: states,
    count: place.samples,
    slots: full[0]!,
    from: start,
    to: end,
    clock,
    round: dtype === "float32" ? Math.fround : Number,
    control: { ...controller, firstStep: roundedStep(controller.firstStep * way) / way },
    mostSteps: maxSteps,
    error: (reason, index, t) => {
      const sample = `${sampler.recipe.kind}: sample ${sampleIndex(place, index)}`;
      return new SamplingError(
        reason === "steps"
          ? `${sample} is at time ${t} after ${maxSteps} steps; loosen the tolerance, or raise maxSteps`
          : `${sample} cannot be made as exact as asked at time ${t}; loosen the tolerance, or compute in float64`,
      );
    },
    signal,
  });
  const last = sampler.denoiseLast ? 1 : 0;
  let done = 0;
  let evaluations = sampler.evaluationsToStart * cost;
  const state = (step: number, steps: number, t: number): LoopState<D> => ({
    ...place,
    x: states.x() as NdArray<D>,
    t,
    step,
    steps,
    evaluations,
  });
  for await (const { attempt, left, at } of solved) {
    if (attempt > 0) evaluations += sampler.evaluationsPerAttempt * cost;
    done = attempt;
    let [latest, travelled] = [end, 0];
    // Rows past the last sample of the batch are computed, but nobody waits for them.
    for (const t of at.subarray(0, place.samples)) {
      latest = Math.max(latest, t);
      travelled += (clock.at(start) - clock.at(t)) / way / place.samples;
    }
    if (left === 0) checkFinite(states.x(), place, sampler);
    const ahead = attempt === 0 ? Math.ceil(1 / controller.firstStep) : Math.ceil(attempt / travelled);
    yield state(
      attempt,
      left === 0 ? attempt + last : Math.max(attempt + 1 + last, ahead),
      attempt === 0 ? start : latest,
    );
  }
  if (compiled.denoise) {
    signal?.throwIfAborted();
    await states.denoise(end);
    evaluations += cost;
    checkFinite(states.x(), place, sampler);
    yield state(done + 1, done + 1, 0);
  }
}

/** A list of times as the model takes them. */
const timesOf = (t: Float64Array, dtype: FloatType): NdArray => {
  const data = storage(dtype, t.length);
  (data as Float64Array).set(t);
  return ndarray(data);
};

/** The samples of a batch under way: what they carry, and the Brownian motion ahead of each. */
const batchUnderWay = <D extends FloatType>(
  process: Process,
  { stochastic }: AdaptiveSampler,
  clock: Clock,
  { first, draws, given: givenRows }: Batch<D>,
  compiled: Awaited<ReturnType<typeof compileAttempt>>,
) => {
  const initial = first(process.priorDeviation);
  const given = givenRows();
  const { shape, dtype } = initial;
  const size = sizeOf(shape.slice(1));
  const paths = Array.from({ length: shape[0]! }, () => brownianPath(size));
  let x: NdArray = initial;
  let carried: readonly NdArray[] = [];
  let proposed: Awaited<ReturnType<typeof compiled.attempt>>;
  let attempts = 0;

  /** The increment of each active sample's motion over its step, over the root of its length. */
  const noiseOf = (from: Float64Array, to: Float64Array, active: readonly Placed[]): NdArray => {
    const noise = zeros(shape, dtype);
    if (!stochastic) return noise;
    const draw = stepDraw(shape, attempts, draws).data as Float64Array;
    for (const { slot } of active) {
      const length = clock.at(from[slot]!) - clock.at(to[slot]!);
      const increment = paths[slot]!.ahead(length, draw.subarray(slot * size, (slot + 1) * size));
      for (let j = 0; j < size; j++) noise.data[slot * size + j] = increment[j]! / Math.sqrt(length);
    }
    return noise;
  };
  const method: Method = {
    begin: async (_, at) => {
      carried = await compiled.start(x, timesOf(at, dtype), given);
    },
    attempt: async (from, to, active) => {
      const times = { from: timesOf(from, dtype), to: timesOf(to, dtype) };
      proposed = await compiled.attempt({ x, carried: [...carried] }, times, noiseOf(from, to, active), given);
      attempts++;
      return Float64Array.from(proposed.error.data as Float64Array);
    },
    accept: (accepted) => {
      const slots = accepted.map(({ slot }) => slot);
      for (const slot of slots) paths[slot]!.pass();
      const take = (before: NdArray, after: NdArray): NdArray => withRows(before, after, slots, size);
      carried = carried.map((before, k) => take(before, proposed.carried[k]!));
      x = take(x, proposed.x);
    },
  };
  return {
    ...method,
    x: () => x,
    denoise: async (t: number) => {
      x = await compiled.denoise!(x, timesOf(new Float64Array(shape[0]!).fill(t), dtype), given);
    },
  };
};

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
