/**
 * Group, layer and root-mean-square normalisation. Statistics are taken in two passes: E[x^2] - E[x]^2 cancels when the
 * mean is large compared to the deviation.
 */
import { ShapeError } from "../errors.ts";
import { sameShape } from "../graph/shape.ts";
import { apply, axisOf, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { add, divide, multiply, negate, reciprocal, square, subtract } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { channelDot, channelSum, scaleShift } from "./channel.ts";
import { checkTypes } from "./elementwise.ts";
import { sqrt } from "./exponential.ts";
import { reshape } from "./reshape.ts";
import { cast, constant, inFloat32 } from "./source.ts";
import { mean, variance } from "./statistics.ts";

/** What follows a normalisation, and how it avoids division by zero. */
export interface NormalisationOptions {
  /** Factor per channel (groups) or per element of the last axis (layer, root mean square). Default 1. */
  readonly scale?: Tensor | undefined;
  /** Added afterwards, of the shape of `scale`. Default 0. */
  readonly shift?: Tensor | undefined;
  /** Added to the variance or mean square. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * The normalisation of a float16 tensor, in float32 throughout: a mean that is large compared to the deviation costs no
 * digits.
 */
const inFull = <O extends NormalisationOptions>(
  x: Tensor,
  options: O,
  normalise: (x: Tensor, options: O) => Tensor,
): Tensor => {
  const full = (parameter: Tensor | undefined): Tensor | undefined => parameter && cast(parameter, "float32");
  return inFloat32(x, (y) => normalise(y, { ...options, scale: full(options.scale), shift: full(options.shift) }));
};

const check = (name: string, x: Tensor, size: number, parameters: Record<string, Tensor | undefined>): void => {
  for (const [role, parameter] of Object.entries(parameters))
    if (parameter && !sameShape(parameter.shape, [size]))
      throw explain(new ShapeError(`expected a ${role} of shape [${size}], found [${parameter.shape}]`), name, [x]);
};

interface GroupNorm {
  readonly groups: number;
  readonly epsilon: number;
}

/** Means over the channels of a group, [n, c] to [n, c]. */
const groupMean = (v: Tensor, groups: number): Tensor => {
  const [n, c] = v.shape as [number, number];
  const grouped = [n, groups, c / groups];
  return reshape(broadcastTo(mean(reshape(v, grouped), 2, { keepDims: true }), grouped), v.shape);
};

/** Means and reciprocal deviations of the groups, each [n, c]. */
const groupStatistics = (x: Tensor, { groups, epsilon }: GroupNorm): [centre: Tensor, rate: Tensor] => {
  const places = sizeOf(x.shape.slice(2));
  const centre = multiply(groupMean(channelSum(x), groups), 1 / places);
  const deviation = scaleShift(x, broadcastTo(constant(1, x.dtype), centre.shape), negate(centre));
  const squares = multiply(groupMean(channelDot(deviation, deviation), groups), 1 / places);
  return [centre, reciprocal(sqrt(add(squares, epsilon)))];
};

/** Inputs: x [n, c, ...spatial], scale [n, c], shift [n, c]. */
const groupNormOperation: Operation<GroupNorm> = {
  name: "groupNorm",
  infer: (inputs) => ({ dtype: checkTypes(inputs, "float"), shape: inputs[0]!.shape }),
  pullback: (cotangent, { inputs, attributes }) => {
    const [x, scale] = inputs as [Tensor, Tensor];
    const [centre, rate] = groupStatistics(x, attributes);
    const average = (v: Tensor): Tensor =>
      multiply(groupMean(multiply(scale, v), attributes.groups), 1 / sizeOf(x.shape.slice(2)));
    const ofShift = channelSum(cotangent);
    const ofScale = multiply(rate, subtract(channelDot(cotangent, x), multiply(centre, ofShift)));
    // rate * (scale * cotangent - mean(scale * cotangent) - normal * mean(scale * cotangent * normal))
    const along = negate(multiply(square(rate), average(ofScale)));
    const constantPart = negate(add(multiply(rate, average(ofShift)), multiply(centre, along)));
    return [add(scaleShift(cotangent, multiply(rate, scale)), scaleShift(x, along, constantPart)), ofScale, ofShift];
  },
  // x * A + B with A and B per sample and channel: one pass over x after the statistics, for any options.
  expand: ({ inputs, attributes }) => {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor];
    const [centre, rate] = groupStatistics(x, attributes);
    const factor = multiply(scale, rate);
    return scaleShift(x, factor, subtract(shift, multiply(centre, factor)));
  },
};

/**
 * Group normalisation (Wu & He 2018): mean 0 and variance 1 over each sample's groups of neighbouring channels.
 * One group is layer normalisation over a whole sample. One group for each channel is instance normalisation.
 * @param x [n, c, ...spatial]
 * @param groups a divisor of c
 * @throws ShapeError when the channels do not fall into the groups, or scale or shift are not [c]
 */
export const groupNorm = (x: Tensor, groups: number, options: NormalisationOptions = {}): Tensor => {
  if (x.dtype === "float16") return inFull(x, options, (y, full) => groupNorm(y, groups, full));
  const { scale, shift, epsilon = 1e-5 } = options;
  const [n, c] = x.shape as [number, number];
  if (x.rank < 2 || !Number.isInteger(groups) || groups < 1 || c % groups !== 0)
    throw explain(
      new ShapeError(`expected x [n, c, ...spatial] and a number of groups that divides c, found ${groups} groups`),
      "groupNorm",
      [x],
    );
  check("groupNorm", x, c, { scale, shift });
  const factors = (given: Tensor | undefined, otherwise: number): Tensor =>
    broadcastTo(given ?? constant(otherwise, x.dtype), [n, c]);
  return apply(groupNormOperation, [x, factors(scale, 1), factors(shift, 0)], { groups, epsilon });
};

/**
 * Layer normalisation (Ba et al. 2016): mean 0 and variance 1 along an axis.
 * @param axis the last by default; scale and shift have its size
 * @throws ShapeError when scale or shift do not have the size of the axis
 */
export const layerNorm = (x: Tensor, options: NormalisationOptions & { axis?: number } = {}): Tensor => {
  if (x.dtype === "float16") return inFull(x, options, layerNorm);
  const { axis = -1, scale, shift, epsilon = 1e-5 } = options;
  const along = alongAxis("layerNorm", x, axis, { scale, shift });
  const centred = subtract(x, mean(x, axis, { keepDims: true }));
  const normal = divide(centred, sqrt(add(variance(x, axis, { keepDims: true }), epsilon)));
  const scaled = scale ? multiply(normal, along(scale)) : normal;
  return shift ? add(scaled, along(shift)) : scaled;
};

/**
 * Root-mean-square normalisation (Zhang & Sennrich 2019): mean square 1 along an axis.
 * @param axis the last by default; the scale has its size
 * @throws ShapeError when the scale does not have the size of the axis
 */
export const rmsNorm = (x: Tensor, options: Omit<NormalisationOptions, "shift"> & { axis?: number } = {}): Tensor => {
  if (x.dtype === "float16") return inFull(x, options, rmsNorm);
  const { axis = -1, scale, epsilon = 1e-5 } = options;
  const along = alongAxis("rmsNorm", x, axis, { scale });
  const normal = divide(x, sqrt(add(mean(square(x), axis, { keepDims: true }), epsilon)));
  return scale ? multiply(normal, along(scale)) : normal;
};

const alongAxis = (name: string, x: Tensor, axis: number, parameters: Record<string, Tensor | undefined>) => {
  const place = axisOf(name, x, axis);
  check(name, x, x.shape[place]!, parameters);
  return (parameter: Tensor): Tensor => reshape(parameter, [x.shape[place]!, ...x.shape.slice(place + 1).map(() => 1)]);
};
