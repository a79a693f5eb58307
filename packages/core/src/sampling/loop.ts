/** The sampling loop: from noise to data, state by state. What hands the states on is elsewhere. */
import {
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  type Shape,
  type SharedSessions,
  type Spec,
  storage,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { bind } from "../model/with-given.ts";
import { adaptiveSampling } from "./adaptive.ts";
import { batchesOf, checkFinite, type LoopOptions, type LoopState } from "./batches.ts";
import { compileDenoiser, compileParts } from "./compiled-parts.ts";
import { stepsFor } from "./kept-steps.ts";
import { modelAt, type Plan, plan, startDeviation, stepDraw } from "./plan.ts";
import { renoise } from "./renoise.ts";
import type { Sampler, SamplerState, StepTimes } from "./sampler.ts";
import { unipc } from "./unipc.ts";

/**
 * Every state of every batch: the one before the first step, one after each step, and the denoised one.
 * @throws ArgumentError for bad options; SamplingError when a sample is not finite; the signal's reason when aborted
 */
export async function* sampling<D extends FloatType = "float32">(
  model: ScoreModel,
  options: LoopOptions<D>,
): AsyncGenerator<LoopState<D>, void> {
  const { sampler = unipc(), initial, signal, runtime, keep } = options;
  if ("attempt" in sampler) return yield* adaptiveSampling(model, { ...options, sampler });
  const { process } = model;
  const { full, dtype, given: specs, list } = batchesOf(model, options);
  const planned = plan(sampler, process, initial !== undefined);
  signal?.throwIfAborted();
  if (list.length === 0) return;

  const nothing = Array.from({ length: sampler.carries }, () => zeros(full, dtype));
  const times = new Map<number, NdArray>();
  const timeOf = (t: number): NdArray => {
    // A step looks at no more of them. The times of many steps would fill the memory.
    if (times.size > 2 + sampler.memory) times.clear();
    if (!times.has(t)) times.set(t, ndarray(storage(dtype, full[0]!).fill(t as never)));
    return times.get(t)!;
  };
  const steps = planned.steps.length + (sampler.denoiseLast ? 1 : 0);
  const last = modelAt(model, sampler, { from: planned.end, to: planned.end });
  const text = JSON.stringify([sampler.recipe, full, dtype, specs, initial !== undefined]);
  const [compiled, leave] = await stepsFor(keep, { model, runtime, text }, () =>
    compileSteps(model, last, sampler, planned, { full, dtype, given: specs, runtime }),
  );
  try {
    for (const { place, draws, first, given: rows } of list) {
      const given = rows();
      let evaluations = 0;
      let x: NdArray = first(startDeviation(process, planned.start));
      let carried: readonly NdArray[] = nothing;
      const state = (step: number, t: number) => ({ ...place, x: x as NdArray<D>, t, step, steps, evaluations });
      yield state(0, planned.start);
      let done = 0;
      for (const step of planned.steps) {
        signal?.throwIfAborted();
        const [from, to] = [timeOf(step.from), timeOf(step.to)];
        const noise = step.draws.map((index) => stepDraw(full, index, draws));
        if (step.rises) {
          x = await compiled.rise!(x, from, to, noise[0]!);
          carried = nothing;
        } else {
          const before = step.before.map(timeOf);
          const part = modelAt(model, sampler, step);
          ({ x, carried } = await compiled.steps.get(part)!.get(before.length)!(
            { x, carried: [...carried] },
            { from, to, before },
            noise,
            given,
          ));
          evaluations += sampler.evaluationsPerStep * (part.evaluations ?? 1);
        }
        done++;
        if (done === steps) checkFinite(x, place, sampler);
        yield state(done, step.to);
      }
      if (compiled.denoise) {
        signal?.throwIfAborted();
        x = await compiled.denoise(x, timeOf(planned.end), given);
        evaluations += last.evaluations ?? 1;
        checkFinite(x, place, sampler);
        yield state(steps, 0);
      }
    }
  } finally {
    await leave();
  }
}

/** What the steps of a run are compiled for. */
interface BatchTypes {
  readonly full: Shape;
  readonly dtype: FloatType;
  readonly given: Record<string, Spec>;
  readonly runtime: Runtime | undefined;
}

/**
 * The step, once for each model that serves some times and each number of earlier times it sees, the rise of a restart and
 * the last denoising, all compiled; they are freed at once.
 */
const compileSteps = async (
  model: ScoreModel,
  last: ScoreModel,
  sampler: Sampler,
  { steps: planned }: Plan,
  { full: shape, dtype, given, runtime }: BatchTypes,
) => {
  const samples: Spec = { shape, dtype };
  const time: Spec = { shape: [shape[0]!], dtype };
  const list = (length: number, spec: Spec): Spec[] => Array.from({ length }, () => spec);
  const stepSeeing = (part: ScoreModel, remembered: number, sessions: SharedSessions) => {
    const state = { x: samples, carried: list(sampler.carries, samples) };
    const times = { from: time, to: time, before: list(remembered, time) };
    const step = (s: SamplerState, t: StepTimes, noise: Tensor[], rows: Given) => {
      const { x, carried } = sampler.step(bind(part, rows), s, t, noise);
      return { x, carried: [...carried] };
    };
    return compile(step, [state, times, list(sampler.noises, samples), given], { sessions, name: "sampler step" });
  };
  return compileParts(runtime, async (keep, sessions) => {
    const steps = new Map<ScoreModel, Map<number, Awaited<ReturnType<typeof stepSeeing>>>>();
    let rises = false;
    for (const step of planned) {
      rises ||= step.rises;
      if (step.rises) continue;
      const part = modelAt(model, sampler, step);
      const seeing = steps.get(part) ?? new Map();
      steps.set(part, seeing);
      const remembered = step.before.length;
      if (!seeing.has(remembered)) seeing.set(remembered, keep(await stepSeeing(part, remembered, sessions)));
    }
    const rise = rises
      ? keep(
          await compile(
            (x: Tensor, from: Tensor, to: Tensor, z: Tensor) => renoise(model.process, x, from, to, z),
            [samples, time, time, samples],
            { runtime, name: "restart" },
          ),
        )
      : undefined;
    const denoise = sampler.denoiseLast ? keep(await compileDenoiser(last, samples, time, given, sessions)) : undefined;
    return { steps, rise, denoise };
  });
};
