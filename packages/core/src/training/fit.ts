/** Fits parameters to a loss by Adam: the loop of trainings whose network is no denoiser. */
import {
  compileScan,
  flattenTree,
  isNdArray,
  type NdArray,
  ndarray,
  type Runtime,
  type Spec,
  type Tensor,
  type Tensors,
  valueAndGrad,
  zeros,
} from "@scorefield/tensor";
import { checkPositive, checkWhole } from "../check.ts";
import { TrainingError } from "../errors.ts";
import type { Parameters } from "../network/network.ts";
import { flatLayout } from "./flat.ts";
import {
  type Adam,
  adamSettings,
  adamStep,
  freshState,
  type OptimiserState,
  stateSpec,
  stepNumberCount,
  stepVector,
} from "./optimiser.ts";
import { averageDecayAt, learningRateAt } from "./schedule.ts";

/** How long and how fast {@link fit} goes. */
export interface FitOptions {
  readonly steps: number;
  /** Peak learning rate; it falls to 0 along a cosine. */
  readonly learningRate: number;
  readonly adam?: Adam | undefined;
  /** Steps per call of the runtime. */
  readonly block: number;
  /** Begins messages. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** After every block: steps done, and the block's mean loss. */
  readonly onProgress?: ((event: { readonly step: number; readonly loss: number }) => void) | undefined;
  readonly runtime?: Runtime | undefined;
}

type Specs = Readonly<Record<string, Spec>>;
type Named<S extends Specs, T> = { readonly [K in keyof S]: T };

interface Block {
  (state: OptimiserState<NdArray>, inputs: unknown): Promise<[OptimiserState<NdArray>, { loss: NdArray<"float32"> }]>;
  dispose(): Promise<void>;
}

/** The trees of several steps as one, stacked along a leading axis. */
const stackTrees = (steps: readonly unknown[]): unknown => {
  const flat = steps.map((tree) => flattenTree<NdArray>(tree, isNdArray));
  const leaves = flat[0]!.leaves.map(({ shape, dtype }, i) => {
    const all = zeros([steps.length, ...shape], dtype);
    for (const [k, { leaves }] of flat.entries()) {
      const { data } = leaves[i]!;
      (all.data as Float32Array).set(data as Float32Array, k * data.length);
    }
    return all;
  });
  return flat[0]!.unflatten(leaves);
};

/**
 * Minimises a loss, with a moving average (decay 0.999) of the parameters as the result.
 * @param initial the parameters to begin with
 * @param loss of one step, a scalar
 * @param specs types of one step's input
 * @param inputOf makes that input, from the number of the step
 * @throws ArgumentError for options out of range; TrainingError when the loss is no longer finite; the signal's reason
 *   when aborted
 */
export const fit = async <S extends Specs>(
  initial: Parameters,
  loss: (parameters: Tensors, input: Named<S, Tensor>) => Tensor,
  specs: S,
  inputOf: (step: number) => Named<S, NdArray> | Promise<Named<S, NdArray>>,
  { steps, learningRate, adam, block, name, signal, onProgress, runtime }: FitOptions,
): Promise<Parameters> => {
  checkWhole(`${name} steps`, steps);
  checkPositive(`${name} learningRate`, learningRate);
  const settings = adamSettings(adam);
  const layout = flatLayout(initial);
  const step = (
    state: OptimiserState<Tensor>,
    { input, numbers }: { input: Named<S, Tensor>; numbers: Tensor },
  ): [OptimiserState<Tensor>, { loss: Tensor }] => {
    const [value, gradients] = valueAndGrad((parameters: Tensors) => loss(parameters, input))(
      layout.split(state.parameters),
    );
    return [adamStep(state, layout.join(gradients), numbers, settings)[0], { loss: value }];
  };
  const inputsOf = async (from: number, count: number) => {
    const made: unknown[] = [];
    for (let k = from; k < from + count; k++) {
      const rate = learningRateAt(k, steps, learningRate);
      const numbers = stepVector(k, { learningRate: rate, averageDecays: [averageDecayAt(k, 0.999)] }, settings);
      made.push({ input: await inputOf(k), numbers: ndarray(Float32Array.from(numbers)) });
    }
    return stackTrees(made);
  };

  const specsOfStep = {
    state: stateSpec(layout.size),
    inputs: { input: specs, numbers: { shape: [stepNumberCount()] } },
  };
  const compileBlock = async (length: number): Promise<Block> =>
    (await compileScan(step as never, { ...specsOfStep, steps: length }, { runtime, name: `${name}: step` })) as never;
  let current = freshState(layout.flatten(initial));
  for (let done = 0; done < steps; ) {
    const length = Math.min(block, steps - done);
    const compiled = await compileBlock(length);
    try {
      for (; done + length <= steps; done += length) {
        signal?.throwIfAborted();
        const [next, { loss }] = await compiled(current, await inputsOf(done, length));
        const mean = loss.data.reduce((sum, value) => sum + value, 0) / length;
        if (!Number.isFinite(mean))
          throw new TrainingError(
            `${name}: the loss is no longer finite by step ${done + length}; take a smaller learningRate`,
          );
        current = next;
        onProgress?.({ step: done + length, loss: mean });
      }
    } finally {
      await compiled.dispose();
    }
  }
  return layout.unflatten(current.average);
};
