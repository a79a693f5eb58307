/**
 * Convolutions in the runtime's blocked layout. The runtime converts on its own only where the weight is a constant and
 * what lies between two convolutions is of the simplest, that is, never while training.
 */
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { blocksDomain, fromBlocks, toBlocks } from "./blocks.ts";
import { outputSize, span, type Window } from "./convolution-window.ts";
import { reshape, transpose } from "./reshape.ts";
import { pad, slice } from "./window.ts";

/** Inputs: x and weight in blocks, and the bias if there is one. */
const blockedConvolution: Operation<Window> = {
  name: "blockedConvolution",
  infer: ([x, weight], window) => ({
    dtype: x!.dtype,
    shape: [x!.shape[0]!, weight!.shape[0]!, ...outputSize(window)],
  }),
  lower: ({ attributes: { kernel, stride, padding, dilation } }, inputs, emit) =>
    emit.node(
      "Conv",
      inputs,
      {
        kernel_shape: { ints: kernel },
        strides: { ints: stride },
        dilations: { ints: dilation },
        pads: { ints: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)] },
      },
      blocksDomain,
    ),
};

/**
 * Can and should {@link convolveInBlocks} do this convolution? With fewer channels out than a block it does more work than
 * the runtime's standard convolution.
 */
export const fitsBlocks = (x: Tensor, weight: Tensor, { groups, kernel }: Window, block: number): boolean =>
  x.dtype === "float32" &&
  kernel.length === 2 &&
  groups === 1 &&
  weight.shape[0]! >= block &&
  // The runtime reorders four channels at a time. Fewer channels than a block it reads as they are.
  (x.shape[1]! < block || x.shape[1]! % 4 === 0);

/** The convolution of x [n, c, height, width] with weight [out, c, ...kernel] and bias [out]. */
export const convolveInBlocks = (
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  window: Window,
  block: number,
): Tensor => {
  const [out, c, height, width] = weight.shape as [number, number, number, number];
  const inBlock = Math.min(c, block);
  const [outBlocks, inBlocks] = [Math.ceil(out / block), Math.ceil(c / inBlock)];
  const missing = outBlocks * block - out;
  const filled = pad(weight, [
    [0, missing],
    [0, inBlocks * inBlock - c],
    [0, 0],
    [0, 0],
  ]);
  const split = reshape(filled, [outBlocks, block, inBlocks, inBlock, height, width]);
  // [out / block, in / block, height, width, in % block, out % block], or without blocks of the input
  const order = c < block ? [0, 2, 3, 4, 5, 1] : [0, 2, 4, 5, 3, 1];
  const blocked = reshape(transpose(split, order), filled.shape);
  const source = c < block ? x : toBlocks(x, block);
  const inputs = [source, blocked, ...(bias ? [pad(bias, [[0, missing]])] : [])];
  return fromBlocks(apply(blockedConvolution, inputs, window), out);
};

/** Can {@link weightGradientInBlocks} do this? The samples are its channels, and must fill their blocks. */
export const gradientFitsBlocks = (x: Tensor, cotangent: Tensor, window: Window, block: number): boolean =>
  x.dtype === "float32" &&
  window.kernel.length === 2 &&
  window.groups === 1 &&
  window.dilation.every((d) => d === 1) &&
  x.shape[0]! % block === 0 &&
  [x, cotangent].every(({ shape }) => shape[1]! % 4 === 0 && shape[1]! >= block);

/**
 * The cotangent of a convolution's weight as another convolution. It sums over samples. Its batch is the blocks of the
 * input's channels. Its kernel is the output's cotangent, as large as an image. A row of the input holds the columns
 * with their channels side by side, so that the kernel's elements lie `block` apart, and the outputs of a row are the
 * columns of the weight with their channels.
 */
export const weightGradientInBlocks = (x: Tensor, cotangent: Tensor, window: Window, block: number): Tensor => {
  const { kernel, stride, padding } = window as { [K in keyof Window]: Window[K] } & { kernel: [number, number] };
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [, out, rows, columns] = cotangent.shape as [number, number, number, number];
  const [inBlocks, outBlocks] = [Math.ceil(c / block), Math.ceil(out / block)];
  const images = transpose(reshape(toBlocks(x, block), [n, inBlocks, height * width * block]), [1, 0, 2]);
  // The runtime works on outputs near the padding one by one, so the zeros are put in place here.
  const used = kernel.map((k, i) => span(cotangent.shape[i + 2]!, stride[i]!) + k - 1) as [number, number];
  const margins = [height, width].map((size, i) => [padding[i]![0], Math.max(0, used[i]! - size - padding[i]![0])]);
  const padded = pad(reshape(images, [inBlocks, n, height, width, block]), [[0, 0], [0, 0], ...margins, [0, 0]]);
  const cut = slice(padded, [null, null, [0, used[0]], [0, used[1]]]);
  const source = reshape(cut, [inBlocks, n, used[0], used[1] * block]);
  const split = reshape(toBlocks(cotangent, block), [n / block, block, outBlocks, rows * columns, block]);
  const filters = reshape(transpose(split, [2, 0, 3, 1, 4]), [outBlocks * block, n, rows, columns]);
  const product = apply(blockedConvolution, [toBlocks(source, block), filters], {
    input: source.shape.slice(2),
    kernel: [rows, columns],
    stride: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
    dilation: [stride[0]!, stride[1]! * block],
    groups: 1,
  });
  const weights = reshape(product, [inBlocks, outBlocks, kernel[0], kernel[1], block, block]);
  const ordered = reshape(transpose(weights, [1, 5, 0, 4, 2, 3]), [outBlocks * block, inBlocks * block, ...kernel]);
  return slice(ordered, [
    [0, out],
    [0, c],
  ]);
};
