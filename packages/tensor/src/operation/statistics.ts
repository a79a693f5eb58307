/** Statistics over axes: extremes, means, variances, log-sum-exp, softmax. */
import { DataTypeError, ShapeError } from "../errors.ts";
import { apply, axesOf, axisOf, type Emitter, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { add, divide, multiply, square, subtract } from "./arithmetic.ts";
import { type Axes, inferReduction, keptShape, type ReduceOptions, reduction, sum } from "./broadcast.ts";
import { abs, equal, indicator, less, where } from "./comparison.ts";
import { checkTypes } from "./elementwise.ts";
import { exp, log } from "./exponential.ts";
import { reshape } from "./reshape.ts";
import { constant, inFloat32, isFloat, onnxType } from "./source.ts";

const inferExtreme: typeof inferReduction = (inputs, axes) => {
  if ((axes as readonly number[]).some((axis) => inputs[0]!.shape[axis] === 0))
    throw new ShapeError("expected at least one element to reduce");
  return inferReduction(inputs, axes);
};

const reduce = (op: "ReduceMax" | "ReduceMin", x: string, axes: readonly number[], emit: Emitter): string =>
  emit.node(op, [x, emit.integers(axes)], { keepdims: { int: 0 }, noop_with_empty_axes: { int: 1 } });

const extreme = (name: string, op: "ReduceMax" | "ReduceMin"): Operation<readonly number[]> => ({
  name,
  infer: inferExtreme,
  pullback: (cotangent, node) => {
    const [x] = node.inputs as [Tensor];
    const kept = keptShape(x.shape, node.attributes);
    const tied = indicator(equal(x, reshape(node, kept)), x);
    const share = divide(reshape(cotangent, kept), sum(tied, node.attributes, { keepDims: true }));
    return [multiply(tied, share)];
  },
  lower: (node, [x], emit) => {
    const found = reduce(op, x!, node.attributes, emit);
    if (!isFloat(node.dtype)) return found;
    // The runtime's kernel may overlook NaN.
    const unordered = emit.node("Cast", [emit.node("IsNaN", [x!])], { to: { int: onnxType.int32 } });
    const any = emit.node("Cast", [reduce("ReduceMax", unordered, node.attributes, emit)], {
      to: { int: onnxType.bool },
    });
    return emit.node("Where", [any, emit.constant(constant(Number.NaN, node.dtype).attributes), found]);
  },
});

/**
 * Largest element over axes (all by default), NaN where an element is NaN. The derivative is shared equally among ties.
 */
export const maximum = reduction(extreme("maximum", "ReduceMax"));

/** Smallest element over axes (all by default), NaN where one is; the derivative is shared equally among ties. */
export const minimum = reduction(extreme("minimum", "ReduceMin"));

/** As maximum, but any element where one is NaN. */
const peakOf = reduction({
  name: "logSumExp",
  infer: (inputs, axes) => {
    checkTypes(inputs, "float");
    return inferExtreme(inputs, axes);
  },
  lower: (node, [x], emit) => reduce("ReduceMax", x!, node.attributes, emit),
});

const countOver = (name: string, x: Tensor, axes: Axes | undefined): number =>
  axesOf(name, x, axes).reduce((count, axis) => count * x.shape[axis]!, 1);

const checkReal = (name: string, x: Tensor): void => {
  if (!isFloat(x.dtype))
    throw explain(new DataTypeError(`expected float elements, found ${x.dtype}; convert with cast()`), name, [x]);
};

/**
 * Mean over axes (all by default); NaN over no elements. @throws DataTypeError for integers, whose mean is seldom one
 */
export const mean = (x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor => {
  checkReal("mean", x);
  return inFloat32(x, (y) => multiply(sum(y, axes, options), 1 / countOver("mean", x, axes)));
};

const squaredDeviationOperation: Operation<readonly number[]> = {
  name: "squaredDeviation",
  infer: inferReduction,
  // The deviations sum to zero, so that the mean's own derivative adds nothing.
  pullback: (cotangent, node) => {
    const [x] = node.inputs as [Tensor];
    const kept = reshape(cotangent, keptShape(x.shape, node.attributes));
    return [multiply(multiply(kept, 2), deviation(x, node.attributes))];
  },
  expand: ({ inputs: [x], attributes: axes }) => sum(square(deviation(x!, axes)), axes),
};

const deviation = (x: Tensor, axes: Axes): Tensor => subtract(x, mean(x, axes, { keepDims: true }));

/** Sum over axes (all by default) of squared deviations from the mean. */
const squaredDeviation = reduction(squaredDeviationOperation);

/**
 * Variance over axes (all by default), in two passes: the one-pass form cancels when the mean is large.
 * `correction` is subtracted from the count in the divisor (0: of the population; 1: unbiased).
 * @throws DataTypeError for integers
 */
export const variance = (
  x: Tensor,
  axes?: Axes,
  { correction = 0, ...options }: ReduceOptions & { correction?: number } = {},
): Tensor => {
  checkReal("variance", x);
  return inFloat32(x, (y) =>
    multiply(squaredDeviation(y, axes, options), 1 / (countOver("variance", x, axes) - correction)),
  );
};

/** log of the sum of e^x over axes, without overflow; -Infinity where all elements are. */
export const logSumExp = (x: Tensor, axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor => {
  if (x.dtype === "float16") return inFloat32(x, (y) => logSumExp(y, axes, { keepDims }));
  const peak = peakOf(x, axes, { keepDims: true });
  const finite = where(less(abs(peak), Number.POSITIVE_INFINITY), peak, 0);
  const result = add(log(sum(exp(subtract(x, finite)), axes, { keepDims: true })), finite);
  return keepDims ? result : reshape(result, sum(x, axes).shape);
};

const softmaxOperation: Operation<number> = {
  name: "softmax",
  infer: (inputs) => {
    checkTypes(inputs, "float");
    return inputs[0]!;
  },
  pullback: (cotangent, node) => {
    const weighted = multiply(cotangent, node);
    return [subtract(weighted, multiply(node, sum(weighted, node.attributes, { keepDims: true })))];
  },
  lower: (node, [x], emit) => emit.node("Softmax", [x!], { axis: { int: node.attributes } }),
};

/** e^x / sum of e^x along one axis (the last by default). */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  inFloat32(x, (y) => apply(softmaxOperation, [y], axisOf("softmax", x, axis)));
