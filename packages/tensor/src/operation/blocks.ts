/**
 * The runtime's blocked layout, where a block of channels is innermost: [n, c / block, height, width, block], written with
 * the shape [n, c, height, width]. Its operators are internal to the runtime; {@link Target.convolutionBlock} says that
 * they are there.
 */

import type { Target } from "../graph/target.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { reshape } from "./reshape.ts";
import { constant } from "./source.ts";

/** The domain of the operators. */
export const blocksDomain = "com.microsoft.nchwc";

/** Channels per block on this target, if it has the layout. */
export const blockOf = (target: Target): number | undefined => (target.portable ? undefined : target.convolutionBlock);

const toBlocksOperation: Operation<number> = {
  name: "toBlocks",
  infer: ([x], block) => ({ dtype: x!.dtype, shape: x!.shape.with(1, Math.ceil(x!.shape[1]! / block) * block) }),
  expand: (node) => {
    const [x] = node.inputs as [Tensor];
    // Out of blocks and into blocks again. Zeros that fill up the last block were not kept if channels were cut off.
    return x.operation === fromBlocksOperation && x.inputs[0]!.shape[1] === x.shape[1] ? x.inputs[0] : undefined;
  },
  lower: (_, [x], emit) => emit.node("ReorderInput", [x!], {}, blocksDomain),
};

/** The attribute is the number of channels, which may end within a block. */
export const fromBlocksOperation: Operation<number> = {
  name: "fromBlocks",
  infer: ([x], channels) => ({ dtype: x!.dtype, shape: x!.shape.with(1, channels) }),
  lower: (node, [x], emit) => emit.node("ReorderOutput", [x!], { channels: { int: node.attributes } }, blocksDomain),
};

/** Into blocks; channels that do not fill the last block are followed by zeros. */
export const toBlocks = (x: Tensor, block: number): Tensor => apply(toBlocksOperation, [x], block);
/** Out of blocks, with this many channels. */
export const fromBlocks = (x: Tensor, channels = x.shape[1]!): Tensor => apply(fromBlocksOperation, [x], channels);

/** Is x an image that the layout can hold without filling up a block? */
export const channelsFillBlocks = (x: Tensor, target: Target): boolean => {
  const block = blockOf(target);
  return block !== undefined && x.dtype === "float32" && x.rank === 4 && x.shape[1]! % block === 0;
};

// All channels of all samples are the channels of one image: a convolution with one group per channel treats each
// separately.
const asOneImage = ({ shape: [n, c, ...size] }: Tensor): number[] => [1, n! * c!, ...size];

const eachChannel = (channels: number, kernel: readonly number[]) => ({
  kernel_shape: { ints: kernel },
  group: { int: channels },
});

/** Inputs in blocks: x, its scale [n, c], its shift [n, c] if `shifted`, and an image to add if `added`. */
export const blockedScaleShiftOperation: Operation<{ readonly shifted: boolean; readonly added: boolean }> = {
  name: "blockedScaleShift",
  infer: ([x]) => ({ dtype: x!.dtype, shape: x!.shape }),
  lower: (node, inputs, emit) => {
    const shape = asOneImage(node);
    const channels = shape[1]!;
    const { shifted, added } = node.attributes;
    const view = (x: string, size: readonly number[]): string => emit.node("Reshape", [x, emit.integers(size)]);
    const last = inputs.at(-1)!;
    const operands = [
      view(inputs[0]!, shape),
      view(inputs[1]!, [channels, 1, 1, 1]),
      ...(shifted ? [view(inputs[2]!, [channels])] : added ? [""] : []),
      ...(added ? [view(last, shape)] : []),
    ];
    return view(emit.node("Conv", operands, eachChannel(channels, [1, 1]), blocksDomain), node.shape);
  },
};

/** x * scale + shift through the blocked layout: a convolution of every channel with one number. */
export const blockedScaleShift = (x: Tensor, scale: Tensor, shift: Tensor | undefined, block: number): Tensor => {
  const inputs = [toBlocks(x, block), scale, ...(shift ? [shift] : [])];
  return fromBlocks(apply(blockedScaleShiftOperation, inputs, { shifted: shift !== undefined, added: false }));
};

/** How many places of a channel are summed one after another; images of more are summed row by row first. */
const longest = 512;

/** Each row of each channel as a channel: the layout is the same. */
const asRows = ({ shape: [n, c, h, w] }: Tensor): number[] => [1, n! * c! * h!, w!, 1];

const blockedDotOperation: Operation<undefined> = {
  name: "blockedChannelDot",
  infer: ([x]) => ({ dtype: x!.dtype, shape: [...x!.shape.slice(0, 2), 1, 1] }),
  lower: ({ shape, inputs: [x], dtype }, inputs, emit) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const byRows = h * w > longest;
    const [, channels, ...size] = (byRows ? asRows(x!) : asOneImage(x!)) as [number, number, ...number[]];
    const view = (name: string, to: readonly number[]): string => emit.node("Reshape", [name, emit.integers(to)]);
    const operands = [view(inputs[0]!, [1, channels, ...size]), view(inputs[1]!, [channels, 1, ...size])];
    const dots = emit.node("Conv", operands, eachChannel(channels, size), blocksDomain);
    if (!byRows) return view(dots, shape);
    const means = emit.node("GlobalAveragePool", [view(dots, [n, c, h, 1])], {}, blocksDomain);
    return emit.node("Mul", [means, emit.constant(constant(h, dtype).attributes)]);
  },
};

/** Sums of x y over each channel, [n, c]: a convolution whose kernel is y. */
export const blockedChannelDot = (x: Tensor, y: Tensor, block: number): Tensor =>
  reshape(apply(blockedDotOperation, [toBlocks(x, block), toBlocks(y, block)], undefined), x.shape.slice(0, 2));

const blockedMeanOperation: Operation<undefined> = {
  name: "blockedChannelMean",
  infer: ([x]) => ({ dtype: x!.dtype, shape: [...x!.shape.slice(0, 2), 1, 1] }),
  lower: ({ inputs: [x] }, [name], emit) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const mean = (values: string): string => emit.node("GlobalAveragePool", [values], {}, blocksDomain);
    const view = (values: string, to: readonly number[]): string => emit.node("Reshape", [values, emit.integers(to)]);
    return h * w > longest ? mean(view(mean(view(name!, asRows(x!))), [n, c, h, 1])) : mean(name!);
  },
};

/** Means of each channel, [n, c]. With one place, blocks are in the order of the channels. */
export const blockedChannelMean = (x: Tensor, block: number): Tensor =>
  reshape(apply(blockedMeanOperation, [toBlocks(x, block)], undefined), x.shape.slice(0, 2));
