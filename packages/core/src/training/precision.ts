/**
 * Mixed precision (Micikevicius et al. 2018): the network's weights and activations in float16, all else in float32: the
 * weights that are trained, the optimiser, preconditioning and loss. Gradients below 6e-8 would vanish in float16, so the
 * loss is multiplied by a scale before they are taken. The scale is found by trying.
 */
import {
  constant,
  flattenTree,
  mapTree,
  max,
  min,
  type NdArray,
  ndarray,
  type Runtime,
  stack,
  Tensor,
  type Tensors,
  vjp,
  where,
} from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Conditions, Network } from "../network/network.ts";
import type { OptimiserState } from "./optimiser.ts";

/** Element types of training: all in `float32`, or `mixed` with float16 for the network. */
export type Precision = "float32" | "mixed";

const initialScale = 2 ** 16;
const leastScale = 1;
/** Beyond this, float32 itself would come near its end. */
const mostScale = 2 ** 24;
/** Steps without overflow after which the scale is doubled. */
const patience = 2000;

/** The scale before the first step: [scale, steps since it last changed]. */
const freshLossScale = (): NdArray => ndarray(Float32Array.of(initialScale, 0));

/** @throws ArgumentError for a runtime that does not compute in float16, with its reason */
export const checkFloat16 = async (name: string, runtime: Runtime): Promise<void> => {
  const { float16 = `${runtime.name} does not say that it does` } = await runtime.target({ float16: true });
  if (float16 !== true)
    throw new ArgumentError(
      `${name}: precision "mixed" needs a runtime that computes in float16, found none: ${float16}; ` +
        'train in "float32", or on a graphics processor: native({ provider: "cuda" }) or "webgpu"',
    );
};

const isTensor = (node: unknown): boolean => node instanceof Tensor;

const halved = <T>(tree: T): T => mapTree(tree, (x: Tensor) => x.cast("float16"), isTensor) as T;

/**
 * The network in float16 between float32. The noise level stays float32, since its high frequencies have no digits to spare,
 * and so do the draws of dropout.
 */
export const inFloat16 = (network: Network): Network => ({
  ...network,
  apply: (parameters, x, noiseLevel, { uniforms, ...others }: Conditions = {}) =>
    network
      .apply(halved(parameters), x.cast("float16"), noiseLevel, { ...halved(others), ...(uniforms && { uniforms }) })
      .cast(x.dtype),
});

/** The loss, and its gradient by way of the scaled loss. */
export const scaledGradient = (
  loss: (parameters: Tensors) => Tensor,
  parameters: Tensors,
  lossScale: Tensor,
): [loss: Tensor, gradients: Tensors] => {
  const scale = lossScale.split(2)[0]!.reshape([]);
  const [value, pullback] = vjp(loss, parameters);
  const scaled = pullback(scale);
  return [value, mapTree(scaled, (x: Tensor) => x.divide(scale), isTensor) as Tensors];
};

/**
 * Keeps a step if its gradient is finite. Else all stays as it was, except the scale, which is halved.
 * @param before the state before the step, with its scale
 * @param after what the optimiser made of it
 * @param norm of the gradient, or of its part so far
 * @param last whether this micro-batch ends a step, a bool
 * @returns the next state, and 1 where a halved scale may avoid the overflow, else 0
 */
export const keepOrSkip = (
  before: OptimiserState<Tensor>,
  after: OptimiserState<Tensor>,
  norm: Tensor,
  last: Tensor,
): [state: OptimiserState<Tensor>, skipped: Tensor] => {
  const { lossScale, gradient: _, ...old } = before;
  const { gradient, ...rest } = after;
  const [scale, count] = lossScale!.split(2).map((x) => x.reshape([])) as [Tensor, Tensor];
  const finite = norm.less(Number.POSITIVE_INFINITY);
  const made = flattenTree<Tensor>(rest, isTensor);
  const { leaves, paths, unflatten } = flattenTree<Tensor>(old, isTensor);
  const kept = unflatten(
    leaves.map((from, i) => where(finite, made.leaves[made.paths.indexOf(paths[i]!)]!, from)),
  ) as OptimiserState<Tensor>;

  const counted = count.add(1);
  const due = counted.greaterOrEqual(patience);
  const good = [where(due, min(scale.multiply(2), mostScale), scale), where(due, 0, counted)] as const;
  const bad = [max(scale.multiply(0.5), leastScale), constant(0)] as const;
  const next = stack([where(finite, good[0], bad[0]), where(finite, good[1], bad[1])]);
  return [
    {
      ...kept,
      // Infinity times the 0 that ends a step is not 0.
      ...(gradient && { gradient: where(last, 0, gradient) }),
      lossScale: where(last, next, lossScale!),
    },
    where(finite, 0, scale.greater(leastScale).cast("float32")),
  ];
};

/** The state for a precision, from one that training in another may have left. */
export const inPrecision = (
  precision: Precision,
  { lossScale, ...state }: OptimiserState<NdArray>,
): OptimiserState<NdArray> => (precision === "mixed" ? { ...state, lossScale: lossScale ?? freshLossScale() } : state);
