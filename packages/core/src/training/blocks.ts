/** The training loop: blocks of compiled steps, one event each. */
import { compileScan, type NdArray, sizeOf, zeros } from "@scorefield/tensor";
import { type TrainedModel, trainedModel } from "../model/trained.ts";
import { batchSource } from "./batches.ts";
import { explainDivergence } from "./explain-divergence.ts";
import { freshState, type OptimiserState, restVector, stepVector } from "./optimiser.ts";
import { checkResume, type TrainEvent, type TrainOptions, trainSettings } from "./options.ts";
import { powerDecayAt, powerExponent } from "./power-average.ts";
import { checkFloat16, inPrecision } from "./precision.ts";
import { averageDecayAt, learningRateAt } from "./schedule.ts";
import { type StepReport, stepSpecs, trainingStep } from "./step.ts";
import { initialTrainable, trainableLayout } from "./trainable.ts";

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

/** The first micro-batch of a block whose loss or gradient is not finite, and not left out for that, or -1. */
const firstBroken = ({ loss, gradientNorm, skipped }: StepReport<NdArray>): number =>
  loss.data.findIndex(
    (value: unknown, k: number) =>
      skipped?.data[k] !== 1 && !(Number.isFinite(value) && Number.isFinite(gradientNorm.data[k])),
  );

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of every step, the report of its last micro-batch. */
const lastOf = ({ data }: NdArray, accumulate: number): Float32Array =>
  (data as Float32Array).filter((_, k) => (k + 1) % accumulate === 0);

/** The loss of every step, from the shares of its micro-batches. */
const lossesOf = ({ loss }: StepReport<NdArray>, accumulate: number): Float32Array => {
  const shares = loss.data as Float32Array;
  if (accumulate === 1) return shares;
  return Float32Array.from({ length: shares.length / accumulate }, (_, k) =>
    shares.subarray(k * accumulate, (k + 1) * accumulate).reduce((sum, share) => sum + share, 0),
  );
};

/** The state between steps: no gradient is under way. */
const settled = ({ gradient: _, ...state }: OptimiserState<NdArray>): OptimiserState<NdArray> => state;

/** The decays of the moving averages in a step. */
const decaysOf = ({ average, averageDecay }: ReturnType<typeof trainSettings>): ((step: number) => number[]) => {
  if (!average) return (step) => [averageDecayAt(step, averageDecay)];
  const exponents = average.widths.map(powerExponent);
  return (step) => exponents.map((exponent) => powerDecayAt(step, exponent));
};

/**
 * Trains block by block; every event is yielded once its block is done, and the next block starts when the consumer asks.
 * @param finish receives the model with averaged parameters, before the last event
 */
export async function* trainingBlocks(
  options: TrainOptions,
  finish: (model: TrainedModel) => void,
): AsyncGenerator<TrainEvent, void> {
  const settings = trainSettings(options);
  const { data, process, network, preconditioning, objective, steps, batch, accumulate, adam } = settings;
  const { learningRate, augmentation, precision, seed, resume, signal, onProgress, runtime } = settings;
  runtime.prepare();
  if (precision === "mixed") await checkFloat16(runtime);

  const { shape } = data;
  const initial = initialTrainable(network, objective, shape, seed);
  const layout = trainableLayout(initial);
  const decaysAt = decaysOf(settings);
  const averages = decaysAt(0).length;
  if (resume) checkResume(resume, { parameters: layout.size, averages, steps });
  const augmented = augmentation !== undefined;
  const parts = {
    process,
    network,
    preconditioning,
    objective,
    adam,
    layout,
    accumulate,
    averages,
    augmented,
    precision,
  };
  const rate = (step: number): number => learningRateAt(step, steps, learningRate, settings.schedule);
  const rest = new Array<number[]>(accumulate - 1).fill(restVector(averages));
  const numbersAt = (step: number) => [
    ...rest,
    stepVector(step, { learningRate: rate(step), averageDecays: decaysAt(step) }, adam),
  ];
  const inputsOf = batchSource({ ...settings, numbersAt });
  const compileBlock = (length: number) =>
    compileScan(
      trainingStep(parts),
      { ...stepSpecs(parts, batch, shape), steps: length * accumulate },
      { runtime, name: "training step" },
    );

  let done = resume?.step ?? 0;
  let state = inPrecision(precision, resume?.state ?? freshState(layout.flatten(initial), averages));
  if (accumulate > 1) state = { ...state, gradient: zeros([layout.size]) };
  // Blocks end at the same steps wherever training begins, so that what is noted at their ends does not depend on it.
  const block = evenLength(steps, blockLength(layout.size, batch, shape));
  const lengthFrom = (step: number): number => Math.min(block - (step % block), steps - step);
  const inputsFrom = async (step: number) => (step < steps ? inputsOf(step, lengthFrom(step)) : undefined);
  const finishWhenDone = (): void => {
    if (done === steps)
      finish(trainedModel({ process, network, preconditioning }, layout.unflatten(state.average).network, shape));
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
      if (broken >= 0) {
        const failed = { state, inputsOf, from: done, broken, runtime };
        const brokenRate = rate(done + Math.floor(broken / accumulate));
        throw await explainDivergence(parts, batch, { ...failed, learningRate: brokenRate });
      }
      state = next;
      inputs = following;
      done += length;
      const losses = lossesOf(reports, accumulate);
      const event: TrainEvent = {
        step: done,
        steps,
        // Not finite is only what was left out.
        loss: mean(losses.filter(Number.isFinite)),
        losses,
        gradientNorm: lastOf(reports.gradientNorm, accumulate).findLast(Number.isFinite) ?? Number.NaN,
        learningRate: rate(done - 1),
        samplesPerSecond: (length * batch) / seconds,
        ...(reports.skipped && { skipped: lastOf(reports.skipped, accumulate).reduce((sum, value) => sum + value, 0) }),
        checkpoint: { step: done, state: settled(state) },
      };
      onProgress?.(event);
      finishWhenDone();
      yield event;
    }
  } finally {
    await compiled?.dispose();
  }
}
