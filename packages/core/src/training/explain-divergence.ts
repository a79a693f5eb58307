/** Explains a training step whose loss is no longer finite. Costs nothing while training goes well. */
import {
  compile,
  compileScan,
  isNdArray,
  mapTree,
  type NdArray,
  type Runtime,
  sizeOf,
  type Tensor,
  valueAndGrad,
} from "@scorefield/tensor";
import { TrainingError } from "../errors.ts";
import type { StepInputs } from "./batches.ts";
import type { OptimiserState } from "./optimiser.ts";
import { lossOf, type StepParts, stepSpecs, trainingStep } from "./step.ts";

/** A block of steps that went wrong. */
export interface FailedBlock {
  /** State before the block, and how to make its inputs again. */
  readonly state: OptimiserState<NdArray>;
  readonly inputsOf: (from: number, count: number) => Promise<StepInputs<NdArray>>;
  /** Steps done before the block, and the place in it of the first failed micro-batch. */
  readonly from: number;
  readonly broken: number;
  readonly learningRate: number;
  readonly runtime: Runtime;
}

type Specs = ReturnType<typeof stepSpecs>;

/** The state before a failed micro-batch: the block again, up to there. */
const stateBefore = async (parts: StepParts, failed: FailedBlock, specs: Specs, inputs: StepInputs<NdArray>) => {
  const { state, broken, runtime } = failed;
  if (broken === 0) return state;
  const step = await compileScan(trainingStep(parts), { ...specs, steps: broken }, { runtime, name: "training step" });
  try {
    return (await step(state, part(inputs, 0, broken)))[0];
  } finally {
    await step.dispose();
  }
};

/** Micro-batches `from` to `to` of stacked inputs. */
const part = (inputs: StepInputs<NdArray>, from: number, to: number): StepInputs<NdArray> =>
  mapTree(
    inputs,
    ({ dtype, shape: [, ...shape], data }: NdArray) => ({
      dtype,
      shape: [to - from, ...shape],
      data: data.slice(from * sizeOf(shape), to * sizeOf(shape)),
    }),
    isNdArray,
  ) as StepInputs<NdArray>;

/** Loss and flat gradient of one micro-batch. */
const lossAndGradient =
  (parts: StepParts) =>
  (parameters: Tensor, inputs: StepInputs<Tensor>): { loss: Tensor; gradient: Tensor } => {
    const { layout } = parts;
    const [loss, gradients] = valueAndGrad(lossOf(parts, inputs))(layout.split(parameters));
    return { loss, gradient: layout.join(gradients) };
  };

/** The largest magnitude, NaN above all, and where it lies. */
const peakOf = (values: ArrayLike<number>): { magnitude: number; index: number } => {
  let peak = { magnitude: -1, index: 0 };
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index]!);
    if (Number.isNaN(magnitude)) return { magnitude, index };
    if (magnitude > peak.magnitude) peak = { magnitude, index };
  }
  return peak;
};

/** Looks at the loss and gradients of the step that failed. */
export const explainDivergence = async (
  parts: StepParts,
  batch: number,
  failed: FailedBlock,
): Promise<TrainingError> => {
  const { inputsOf, broken, learningRate, runtime } = failed;
  const before = Math.floor(broken / parts.accumulate);
  const all = await inputsOf(failed.from, before + 1);
  const inputs = mapTree(
    part(all, broken, broken + 1),
    (array: NdArray) => ({ ...array, shape: array.shape.slice(1) }),
    isNdArray,
  ) as StepInputs<NdArray>;
  const specs = stepSpecs(parts, batch, inputs.x.shape.slice(1));
  const { parameters } = await stateBefore(parts, failed, specs, all);
  const compiled = await compile(lossAndGradient(parts), [specs.state.parameters, specs.inputs], {
    runtime,
    name: "gradients",
  });
  try {
    const { loss, gradient } = await compiled(parameters, inputs);
    const { magnitude, index } = peakOf(gradient.data as Float32Array);
    const { name } = parts.layout.entries.findLast(({ offset }) => offset <= index)!;
    return new TrainingError(
      `training diverged at step ${failed.from + before + 1}: loss ${loss.data[0]}, largest gradient ${magnitude} in ${name}, ` +
        `learning rate ${learningRate}; lower the learning rate, or look for extreme values in the data`,
    );
  } finally {
    await compiled.dispose();
  }
};
