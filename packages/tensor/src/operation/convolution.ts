/**
 * Convolutions over one to three spatial axes. <conv(x, w), y> is linear in each of x, w and y; its three partial
 * derivatives are the operations here, and the pullback of each consists of the two others. So derivatives of any order
 * stay convolutions.
 */
import { ShapeError } from "../errors.ts";
import { sameShape } from "../graph/shape.ts";
import { apply, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { add } from "./arithmetic.ts";
import { blockOf } from "./blocks.ts";
import { sum } from "./broadcast.ts";
import { channelSum } from "./channel.ts";
import { convolveInBlocks, fitsBlocks, gradientFitsBlocks, weightGradientInBlocks } from "./convolution-blocked.ts";
import { convolutionByMatmul, weightGradientByMatmul } from "./convolution-matmul.ts";
import {
  outputSize,
  type PerAxis,
  span,
  type Window,
  type WindowOptions,
  windowOver,
  windowUnder,
} from "./convolution-window.ts";
import { checkTypes } from "./elementwise.ts";
import { reshape, transpose } from "./reshape.ts";
import { flip, slice, space } from "./window.ts";

const onnxWindow = ({ kernel, stride, padding, dilation, groups }: Window) => ({
  kernel_shape: { ints: kernel },
  strides: { ints: stride },
  dilations: { ints: dilation },
  group: { int: groups },
  pads: { ints: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)] },
});

const alongChannels = (bias: Tensor, { kernel }: Window): Tensor =>
  reshape(bias, [bias.shape[0]!, ...kernel.map(() => 1)]);

/** Inputs: x [n, c, ...input], weight [out, c / groups, ...kernel] and, if wanted, bias [out]. */
const convolutionOperation: Operation<Window> = {
  name: "conv",
  infer: (inputs, window) => {
    const [x, weight] = inputs as [Tensor, Tensor];
    return { dtype: checkTypes(inputs, "float"), shape: [x.shape[0]!, weight.shape[0]!, ...outputSize(window)] };
  },
  pullback: (cotangent, { inputs: [x, weight, bias], attributes: window }) => [
    inputGradient(cotangent, weight!, window),
    weightGradient(x!, cotangent, window),
    bias && sum(channelSum(cotangent), 0),
  ],
  expand: (node, target) => {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const window = node.attributes;
    if (node.dtype === "float64") {
      const product = convolutionByMatmul(x, weight, window);
      return bias ? add(product, alongChannels(bias, window)) : product;
    }
    const block = blockOf(target);
    if (block && fitsBlocks(x, weight, window, block)) return convolveInBlocks(x, weight, bias, window, block);
    return undefined;
  },
  lower: (node, inputs, emit) => emit.node("Conv", inputs, onnxWindow(node.attributes)),
};

/** Inputs: cotangent [n, out, ...output] and weight. The cotangent of x. */
const inputGradientOperation: Operation<Window> = {
  name: "convTranspose",
  infer: (inputs, { input, groups }) => {
    const [cotangent, weight] = inputs as [Tensor, Tensor];
    const shape = [cotangent.shape[0]!, weight.shape[1]! * groups, ...input];
    return { dtype: checkTypes(inputs, "float"), shape };
  },
  pullback: (cotangent, { inputs: [y, weight], attributes: window }) => [
    convolution(cotangent, weight!, window),
    weightGradient(cotangent, y!, window),
  ],
  expand: ({ inputs: [y, weight], attributes: window, dtype }) =>
    dtype === "float64" || window.stride.every((s) => s === 1) ? asConvolution(y!, weight!, window) : undefined,
  lower: (node, inputs, emit) => {
    const { input, kernel, stride, padding, dilation } = node.attributes as Window;
    const output = node.inputs[0]!.shape.slice(2);
    const rest = input.map(
      (n, i) => n + padding[i]![0] + padding[i]![1] - span(kernel[i]!, dilation[i]!) - (output[i]! - 1) * stride[i]!,
    );
    return emit.node("ConvTranspose", inputs, { ...onnxWindow(node.attributes), output_padding: { ints: rest } });
  },
};

/** Inputs: x and cotangent. The cotangent of the weight. */
const weightGradientOperation: Operation<Window> = {
  name: "convWeightGradient",
  infer: (inputs, { kernel, groups }) => {
    const [x, cotangent] = inputs as [Tensor, Tensor];
    return { dtype: checkTypes(inputs, "float"), shape: [cotangent.shape[1]!, x.shape[1]! / groups, ...kernel] };
  },
  pullback: (cotangent, { inputs: [x, y], attributes: window }) => [
    inputGradient(y!, cotangent, window),
    convolution(x!, cotangent, window),
  ],
  expand: ({ inputs, attributes: window }, target) => {
    const [x, cotangent] = inputs as [Tensor, Tensor];
    const block = blockOf(target);
    return block && gradientFitsBlocks(x, cotangent, window, block)
      ? weightGradientInBlocks(x, cotangent, window, block)
      : weightGradientByMatmul(x, cotangent, window);
  },
};

const convolution = (x: Tensor, weight: Tensor, window: Window): Tensor =>
  apply(convolutionOperation, [x, weight], window);
const inputGradient = (cotangent: Tensor, weight: Tensor, window: Window): Tensor =>
  apply(inputGradientOperation, [cotangent, weight], window);
const weightGradient = (x: Tensor, cotangent: Tensor, window: Window): Tensor =>
  apply(weightGradientOperation, [x, cotangent], window);

