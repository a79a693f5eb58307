/** One training step as a pure function of tensors: perturb, denoise, loss, gradient, optimiser, moving average. */
import { type Shape, type Spec, type Tensor, type Tensors, valueAndGrad } from "@scorefield/tensor";
import { type DenoiserParts, denoiser } from "../model/trained.ts";
import type { Objective } from "../objective/objective.ts";
import type { StepInputs } from "./batches.ts";
import type { FlatLayout } from "./flat.ts";
import { type Adam, adamStep, type OptimiserState, stateSpec, stepNumberCount } from "./optimiser.ts";

/** What a step reports: its loss, and the gradient's norm before clipping. */
export type StepReport<T> = {
  readonly loss: T;
  readonly gradientNorm: T;
};

export interface StepParts extends DenoiserParts {
  readonly objective: Objective;
  readonly adam: Required<Adam>;
  readonly layout: FlatLayout;
}

/** The step, ready for `compileScan`. */
export const trainingStep = (parts: StepParts) => {
  const { process, objective, adam, layout } = parts;
  const denoise = denoiser(parts);
  return (
    state: OptimiserState<Tensor>,
    { numbers, conditions, ...inputs }: StepInputs<Tensor>,
  ): [OptimiserState<Tensor>, StepReport<Tensor>] => {
    const loss = (parameters: Tensors): Tensor =>
      objective.loss((noisy, time) => denoise(parameters, noisy, time, conditions), process, inputs);
    const [value, gradients] = valueAndGrad(loss)(layout.split(state.parameters));
    const gradient = layout.join(gradients);
    const [next, gradientNorm] = adamStep(state, gradient, numbers, adam);
    return [next, { loss: value, gradientNorm }];
  };
};

/** Types of the state and of one step's inputs. */
export const stepSpecs = (
  { layout, network, objective }: Pick<StepParts, "layout" | "network" | "objective">,
  batch: number,
  shape: Shape,
): { state: OptimiserState<Spec>; inputs: StepInputs<Spec> } => {
  const sample = { shape: [batch, ...shape] };
  const classes = network.classes ?? 0;
  const uniforms = network.uniforms?.(shape) ?? 0;
  return {
    state: stateSpec(layout.size),
    inputs: {
      x: sample,
      t: { shape: [batch] },
      noise: sample,
      probes: new Array(objective.probes ?? 0).fill(sample),
      conditions: {
        ...(classes > 0 && { classes: { shape: [batch, classes] } }),
        ...(uniforms > 0 && { uniforms: { shape: [batch, uniforms] } }),
      },
      numbers: { shape: [stepNumberCount] },
    },
  };
};
