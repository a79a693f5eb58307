/**
 * What normalisation does to channels: scaling and shifting each channel of each sample, and sums over its places. These
 * are separate operations because the runtime's blocked layout has a kernel for each that goes over x once.
 */
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { add, multiply } from "./arithmetic.ts";
import { blockedChannelDot, blockedChannelMean, blockedScaleShift, channelsFillBlocks } from "./blocks.ts";
import { broadcastTo, sum } from "./broadcast.ts";
import { checkTypes } from "./elementwise.ts";
import { reshape } from "./reshape.ts";

const spatialAxes = (x: Tensor): number[] => x.shape.slice(2).map((_, i) => i + 2);

/** A number for each channel of each sample, [n, c], with axes of size 1 for the places. */
const alongPlaces = (v: Tensor, x: Tensor): Tensor => reshape(v, [...v.shape, ...spatialAxes(x).map(() => 1)]);

/** Inputs: x [n, c, ...spatial], scale [n, c] and, if wanted, shift [n, c]. */
const scaleShiftOperation: Operation<undefined> = {
  name: "scaleShift",
  infer: (inputs) => ({ dtype: checkTypes(inputs, "float"), shape: inputs[0]!.shape }),
  pullback: (cotangent, { inputs: [x, scale, shift] }) => [
    scaleShift(cotangent, scale!),
    channelDot(cotangent, x!),
    shift && channelSum(cotangent),
  ],
  expand: ({ inputs }, target) => {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor?];
    if (channelsFillBlocks(x, target)) return blockedScaleShift(x, scale, shift, target.convolutionBlock!);
    const scaled = multiply(x, alongPlaces(scale, x));
    return shift ? add(scaled, alongPlaces(shift, x)) : scaled;
  },
};

/** x * scale + shift, with a scale and a shift for each channel of each sample: [n, c]. */
export const scaleShift = (x: Tensor, scale: Tensor, shift?: Tensor): Tensor =>
  apply(scaleShiftOperation, shift ? [x, scale, shift] : [x, scale], undefined);

const inferChannels: Operation["infer"] = (inputs) => ({
  dtype: checkTypes(inputs, "float"),
  shape: inputs[0]!.shape.slice(0, 2),
});

const channelSumOperation: Operation<undefined> = {
  name: "channelSum",
  infer: inferChannels,
  pullback: (cotangent, { inputs: [x] }) => [broadcastTo(alongPlaces(cotangent, x!), x!.shape)],
  expand: ({ inputs: [x] }, target) =>
    channelsFillBlocks(x!, target)
      ? multiply(blockedChannelMean(x!, target.convolutionBlock!), x!.shape[2]! * x!.shape[3]!)
      : sum(x!, spatialAxes(x!)),
};

/** The sum of each channel of each sample: [n, c, ...spatial] to [n, c]. */
export const channelSum = (x: Tensor): Tensor => apply(channelSumOperation, [x], undefined);

const channelDotOperation: Operation<undefined> = {
  name: "channelDot",
  commutative: true,
  infer: inferChannels,
  pullback: (cotangent, { inputs: [x, y] }) =>
    x === y
      ? [scaleShift(x!, multiply(cotangent, 2)), undefined]
      : [scaleShift(y!, cotangent), scaleShift(x!, cotangent)],
  expand: ({ inputs: [x, y] }, target) =>
    channelsFillBlocks(x!, target)
      ? blockedChannelDot(x!, y!, target.convolutionBlock!)
      : sum(multiply(x!, y!), spatialAxes(x!)),
};

/** The sum of x y over each channel of each sample: [n, c, ...spatial] twice to [n, c]. */
export const channelDot = (x: Tensor, y: Tensor): Tensor => apply(channelDotOperation, [x, y], undefined);
