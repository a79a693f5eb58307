/** A training taken apart: what a place does with its part of every batch, and what brings the places together. */
import {
  type CompileOptions,
  compileScan,
  isNdArray,
  mapTree,
  type NdArray,
  sizeOf,
  type Tensor,
  type Tensors,
  valueAndGrad,
  zeros,
} from "@scorefield/tensor";
import { ArgumentError, TrainingError } from "../errors.ts";
import type { BatchPart } from "./batches.ts";
import { type CompiledSteps, compileSteps, compileTrees } from "./compile-trees.ts";
import { compileHeldOut, decaysOf, fitBlocks } from "./fit.ts";
import type { Checkpoint, FitEvent } from "./fit-options.ts";
import { fitSettings } from "./fit-settings.ts";
import { type FlatLayout, flatLayout } from "./flat.ts";
import { adamStep, freshState, type OptimiserState, stateSpec, stepNumberCount, stepVector } from "./optimiser.ts";
import { type TrainOptions, trainSettings } from "./options.ts";
import { learningRateAt } from "./schedule.ts";
import type { StepParts } from "./step.ts";
import { stepNumbers } from "./step-numbers.ts";
import { denoisingFit } from "./train.ts";

/** Where a place begins a round. */
export interface PlaceStart {
  readonly parameters: NdArray;
  /**
   * The optimiser's second moment, from the first step on. Without it the place gathers one of its own. The first moment is that of
   * about the last ten steps, and begins afresh in every round.
   */
  readonly secondMoment?: NdArray | undefined;
}

/** A gradient of a part of a batch. */
interface PartGradient {
  readonly gradient: NdArray;
  readonly loss: number;
}

/** A training taken apart. Nothing of it keeps a state, so that it may be done on any machine, in any order, and again. */
export interface DividedTraining {
  /** The parameters before the first step, and their averages. */
  readonly initial: OptimiserState<NdArray>;
  /** Where each parameter lies in a vector. */
  readonly layout: FlatLayout<unknown, never>;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Samples of a step, of all places together. */
  readonly batch: number;
  /** The learning rate of a step; the first is 0. */
  learningRate(step: number): number;
  /** What is kept, from step `from` to step `to`, of each moving average. */
  keptOf(from: number, to: number): number[];
  /**
   * The steps `from` to `to - 1` of a place: AdamW on its part of every batch. The averages begin at `parameters`.
   * @throws TrainingError when the loss is no longer finite; the signal's reason
   */
  stepsOf(
    start: PlaceStart,
    part: BatchPart & { readonly from: number; readonly to: number },
    options?: { readonly signal?: AbortSignal; readonly onEvent?: (event: FitEvent) => void },
  ): Promise<{ readonly state: OptimiserState<NdArray>; readonly losses: readonly number[] }>;
  /** The gradient of the loss on a place's part of the batch of a step. @throws TrainingError where it is not finite */
  gradientOf(parameters: NdArray, part: BatchPart & { readonly step: number }): Promise<PartGradient>;
  /** One step of the optimiser, from the gradient of the whole batch. */
  update(state: OptimiserState<NdArray>, gradient: NdArray, step: number): Promise<OptimiserState<NdArray>>;
  /** The loss of parameters on held-out data, where there are some. */
  heldOutLoss(parameters: NdArray): Promise<number | undefined>;
  dispose(): Promise<void>;
}

/** Something that is made once. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};

/** A micro-batch of inputs that are stacked along a leading axis. */
const microBatch = (inputs: object, k: number): unknown =>
  mapTree(
    inputs,
    ({ dtype, shape: [, ...shape], data }: NdArray<"float32">) => ({
      dtype,
      shape,
      data: data.subarray(k * sizeOf(shape), (k + 1) * sizeOf(shape)),
    }),
    isNdArray,
  );

type CompiledUpdate = (
  state: OptimiserState<NdArray>,
  inputs: { gradient: NdArray; numbers: NdArray },
) => Promise<[OptimiserState<NdArray>, unknown]>;

/**
 * Takes a training of a number of steps apart. Each of P places has its part of every batch: together they train on the samples,
 * noise levels and noise of one machine. So P divides the batch.
 *
 * Two ways bring them together: gradients are averaged at every step, which is the step of the whole batch to rounding; or each place
 * goes its own way for a round of steps, see {@link outerStep}.
 * @throws ArgumentError | ShapeError as `train`, and for a length other than `steps`, or mixed precision
 */
