/** Explains a training step whose loss is no longer finite. Costs nothing while training goes well. */
import {
  isNdArray,
  mapTree,
  type NdArray,
  type Runtime,
  sizeOf,
  type Tensor,
  type Tensors,
  valueAndGrad,
} from "@scorefield/tensor";
import { TrainingError } from "../errors.ts";
import { compileSteps, compileTrees } from "./compile-trees.ts";
import type { OptimiserState } from "./optimiser.ts";
import type { StepInputs, StepParts } from "./step.ts";

/** A block of steps that went wrong. */
export interface FailedBlock {
  /** State before the block, and its stacked inputs. */
  readonly state: OptimiserState<NdArray>;
  readonly inputs: StepInputs<NdArray, unknown>;
  /** Steps done before the block, and the place in it of the first failed micro-batch. */
  readonly from: number;
  readonly broken: number;
  readonly learningRate: number;
  readonly runtime: Runtime;
}

/** Micro-batches `from` to `to` of stacked inputs. */
const part = (inputs: unknown, from: number, to: number): unknown =>
  mapTree(
    inputs,
    ({ dtype, shape: [, ...shape], data }: NdArray) => ({
      dtype,
      shape: [to - from, ...shape],
      data: data.slice(from * sizeOf(shape), to * sizeOf(shape)),
    }),
    isNdArray,
  );

/** The state before a failed micro-batch: the block again, up to there. */
const stateBefore = async (parts: StepParts, { state, inputs, broken, runtime }: FailedBlock) => {
  if (broken === 0) return state;
  const steps = await compileSteps(parts, broken, { runtime });
  try {
    return (await steps(state, part(inputs, 0, broken) as typeof inputs))[0];
  } finally {
    await steps.dispose();
  }
};

/** Loss and flat gradient of one micro-batch. */
const lossAndGradient =
  ({ layout, loss }: StepParts) =>
  (parameters: Tensor, batch: Tensors, [extra]: readonly Tensors[]): { loss: Tensor; gradient: Tensor } => {
    const [value, gradients] = valueAndGrad((values: Tensors) => loss(values, batch, extra))(layout.split(parameters));
    return { loss: value, gradient: layout.join(gradients) };
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
export const explainDivergence = async (parts: StepParts, failed: FailedBlock): Promise<TrainingError> => {
  const { inputs, broken, learningRate, runtime } = failed;
  const before = Math.floor(broken / parts.accumulate);
  const batch = mapTree(
    part(inputs.batch, broken, broken + 1),
    (array: NdArray) => ({ ...array, shape: array.shape.slice(1) }),
    isNdArray,
  );
  const { parameters, extra } = await stateBefore(parts, failed);
  const compiled = await compileTrees(
    lossAndGradient(parts),
    [{ shape: [parts.layout.size] }, parts.batch, parts.extra === undefined ? [] : [parts.extra]],
    { runtime, name: "gradients" },
  );
  try {
    const { loss, gradient } = await compiled(parameters, batch, extra === undefined ? [] : [extra]);
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
