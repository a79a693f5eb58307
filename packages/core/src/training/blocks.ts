/** The training loop: blocks of compiled steps, one event each. */
import { compileScan, defaultRuntime, isNdArray, type NdArray, sizeOf } from "@scorefield/tensor";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { type TrainedModel, trainedModel } from "../model/trained.ts";
import { denoising } from "../objective/denoising.ts";
import { batchSource } from "./batches.ts";
import { type Dataset, dataset } from "./dataset.ts";
import { explainDivergence } from "./divergence.ts";
import { flatLayout } from "./flat.ts";
import { adamSettings, freshState, stepVector } from "./optimiser.ts";
import { checkOptions, checkResume, type TrainEvent, type TrainOptions } from "./options.ts";
import { averageDecayAt, checkSchedule, learningRateAt } from "./schedule.ts";
import { type StepReport, stepSpecs, trainingStep } from "./step.ts";

// About a tenth of a second of work per call of the runtime: often enough for progress and cancellation, seldom enough
// that the calls cost nothing. Every parameter is used once per sample, or once per pixel in a convolution.
const blockWork = 4e9;
const longestBlock = 100;

const blockLength = (parameters: number, batch: number, shape: readonly number[]): number =>
  Math.max(1, Math.min(longestBlock, Math.floor(blockWork / (6 * parameters * batch * sizeOf(shape.slice(1))))));

/** A length near `longest` that divides the steps without rest, if there is one: each length is compiled by itself. */
const evenLength = (steps: number, longest: number): number => {
  for (let length = longest; length >= longest / 2; length--) if (steps % length === 0) return length;
  return longest;
};

/** The first step of a block whose loss or gradient is not finite, or -1. */
const firstBroken = ({ loss, gradientNorm }: StepReport<NdArray>): number =>
  loss.data.findIndex((value: unknown, k: number) => !Number.isFinite(value) || !Number.isFinite(gradientNorm.data[k]));

/**
 * Trains block by block; every event is yielded once its block is done, and the next block starts when the consumer asks.
 * @param finish receives the model with averaged parameters, before the last event
 */
export async function* trainingBlocks(
  options: TrainOptions,
  finish: (model: TrainedModel) => void,
): AsyncGenerator<TrainEvent, void> {
  const { process, network, steps, resume, signal, onProgress } = options;
  const { preconditioning = edmPreconditioning(), objective = denoising(), runtime = defaultRuntime() } = options;
  const {
    batch = 256,
    learningRate = network.learningRate,
    averageDecay = 0.999,
    classDropout = 0.1,
    seed = 0,
  } = options;
  const data = isNdArray(options.data) ? dataset(options.data as NdArray<"float32">) : (options.data as Dataset);
  checkOptions(data, network, { steps, batch, averageDecay, classDropout });
  checkSchedule(learningRate, options);
  const adam = adamSettings(options.adam);
  runtime.prepare();

  const { shape } = data;
  const initial = network.initialise(shape, seed);
  const layout = flatLayout(initial);
  if (resume) checkResume(resume, layout.size, steps);
  const parts = { process, network, preconditioning, objective, adam, layout };
  const rate = (step: number): number => learningRateAt(step, steps, learningRate, options);
  const numbersAt = (step: number): readonly number[] =>
    stepVector(step, { learningRate: rate(step), averageDecay: averageDecayAt(step, averageDecay) }, adam);
  const inputsOf = batchSource({ data, network, classDropout, batch, seed, process, objective, numbersAt });
  const compileBlock = (length: number) =>
    compileScan(
      trainingStep(parts),
      { ...stepSpecs(parts, batch, shape), steps: length },
      { runtime, name: "training step" },
    );

  let done = resume?.step ?? 0;
  let state = resume?.state ?? freshState(layout.flatten(initial));
  const block = evenLength(steps - done, blockLength(layout.size, batch, shape));
  const lengthFrom = (step: number): number => Math.min(block, steps - step);
  const inputsFrom = async (step: number) => (step < steps ? inputsOf(step, lengthFrom(step)) : undefined);
  const finishWhenDone = (): void => {
    if (done === steps)
      finish(trainedModel({ process, network, preconditioning }, layout.unflatten(state.average), shape));
  };

  let compiled: Awaited<ReturnType<typeof compileBlock>> | undefined;
  let compiledLength = 0;
  try {
    finishWhenDone();
    let inputs: Awaited<ReturnType<typeof inputsFrom>>;
    while (done < steps) {
      signal?.throwIfAborted();
      const length = lengthFrom(done);
      if (length !== compiledLength) {
        await compiled?.dispose();
        compiled = undefined;
        // The first inputs are made while the runtime loads the step.
        const [made, first] = await Promise.allSettled([compileBlock(length), inputs ?? inputsFrom(done)]);
        if (made.status === "rejected") throw made.reason;
        compiled = made.value;
        compiledLength = length;
        if (first.status === "rejected") throw first.reason;
        inputs = first.value;
      }
      const start = performance.now();
      inputsOf.prefetch(done + length, lengthFrom(done + length));
      const [next, reports] = await compiled!(state, inputs!);
      // Not while the runtime is busy: on two cores a third thread slows its spinning ones by more than is won.
      const following = await inputsFrom(done + length);
      const seconds = (performance.now() - start) / 1000;
      const broken = firstBroken(reports);
      if (broken >= 0)
        throw await explainDivergence(parts, {
          state,
          inputsOf,
          from: done,
          broken,
          learningRate: rate(done + broken),
          runtime,
        });
      state = next;
      inputs = following;
      done += length;
      const losses = reports.loss.data as Float32Array;
      const event: TrainEvent = {
        step: done,
        steps,
        loss: losses.reduce((sum, value) => sum + value, 0) / length,
        losses,
        gradientNorm: Number(reports.gradientNorm.data[length - 1]),
        learningRate: rate(done - 1),
        samplesPerSecond: (length * batch) / seconds,
        checkpoint: { step: done, state },
      };
      onProgress?.(event);
      finishWhenDone();
      yield event;
    }
  } finally {
    await compiled?.dispose();
  }
}
