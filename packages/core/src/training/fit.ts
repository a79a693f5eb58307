/** Fits parameters to a loss: the one training loop, in blocks of compiled steps with one event each. */
import {
  flattenTree,
  isNdArray,
  mapTree,
  type NdArray,
  type Spec,
  sizeOf,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import type { Parameters } from "../network/network.ts";
import { blockReport, firstBroken } from "./block-report.ts";
import { type CompiledSteps, compileSteps, compileTrees } from "./compile-trees.ts";
import { explainDivergence } from "./explain-divergence.ts";
import type { FitEvent, FitOptions, Fitted } from "./fit-options.ts";
import { checkResume, fitSettings, stepsOf } from "./fit-settings.ts";
import { type FlatLayout, flatLayout } from "./flat.ts";
import { type InProgress, inProgress } from "./in-progress.ts";
import { evenMarks } from "./marks.ts";
import { freshState, type OptimiserState, stepVector } from "./optimiser.ts";
import { type Course, courseInTime, courseOfPace, courseOfSteps } from "./pace.ts";
import { powerDecayAt, powerExponent } from "./power-average.ts";
import { checkFloat16, inPrecision } from "./precision.ts";
import { averageDecayAt, learningRateAt, learningRateAtShare } from "./schedule.ts";
import type { StepParts } from "./step.ts";
import { stepNumbers } from "./step-numbers.ts";

/** A training in progress. Iterate over it for events, or await its result alone. */
export type Fitting<P = Parameters, X = undefined> = InProgress<FitEvent, Fitted<P, X>>;

/**
 * Fits parameters to a loss with Adam, moving averages of the parameters, and any state that the loss carries along.
 * All trainings of the project are losses handed to it.
 *
 *     const { parameters } = await fit({
 *       parameters: { w: zeros([2]) },
 *       loss: ({ w }, { x }) => x.subtract(w).square().mean(),
 *       batches: { specs: { x: { shape: [16, 2] } }, inputs: (from, count) => ({ x: ... }) },
 *       steps: 1000,
 *     }).result;
 *
 * @throws ArgumentError | ShapeError for bad options; TrainingError when the loss is no longer finite, naming step, learning
 *   rate and largest gradient, or when the consumer stops before the last event; the signal's reason when aborted (all at
 *   the first event or the result)
 */
export const fit = <P extends Parameters | object = Parameters, const B extends object = object, X = undefined>(
  options: FitOptions<P, B, X>,
): Fitting<P, X> =>
  inProgress(async function* (finish) {
    for await (const event of fitBlocks(options, finish)) {
      options.onProgress?.(event);
      yield event;
    }
  });

/** A length near `longest` that divides the steps without rest, if there is one. Each length is compiled separately. */
const evenLength = (steps: number, longest: number): number => {
  for (let length = longest; length >= longest / 2; length--) if (steps % length === 0) return length;
  return longest;
};

/** Some of a training's steps, done apart from the others. */
export interface Stretch {
  /** The step that it ends at. The learning rate follows the course of all steps. */
  readonly to: number;
  /** The steps at which the optimiser's moments were 0. */
  readonly since: { readonly first: number; readonly second: number };
  /** A compiled block of that many micro-batches, kept for the next stretch. */
  readonly compiled: (microBatches: number, parts: StepParts) => Promise<CompiledSteps>;
}

/** The state between steps: no gradient is under way. */
const settled = ({ gradient: _, ...state }: OptimiserState<NdArray>): OptimiserState<NdArray> => state;

type Settings = ReturnType<typeof fitSettings>;

/** The decays of the moving averages in a step. They depend on the steps done alone, not on how many there will be. */
export const decaysOf = ({
  average,
  averageDecay,
}: Pick<Settings, "average" | "averageDecay">): ((step: number) => number[]) => {
  if (!average) return (step) => [averageDecayAt(step, averageDecay)];
  const exponents = average.widths.map(powerExponent);
  return (step) => exponents.map((exponent) => powerDecayAt(step, exponent));
};

const specsOf = (tree: unknown): object =>
  mapTree(tree, ({ shape, dtype }: NdArray) => ({ shape, dtype }), isNdArray) as object;

/** The held-out loss of flat parameters. */
export const compileHeldOut = async (
  { heldOut, loss, runtime }: Pick<Settings, "heldOut" | "loss" | "runtime">,
  { layout, extra }: Pick<StepParts, "layout" | "extra">,
) => {
  const { inputs, loss: own = loss } = heldOut!;
  const compiled = await compileTrees(
    (vector: Tensor, batch: never, [extra]: readonly never[]) => own(layout.split(vector), batch, extra as never),
    [{ shape: [layout.size] }, specsOf(inputs), extra === undefined ? [] : [extra]],
    { runtime, name: "held-out loss" },
  );
  return {
    of: async ({ average, extra }: Pick<OptimiserState<NdArray>, "average" | "extra">): Promise<number> =>
      Number((await compiled(average, inputs, extra === undefined ? [] : [extra])).data[0]),
    dispose: compiled.dispose,
  };
};

// The held-out loss is computed about this often in a whole training, and always at the end. By the clock it is less
// often where it would take more than a tenth of the time.
const looks = 20;
const lookShare = 0.1;

/** How many steps take about as long as the held-out loss. A step goes forwards, and backwards in twice the time. */
const stepsOfLook = (inputs: object, specs: object, accumulate: number): number => {
  const isSpec = (node: unknown): boolean => Array.isArray((node as Partial<Spec> | undefined)?.shape);
  const numbers = (tree: object): number =>
    flattenTree<Spec>(tree, isSpec).leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return numbers(inputs) / (3 * accumulate * Math.max(1, numbers(specs)));
};

/** How long training goes. @param reserve milliseconds that the last held-out loss takes, from the time of a step */
const courseFor = (
  { steps, minutes, deadline, pace, resume, block }: Settings,
  reserve: (stepTime: number) => number,
): Course => {
  if (steps !== undefined) return courseOfSteps(steps);
  if (pace !== undefined) return courseOfPace(pace);
  const { at, now, reserve: own = () => 0 } = deadline ?? { at: performance.now() + 60_000 * minutes! };
  const all = (stepTime: number): number => own(stepTime) + reserve(stepTime);
  return courseInTime({ at, ...(now && { now }), reserve: all }, block, resume?.pace);
};

/**
 * Fits block by block; every event is yielded once its block is done. The next block starts when the consumer asks.
 * @param finish receives the result before the last event
 * @param stretch which steps, of a training of a number of steps; default all that are left
 */
export async function* fitBlocks<P, B extends object, X>(
  options: FitOptions<P, B, X>,
  finish: (fitted: Fitted<P, X>) => void,
  stretch?: Stretch,
): AsyncGenerator<FitEvent, void> {
  const settings = fitSettings(options) as unknown as Settings;
  const { name, batches, accumulate, adam, learningRate, precision, schedule, extra, heldOut, nameOf } = settings;
  const { resume, signal, runtime } = settings;
  runtime.prepare();
  if (precision === "mixed") await checkFloat16(name, runtime);

  const layout = flatLayout(settings.parameters, nameOf) as unknown as FlatLayout<unknown, never>;
  const decaysAt = decaysOf(settings);
  const averages = decaysAt(0).length;
  const initialExtra = (extra as { initial: unknown } | undefined)?.initial;
  if (resume) checkResume(name, resume, { parameters: layout.size, averages, extra: initialExtra }, settings);
  const parts = {
    loss: settings.loss,
    layout,
    adam,
    accumulate,
    averages,
    mixed: precision === "mixed",
    batch: batches.specs,
    ...(extra && { extra: specsOf(initialExtra), update: (extra as { update?: unknown }).update }),
  } as unknown as StepParts;

  let done = resume?.step ?? 0;
  let state = inPrecision(precision, resume?.state ?? freshState(layout.flatten(settings.parameters), averages));
  if (extra && !resume) state = { ...state, extra: initialExtra as never };
  if (accumulate > 1) state = { ...state, gradient: zeros([layout.size]) };

  // Blocks end at the same steps wherever training begins, so that what is noted at their ends does not depend on it.
  const known = stepsOf(settings);
  const block = known === undefined ? settings.block : evenLength(stretch ? stretch.to - done : known, settings.block);
  let lookTime: number | undefined;
  let allLooks = 0;
  const lookSteps = heldOut ? stepsOfLook(heldOut.inputs, batches.specs, accumulate) : 0;
  const timeOfLook = (stepTime: number): number => lookTime ?? lookSteps * stepTime;
  const all = courseFor({ ...settings, block }, timeOfLook);
  const course = stretch ? { ...all, planned: () => stretch.to, ended: (step: number) => step >= stretch.to } : all;
  const rate = (step: number): number =>
    settings.steps !== undefined
      ? learningRateAt(step, settings.steps, learningRate, schedule)
      : learningRateAtShare(step, course.share(step), learningRate, schedule);
  const numbersOf = (from: number, count: number): NdArray =>
    stepNumbers(from, count, {
      accumulate,
      averages,
      at: (step) => stepVector(step, { learningRate: rate(step), averageDecays: decaysAt(step) }, adam, stretch?.since),
    });
  /** Of the block after `step` steps: to the next end of a block, or of what is decided. */
  const lengthFrom = (step: number): number => {
    const whole = block - (step % block);
    const planned = course.planned() - step;
    return planned > 0 ? Math.min(whole, planned) : course.ended(step) ? 0 : whole;
  };
  const inputsFrom = async (step: number, count: number): Promise<unknown> => batches.inputs(step, count);
  const checkpoint = () => {
    const pace = course.pace();
    return { step: done, state: settled(state), ...(pace && { pace }) };
  };
  const finishWhenDone = (): void => {
    if (course.ended(done))
      finish({ parameters: layout.unflatten(state.average) as P, extra: state.extra as X, checkpoint: checkpoint() });
  };
  /** How far training is, in a unit in which marks fall on the same steps each time. */
  const position = (): number => (settings.steps === undefined ? course.share(done) : done);

  let compiled: CompiledSteps | undefined;
  let compiledLength = 0;
  let held: Awaited<ReturnType<typeof compileHeldOut>> | undefined;
  try {
    if (heldOut && !course.ended(done)) held = await compileHeldOut(settings, parts);
    const lookDue = evenMarks(looks, position(), settings.steps ?? 1);
    finishWhenDone();
    while (!course.ended(done)) {
      signal?.throwIfAborted();
      const length = lengthFrom(done);
      let batch: unknown;
      if (length !== compiledLength) {
        if (!stretch) await compiled?.dispose();
        compiled = undefined;
        // The first inputs are made while the runtime loads the step.
        const [made, first] = await Promise.allSettled([
          stretch?.compiled(length * accumulate, parts) ?? compileSteps(parts, length * accumulate, { runtime }),
          inputsFrom(done, length),
        ]);
        if (made.status === "rejected") throw made.reason;
        compiled = made.value;
        compiledLength = length;
        if (first.status === "rejected") throw first.reason;
        batch = first.value;
      }
      course.plan(done);
      const planned = course.now();
      const start = performance.now();
      // Not while the runtime is busy: on two cores a third thread slows its spinning ones by more than is won.
      batch ??= await inputsFrom(done, length);
      const inputs = { batch, numbers: numbersOf(done, length) };
      const next = lengthFrom(done + length);
      if (next > 0) batches.prefetch?.(done + length, next);
      const [after, reports] = await compiled!(state, inputs);
      const seconds = (performance.now() - start) / 1000;
      const broken = firstBroken(reports);
      if (broken >= 0) {
        const brokenRate = rate(done + Math.floor(broken / accumulate));
        throw await explainDivergence(parts, { state, inputs, from: done, broken, learningRate: brokenRate, runtime });
      }
      state = after;
      done += length;
      course.note(length);
      let heldOutLoss: number | undefined;
      const due = timeOfLook((course.now() - planned) / length);
      const mayLook = course.ended(done) || allLooks + due <= lookShare * course.elapsed();
      if (held && mayLook && (lookDue(position()) || course.ended(done))) {
        const looked = course.now();
        heldOutLoss = await held.of(state);
        lookTime = course.now() - looked;
        allLooks += lookTime;
      }
      finishWhenDone();
      yield {
        step: done,
        steps: course.steps(done),
        share: course.share(done),
        ...blockReport(reports, accumulate),
        learningRate: rate(done - 1),
        stepsPerSecond: length / seconds,
        ...(heldOutLoss !== undefined && { heldOutLoss }),
        checkpoint: checkpoint(),
      };
    }
  } finally {
    if (!stretch) await compiled?.dispose();
    await held?.dispose();
  }
}
