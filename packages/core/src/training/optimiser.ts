/** Adam on one flat vector of parameters, with clipping by the gradient's norm and moving averages of the result. */
import {
  constant,
  max,
  min,
  type NdArray,
  type Spec,
  sliceAxis,
  type Tensor,
  type Tree,
  zeros,
} from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkOptions, type Known } from "../part/check-options.ts";

/** What a training step carries along: flat vectors of equal length, and what a loss carries along besides them. */
export type OptimiserState<T> = {
  readonly parameters: T;
  readonly firstMoment: T;
  readonly secondMoment: T;
  /** The moving average of the parameters that makes the model. */
  readonly average: T;
  /** Moving averages of other widths, if any. */
  readonly otherAverages?: readonly T[];
  /** The sum of gradients so far, while a step is made of several micro-batches. */
  readonly gradient?: T;
  /** In mixed precision: what the loss is multiplied by, and for how many steps it has been, [2]. */
  readonly lossScale?: T;
  /** Extra state of a loss, such as a teacher that is an average of what is trained: a tree of any shape. */
  readonly extra?: Tree<T>;
};

/** The state before the first step, from a flat vector of parameters and the number of averages to keep. */
export const freshState = (parameters: NdArray, averages = 1): OptimiserState<NdArray> => ({
  parameters,
  firstMoment: zeros(parameters.shape),
  secondMoment: zeros(parameters.shape),
  average: parameters,
  ...(averages > 1 && { otherAverages: new Array<NdArray>(averages - 1).fill(parameters) }),
});

/** The type of a state of `size` parameters. */
export const stateSpec = (
  size: number,
  { averages = 1, accumulated = false }: { averages?: number; accumulated?: boolean } = {},
): OptimiserState<Spec> => {
  const vector = { shape: [size] };
  return {
    parameters: vector,
    firstMoment: vector,
    secondMoment: vector,
    average: vector,
    ...(averages > 1 && { otherAverages: new Array<Spec>(averages - 1).fill(vector) }),
    ...(accumulated && { gradient: vector }),
  };
};

/** Settings of Adam (Kingma & Ba 2015). */
export interface Adam {
  /** Decay of the mean of gradients, default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay per step and unit of learning rate (AdamW, Loshchilov & Hutter 2019), default 0. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient; larger ones are scaled down to it. Default 1; Infinity turns clipping off. */
  readonly clipNorm?: number;
}

/** Settings with defaults filled in. @throws ArgumentError for unknown settings and values out of range */
export const adamSettings = (adam: Adam = {}): Required<Adam> => {
  const known = { beta1: true, beta2: true, epsilon: true, weightDecay: true, clipNorm: true } satisfies Known<Adam>;
  checkOptions("adam", adam, known);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, clipNorm = 1 } = adam;
  for (const [name, beta] of Object.entries({ beta1, beta2 }))
    if (!(beta >= 0 && beta < 1)) throw new ArgumentError(`adam: expected ${name} in [0, 1), found ${beta}`);
  if (!(epsilon > 0)) throw new ArgumentError(`adam: expected a positive epsilon, found ${epsilon}`);
  if (!(weightDecay >= 0)) throw new ArgumentError(`adam: expected a weightDecay of at least 0, found ${weightDecay}`);
  if (!(clipNorm > 0)) throw new ArgumentError(`adam: expected a positive clipNorm, found ${clipNorm}`);
  return { beta1, beta2, epsilon, weightDecay, clipNorm };
};

/** Numbers that change from step to step, computed on the host and handed to a step as one vector. */
export interface StepNumbers {
  readonly learningRate: number;
  /** Decays of the moving averages in this step. */
  readonly averageDecays: readonly number[];
}

/** The length of the vector for a number of averages. */
export const stepNumberCount = (averages = 1): number => 8 + averages;

/**
 * The vector for step `step` (the first is 0): rate and epsilon with Adam's bias corrections folded in, and the weight
 * decay. Then what is kept of each moment and what the gradient adds to it, what is kept of the gradient, and the share
 * of the new parameters in each average.
 * @param since the steps at which the moments were 0, where that is not the first
 */
export const stepVector = (
  step: number,
  { learningRate, averageDecays }: StepNumbers,
  { beta1, beta2, epsilon, weightDecay }: Required<Adam>,
  since: { readonly first: number; readonly second: number } = { first: 0, second: 0 },
): number[] => {
  const correction = Math.sqrt(1 - beta2 ** (step - since.second + 1));
  return [
    (learningRate * correction) / (1 - beta1 ** (step - since.first + 1)),
    epsilon * correction,
    learningRate * weightDecay,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    0,
    ...averageDecays.map((decay) => 1 - decay),
  ];
};

/** The vector of a step that adds to the gradient and leaves all else, to the bit, as it is. */
export const restVector = (averages = 1): number[] => [0, 1, 0, 1, 0, 1, 0, 1, ...new Array<number>(averages).fill(0)];

/** Whether numbers, [{@link stepNumberCount}], belong to a micro-batch that ends a step: a bool. */
export const endsStep = (numbers: Tensor): Tensor => sliceAxis(numbers, 0, 7, 8).reshape([]).equal(0);

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1 in the form at the end of section 2).
 * @param gradient flat, as long as the state's vectors; added to the state's own where it carries one
 * @param numbers {@link stepVector} or {@link restVector}, [{@link stepNumberCount}]
 * @returns the next state and the gradient's norm before clipping
 */
export const adamStep = (
  state: OptimiserState<Tensor>,
  gradient: Tensor,
  numbers: Tensor,
  { weightDecay, clipNorm }: Required<Adam>,
): [state: OptimiserState<Tensor>, gradientNorm: Tensor] => {
  const { parameters, firstMoment, secondMoment, average, otherAverages } = state;
  const [rate, epsilon, decay, keep1, new1, keep2, new2, keepGradient, ...shares] = numbers
    .split(numbers.shape[0]!)
    .map((x) => x.reshape([])) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
  const total = state.gradient ? state.gradient.add(gradient) : gradient;
  const norm = total.square().sum().sqrt();
  const scale = Number.isFinite(clipNorm) ? min(constant(1), constant(clipNorm).divide(max(norm, 1e-30))) : constant(1);
  // Scalars are multiplied together first: each pass over the vectors costs time, a product of scalars does not.
  const m = firstMoment.multiply(keep1).add(total.multiply(scale.multiply(new1)));
  const v = secondMoment.multiply(keep2).add(total.square().multiply(scale.square().multiply(new2)));
  const kept = weightDecay > 0 ? parameters.subtract(parameters.multiply(decay)) : parameters;
  const next = kept.subtract(m.multiply(rate).divide(v.sqrt().add(epsilon)));
  const averaged = (values: Tensor, share: Tensor): Tensor => values.add(next.subtract(values).multiply(share));
  return [
    {
      parameters: next,
      firstMoment: m,
      secondMoment: v,
      average: averaged(average, shares[0]!),
      ...(otherAverages && { otherAverages: otherAverages.map((values, i) => averaged(values, shares[i + 1]!)) }),
      ...(state.gradient && { gradient: total.multiply(keepGradient) }),
    },
    norm,
  ];
};