/** Does a node become a convolution of the runtime? */
export const isConvolution = ({ operation }: Tensor): boolean =>
  operation === convolutionOperation || operation === inputGradientOperation;

/** A transposed convolution as a convolution with the mirrored kernel, from out to in. */
const asConvolution = (cotangent: Tensor, weight: Tensor, window: Window): Tensor => {
  const { input, kernel, stride, dilation, padding, groups } = window;
  const [out, c] = weight.shape as [number, number];
  const axes = kernel.map((_, i) => i + 2);
  const perGroup = reshape(weight, [groups, out / groups, c, ...kernel]);
  const swapped = transpose(perGroup, [0, 2, 1, ...axes.map((axis) => axis + 1)]);
  const mirrored = flip(
    reshape(swapped, [groups * c, out / groups, ...kernel]),
    axes.filter((_, i) => kernel[i]! > 1),
  );
  const source = axes.reduce((x, axis, i) => space(x, axis, stride[i]!), cotangent);
  // A margin below zero is cut off.
  const margins = input.map((n, i) => {
    const before = span(kernel[i]!, dilation[i]!) - 1 - padding[i]![0];
    return [before, n - 1 + span(kernel[i]!, dilation[i]!) - source.shape[i + 2]! - before] as const;
  });
  const cut = slice(source, [
    null,
    null,
    ...margins.map(([before, after], i) => [Math.max(0, -before), source.shape[i + 2]! + Math.min(0, after)] as const),
  ]);
  return convolution(cut, mirrored, {
    ...window,
    input: cut.shape.slice(2),
    stride: stride.map(() => 1),
    padding: margins.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const),
  });
};

/** How {@link conv} moves its kernel. */
export interface ConvolutionOptions extends WindowOptions {
  /** Added to each output channel: [out]. */
  readonly bias?: Tensor | undefined;
}

/** How {@link convTranspose} moves its kernel. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Elements added behind each spatial axis, fewer than the stride, which a convolution would have rounded away. */
  readonly outputPadding?: PerAxis;
}

const checked = <R>(name: string, x: Tensor, weight: Tensor, bias: Tensor | undefined, make: () => R): R => {
  try {
    const axes = x.rank - 2;
    if (axes < 1 || axes > 3 || weight.rank !== x.rank)
      throw new ShapeError(
        "expected x [n, channels, ...spatial] and a weight of the same rank, with one to three spatial axes",
      );
    return make();
  } catch (error) {
    throw error instanceof ShapeError ? explain(error, name, bias ? [x, weight, bias] : [x, weight]) : error;
  }
};

const checkBias = (bias: Tensor | undefined, out: number): void => {
  if (bias && !sameShape(bias.shape, [out]))
    throw new ShapeError(`expected a bias of shape [${out}], one number per output channel, found [${bias.shape}]`);
};

/**
 * Convolution (cross-correlation, the kernel is not mirrored) over one to three spatial axes.
 * @param x [n, c, ...spatial]
 * @param weight [out, c / groups, ...kernel]
 * @returns [n, out, ...spatial'], where spatial' is floor((spatial + padding - span) / stride) + 1 with
 *   span = (kernel - 1) * dilation + 1
 * @throws ShapeError when ranks, channels and groups do not fit, or the kernel is larger than the padded input
 */
export const conv = (x: Tensor, weight: Tensor, { bias, ...options }: ConvolutionOptions = {}): Tensor => {
  const window = checked("conv", x, weight, bias, () => {
    const { groups = 1 } = options;
    const made = windowOver(x.shape.slice(2), weight.shape.slice(2), options);
    if (x.shape[1] !== weight.shape[1]! * groups)
      throw new ShapeError(
        `expected x to have ${weight.shape[1]! * groups} channels, ${weight.shape[1]} of the weight in each of ${groups} groups, ` +
          `found ${x.shape[1]}`,
      );
    if (weight.shape[0]! % groups !== 0)
      throw new ShapeError(`expected the ${weight.shape[0]} output channels to fall into ${groups} groups`);
    checkBias(bias, weight.shape[0]!);
    return made;
  });
  return apply(convolutionOperation, bias ? [x, weight, bias] : [x, weight], window);
};

/**
 * Transposed convolution: the transpose of {@link conv} with the same weight and options, as a map of x.
 * @param x [n, c, ...spatial]
 * @param weight [c, out / groups, ...kernel]
 * @returns [n, out, ...spatial'], where spatial' is (spatial - 1) * stride + span - padding + outputPadding, or
 *   spatial * stride with padding "same"
 * @throws ShapeError when ranks, channels and groups do not fit, or nothing is left of an axis
 */
export const convTranspose = (
  x: Tensor,
  weight: Tensor,
  { bias, outputPadding = 0, ...options }: TransposedConvolutionOptions = {},
): Tensor => {
  const window = checked("convTranspose", x, weight, bias, () => {
    const { groups = 1 } = options;
    const made = windowUnder(x.shape.slice(2), weight.shape.slice(2), options, outputPadding);
    if (x.shape[1] !== weight.shape[0] || x.shape[1]! % groups !== 0)
      throw new ShapeError(
        `expected x to have the ${weight.shape[0]} channels of the weight's first axis, in ${groups} groups, found ${x.shape[1]}`,
      );
    checkBias(bias, weight.shape[1]! * groups);
    return made;
  });
  const product = inputGradient(x, weight, window);
  return bias ? add(product, alongChannels(bias, window)) : product;
};
