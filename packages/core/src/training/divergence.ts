/** Explains a training step whose loss is no longer finite. Costs nothing while training goes well. */
import {
  compile,
  compileScan,
  isNdArray,
  mapTree,
  type NdArray,
  type Runtime,
  type Tensor,
  type Tensors,
  valueAndGrad,
} from "@scorefield/tensor";
import { TrainingError } from "../errors.ts";
import { denoiser } from "../model/trained.ts";
import type { StepInputs } from "./batches.ts";
import type { OptimiserState } from "./optimiser.ts";
import { type StepParts, stepSpecs, trainingStep } from "./step.ts";

/** A block of steps that went wrong. */
export interface FailedBlock {
  /** State before the block, and how to make its inputs again. */
  readonly state: OptimiserState<NdArray>;
  readonly inputsOf: (from: number, count: number) => Promise<StepInputs<NdArray>>;
  /** Steps done before the block, and the place in it of the first failed step. */
  readonly from: number;
  readonly broken: number;
  readonly learningRate: number;
  readonly runtime: Runtime;
}

/** The state before a failed step: the block again, step by step. */
const stateBefore = async (parts: StepParts, { state, inputsOf, from, broken, runtime }: FailedBlock, specs: Specs) => {
  if (broken === 0) return state;
  const step = await compileScan(trainingStep(parts), { ...specs, steps: broken }, { runtime, name: "training step" });
  try {
    return (await step(state, await inputsOf(from, broken)))[0];
  } finally {
    await step.dispose();
  }
};

type Specs = ReturnType<typeof stepSpecs>;

/** Loss and flat gradient of one step. */
const lossAndGradient =
  (parts: StepParts) =>
  (parameters: Tensor, { conditions, ...inputs }: StepInputs<Tensor>): { loss: Tensor; gradient: Tensor } => {
    const { process, objective, layout } = parts;
    const denoise = denoiser(parts);
    const [loss, gradients] = valueAndGrad((values: Tensors) =>
      objective.loss((noisy, time) => denoise(values, noisy, time, conditions), process, inputs),
    )(layout.split(parameters));
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
export const explainDivergence = async (parts: StepParts, failed: FailedBlock): Promise<TrainingError> => {
  const { inputsOf, learningRate, runtime } = failed;
  const step = failed.from + failed.broken;
  const inputs = mapTree(
    await inputsOf(step, 1),
    (array: NdArray) => ({ ...array, shape: array.shape.slice(1) }),
    isNdArray,
  ) as StepInputs<NdArray>;
  const [batch, ...shape] = inputs.x.shape as [number, ...number[]];
  const specs = stepSpecs(parts, batch, shape);
  const { parameters } = await stateBefore(parts, failed, specs);
  const compiled = await compile(lossAndGradient(parts), [specs.state.parameters, specs.inputs], {
    runtime,
    name: "gradients",
  });
  try {
    const { loss, gradient } = await compiled(parameters, inputs);
    const { magnitude, index } = peakOf(gradient.data as Float32Array);
    const { name } = parts.layout.entries.findLast(({ offset }) => offset <= index)!;
    return new TrainingError(
      `training diverged at step ${step + 1}: loss ${loss.data[0]}, largest gradient ${magnitude} in ${name}, ` +
        `learning rate ${learningRate}; lower the learning rate, or look for extreme values in the data`,
    );
  } finally {
    await compiled.dispose();
  }
};
