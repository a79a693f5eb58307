/** One training step as a pure function of tensors: perturb, denoise, loss, gradient, optimiser, moving average. */
import { type Shape, type Spec, type Tensor, type Tensors, valueAndGrad } from "@scorefield/tensor";
import { type DenoiserParts, denoiser } from "../model/trained.ts";
import type { Objective } from "../objective/objective.ts";
import { augmentationLabels } from "./augmentation.ts";
import type { StepInputs } from "./batches.ts";
import { type Adam, adamStep, endsStep, type OptimiserState, stateSpec, stepNumberCount } from "./optimiser.ts";
import { inFloat16, keepOrSkip, type Precision, scaledGradient } from "./precision.ts";
import type { Trainable, TrainableLayout } from "./trainable.ts";

/** What a micro-batch reports: its share of the step's loss, and the norm, before clipping, of the gradient so far. */
export type StepReport<T> = {
  readonly loss: T;
  readonly gradientNorm: T;
  /** In mixed precision: 1 where float16 overflowed, and the step is left out and its scale halved; else 0. */
  readonly skipped?: T;
};

export interface StepParts extends DenoiserParts {
  readonly objective: Objective;
  readonly adam: Required<Adam>;
  readonly layout: TrainableLayout;
  /** Micro-batches per step. */
  readonly accumulate: number;
  /** Moving averages to keep. */
  readonly averages: number;
  /** Whether samples are altered, with labels. */
  readonly augmented: boolean;
  /** Default float32. */
  readonly precision?: Precision;
}

/** The loss of a micro-batch as a function of all that is trained. */
export const lossOf =
  (parts: StepParts, { conditions, numbers: _, ...inputs }: StepInputs<Tensor>) =>
  ({ network, objective: own }: Trainable<Tensors>): Tensor => {
    const { objective, process, network: plain, precision } = parts;
    const denoise = denoiser({ ...parts, network: precision === "mixed" ? inFloat16(plain) : plain });
    return objective.loss((noisy, time) => denoise(network, noisy, time, conditions), process, inputs, own);
  };

/** A micro-batch's part in a step, ready for `compileScan`. The last of a step moves the parameters. */
export const trainingStep = (parts: StepParts) => {
  const { adam, layout, accumulate } = parts;
  return (state: OptimiserState<Tensor>, inputs: StepInputs<Tensor>): [OptimiserState<Tensor>, StepReport<Tensor>] => {
    const loss = lossOf(parts, inputs);
    // Dividing the loss divides the gradient, at no cost.
    const share = (values: Trainable<Tensors>): Tensor =>
      accumulate === 1 ? loss(values) : loss(values).divide(accumulate);
    const trained = layout.split(state.parameters);
    const [value, gradients] = state.lossScale
      ? scaledGradient(share as (values: Tensors) => Tensor, trained as Tensors, state.lossScale)
      : valueAndGrad(share)(trained);
    const gradient = layout.join(gradients as typeof trained);
    const [next, gradientNorm] = adamStep(state, gradient, inputs.numbers, adam);
    if (!state.lossScale) return [next, { loss: value, gradientNorm }];
    const [kept, skipped] = keepOrSkip(state, next, gradientNorm, endsStep(inputs.numbers));
    return [kept, { loss: value, gradientNorm, skipped }];
  };
};

/** Types of the state and of one micro-batch's inputs. */
export const stepSpecs = (
  { layout, network, objective, accumulate, averages, augmented, precision }: Omit<StepParts, "adam">,
  batch: number,
  shape: Shape,
): { state: OptimiserState<Spec>; inputs: StepInputs<Spec> } => {
  const samples = batch / accumulate;
  const sample = { shape: [samples, ...shape] };
  const classes = network.classes ?? 0;
  const uniforms = network.uniforms?.(shape) ?? 0;
  return {
    state: {
      ...stateSpec(layout.size, { averages, accumulated: accumulate > 1 }),
      ...(precision === "mixed" && { lossScale: { shape: [2] } }),
    },
    inputs: {
      x: sample,
      t: { shape: [samples] },
      noise: sample,
      probes: new Array(objective.probes ?? 0).fill(sample),
      conditions: {
        ...(classes > 0 && { class: { shape: [samples, classes] } }),
        ...(augmented && { augmentation: { shape: [samples, augmentationLabels] } }),
        ...(uniforms > 0 && { uniforms: { shape: [samples, uniforms] } }),
      },
      numbers: { shape: [stepNumberCount(averages)] },
    },
  };
};
