/** One training step as a pure function of tensors: loss, gradient, optimiser, moving averages, extra state. */
import { flattenTree, type Spec, Tensor, type Tensors, valueAndGrad, where } from "@scorefield/tensor";
import type { FlatLayout } from "./flat.ts";
import { type Adam, adamStep, endsStep, type OptimiserState, stateSpec, stepNumberCount } from "./optimiser.ts";
import { keepOrSkip, scaledGradient } from "./precision.ts";

/** What a micro-batch reports: its share of the step's loss, and the norm, before clipping, of the gradient so far. */
export type StepReport<T> = {
  readonly loss: T;
  readonly gradientNorm: T;
  /** In mixed precision: 1 where float16 overflowed, so that the step is left out and its scale halved. Else 0. */
  readonly skipped?: T;
};

/** What a micro-batch is given: the data of the loss, and the optimiser's numbers. */
export type StepInputs<T, B> = { readonly batch: B; readonly numbers: T };

/** What a step is made of. Trees have no separate types here. Callers keep them apart. */
export interface StepParts {
  readonly loss: (parameters: Tensors, batch: Tensors, extra: Tensors | undefined) => Tensor;
  readonly layout: FlatLayout<unknown, Tensors>;
  readonly adam: Required<Adam>;
  /** Micro-batches per step. */
  readonly accumulate: number;
  /** Moving averages to keep. */
  readonly averages: number;
  /** In mixed precision the loss is scaled, and steps that overflow are left out. */
  readonly mixed: boolean;
  /** Specs of one micro-batch. */
  readonly batch: object;
  /** Specs of the extra state, if there is some. */
  readonly extra?: object | undefined;
  /** The extra state after a step. */
  readonly update?: ((extra: Tensors, parameters: Tensors, batch: Tensors) => Tensors) | undefined;
}

const isTensor = (node: unknown): boolean => node instanceof Tensor;

/** The extra state after a micro-batch: it changes where a step ends. */
const updated = (
  { update, layout, accumulate }: StepParts,
  extra: Tensors,
  next: OptimiserState<Tensor>,
  { batch, numbers }: StepInputs<Tensor, Tensors>,
): Tensors => {
  if (!update) return extra;
  const made = update(extra, layout.split(next.parameters), batch);
  if (accumulate === 1) return made;
  const ends = endsStep(numbers);
  const after = flattenTree<Tensor>(made, isTensor);
  const { leaves, paths, unflatten } = flattenTree<Tensor>(extra, isTensor);
  // What is missing is reported when the state before and after a step are compared.
  if (after.paths.join() !== paths.join()) return made;
  return unflatten(leaves.map((from, i) => where(ends, after.leaves[i]!, from))) as Tensors;
};

/** A micro-batch's part in a step, ready for `compileScan`. The last of a step moves the parameters. */
export const trainingStep = (parts: StepParts) => {
  const { loss, adam, layout, accumulate } = parts;
  return (
    state: OptimiserState<Tensor>,
    inputs: StepInputs<Tensor, Tensors>,
  ): [OptimiserState<Tensor>, StepReport<Tensor>] => {
    // Dividing the loss divides the gradient, at no cost.
    const share = (parameters: Tensors): Tensor => {
      const whole = loss(parameters, inputs.batch, state.extra);
      return accumulate === 1 ? whole : whole.divide(accumulate);
    };
    const trained = layout.split(state.parameters);
    const [value, gradients] = state.lossScale
      ? scaledGradient(share, trained, state.lossScale)
      : valueAndGrad(share)(trained);
    const [moved, gradientNorm] = adamStep(state, layout.join(gradients), inputs.numbers, adam);
    const next = state.extra === undefined ? moved : { ...moved, extra: updated(parts, state.extra, moved, inputs) };
    if (!state.lossScale) return [next, { loss: value, gradientNorm }];
    const [kept, skipped] = keepOrSkip(state, next, gradientNorm, endsStep(inputs.numbers));
    return [kept, { loss: value, gradientNorm, skipped }];
  };
};

/** Types of the state and of one micro-batch's inputs. */
export const stepSpecs = ({ layout, accumulate, averages, mixed, batch, extra }: StepParts) => ({
  state: {
    ...stateSpec(layout.size, { averages, accumulated: accumulate > 1 }),
    ...(mixed && { lossScale: { shape: [2] } }),
    ...(extra !== undefined && { extra }),
  } as OptimiserState<Spec>,
  inputs: { batch, numbers: { shape: [stepNumberCount(averages)] } } as StepInputs<Spec, object>,
});