export const dividedTraining = async (options: TrainOptions): Promise<DividedTraining> => {
  const settings = trainSettings(options);
  const { batch, accumulate, precision, runtime } = settings;
  if (options.steps === undefined)
    throw new ArgumentError("dividedTraining: expected steps, found a training by the clock; give its number of steps");
  const { steps } = options;
  if (precision === "mixed")
    throw new ArgumentError(
      'dividedTraining: expected precision "float32", found "mixed", whose scale belongs to one machine',
    );
  const whole = await denoisingFit(settings);
  const made = fitSettings(whole);
  const layout = flatLayout(whole.parameters, whole.nameOf) as unknown as FlatLayout<unknown, never>;
  const decaysAt = decaysOf(made as never);
  const averages = decaysAt(0).length;
  const rate = (step: number): number => learningRateAt(step, steps, made.learningRate, made.schedule);
  runtime.prepare();

  const disposable: (() => Promise<void>)[] = [];
  const keep = <T extends { dispose(): Promise<void> }>(compiled: T): T => {
    disposable.push(compiled.dispose);
    return compiled;
  };
  // A part's type depends on the number of places; its source, on the place as well.
  const fits = new Map<string, ReturnType<typeof denoisingFit>>();
  const fitOf = ({ place, places }: BatchPart) => {
    if (!(Number.isInteger(places) && places > 0 && batch % (places * accumulate) === 0))
      throw new ArgumentError(
        `training together: expected places that divide the batch of ${batch}${accumulate > 1 ? ` in ${accumulate} micro-batches` : ""}, found ${places}; ` +
          `choose another number of places, or training.batch ${places * accumulate * Math.ceil(batch / (places * accumulate))}`,
      );
    if (!(Number.isInteger(place) && place >= 0 && place < places))
      throw new ArgumentError(`training together: expected a place from 0 to ${places - 1}, found ${place}`);
    const key = `${place}/${places}`;
    if (!fits.has(key)) fits.set(key, denoisingFit({ ...settings, heldOut: undefined }, { place, places }));
    return fits.get(key)!;
  };
  const blocks = new Map<string, Promise<CompiledSteps>>();
  const gradients = new Map<number, ReturnType<typeof compileGradient>>();
  const compileGradient = async (specs: object) =>
    keep(
      await compileTrees(
        (vector: Tensor, batch: never) => {
          const [loss, pulled] = valueAndGrad((parameters: Tensors) =>
            (made.loss as StepParts["loss"])(parameters, batch, undefined),
          )(layout.split(vector) as Tensors);
          return { loss, gradient: layout.join(pulled as never) };
        },
        [{ shape: [layout.size] }, specs],
        { runtime, name: "gradient" },
      ),
    );
  const update = once(async () =>
    keep(
      (await (compileScan as unknown as (step: unknown, specs: object, options: CompileOptions) => Promise<unknown>)(
        (state: OptimiserState<Tensor>, { gradient, numbers }: { gradient: Tensor; numbers: Tensor }) => {
          const [next, gradientNorm] = adamStep(state, gradient, numbers, made.adam);
          return [next, { gradientNorm }];
        },
        {
          state: stateSpec(layout.size, { averages }),
          inputs: { gradient: { shape: [layout.size] }, numbers: { shape: [stepNumberCount(averages)] } },
          steps: 1,
        },
        { runtime, name: "optimiser step" },
      )) as CompiledUpdate & { dispose(): Promise<void> },
    ),
  );
  const held = once(async () => keep(await compileHeldOut(made as never, { layout: layout as never })));

  return {
    initial: freshState(layout.flatten(whole.parameters), averages),
    layout,
    steps,
    batch,
    learningRate: rate,
    keptOf: (from, to) => {
      const kept = new Array<number>(averages).fill(1);
      for (let step = from; step < to; step++) for (const [k, decay] of decaysAt(step).entries()) kept[k]! *= decay;
      return kept;
    },
    stepsOf: async ({ parameters, secondMoment }, { place, places, from, to }, { signal, onEvent } = {}) => {
      const fit = await fitOf({ place, places });
      const begun = freshState(parameters, averages);
      const state = secondMoment ? { ...begun, secondMoment } : begun;
      const resume: Checkpoint = { step: from, state };
      const stretch = {
        to,
        since: { first: from, second: secondMoment ? 0 : from },
        compiled: (microBatches: number, parts: StepParts) => {
          const key = `${places} ${microBatches}`;
          if (!blocks.has(key)) blocks.set(key, compileSteps(parts, microBatches, { runtime }).then(keep));
          return blocks.get(key)!;
        },
      };
      let reached: Checkpoint | undefined;
      const losses: number[] = [];
      for await (const event of fitBlocks({ ...fit, resume, ...(signal && { signal }) }, () => {}, stretch)) {
        reached = event.checkpoint;
        losses.push(...event.losses);
        onEvent?.(event);
      }
      return { state: reached!.state, losses };
    },
    gradientOf: async (parameters, { step, ...part }) => {
      const { batches } = await fitOf(part);
      if (!gradients.has(part.places)) gradients.set(part.places, compileGradient(batches.specs));
      const compiled = await gradients.get(part.places)!;
      const inputs = await batches.inputs(step, 1);
      const sum = zeros([layout.size]);
      let loss = 0;
      for (let k = 0; k < accumulate; k++) {
        const found = await compiled(parameters, microBatch(inputs, k));
        loss += Number(found.loss.data[0]) / accumulate;
        const { data } = found.gradient;
        for (let i = 0; i < layout.size; i++) sum.data[i]! += Number(data[i]) / accumulate;
      }
      if (!(Number.isFinite(loss) && sum.data.every(Number.isFinite)))
        throw new TrainingError(
          `training diverged at step ${step + 1}: loss ${loss}, learning rate ${rate(step)}; lower training.learningRate`,
        );
      return { gradient: sum, loss };
    },
    update: async (state, gradient, step) => {
      const numbers = stepNumbers(step, 1, {
        accumulate: 1,
        averages,
        at: (k) => stepVector(k, { learningRate: rate(k), averageDecays: decaysAt(k) }, made.adam),
      });
      const stacked = { gradient: { ...gradient, shape: [1, layout.size] }, numbers };
      return (await (await update())(state, stacked))[0];
    },
    heldOutLoss: async (parameters) => (whole.heldOut ? (await held()).of({ average: parameters }) : undefined),
    dispose: async () => {
      for (const dispose of disposable.splice(0)) await dispose();
    },
  };
};
