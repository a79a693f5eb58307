/**
 * Group, layer and root-mean-square normalisation. Statistics are taken in two passes: E[x^2] - E[x]^2 cancels when the
 * mean is large beside the deviation.
 */
import { ShapeError } from "../errors.ts";
import { sameShape } from "../graph/shape.ts";
import { axisOf, explain, type Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts";
import { sqrt } from "./exponential.ts";
import { reshape } from "./reshape.ts";
import { cast, inFloat32 } from "./source.ts";
import { mean, variance } from "./statistics.ts";

/** What follows a normalisation, and how it avoids division by zero. */
export interface NormalisationOptions {
  /** Factor per channel (groups) or per element of the last axis (layer, root mean square). Default 1. */
  readonly scale?: Tensor | undefined;
  /** Added likewise. Default 0. */
  readonly shift?: Tensor | undefined;
  /** Added to the variance or mean square. Default 1e-5. */
  readonly epsilon?: number;
}

/** The normalisation of a float16 tensor, in float32 throughout: a mean that is large beside the deviation costs no digits. */
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

/**
 * Group normalisation (Wu & He 2018): mean 0 and variance 1 over each sample's groups of neighbouring channels.
 * One group is layer normalisation over a whole sample, as many groups as channels instance normalisation.
 * @param x [n, c, ...spatial]
 * @param groups a divisor of c
 * @throws ShapeError when the channels do not fall into the groups, or scale or shift are not [c]
 */
export const groupNorm = (x: Tensor, groups: number, options: NormalisationOptions = {}): Tensor => {
  if (x.dtype === "float16") return inFull(x, options, (y, full) => groupNorm(y, groups, full));
  const { scale, shift, epsilon = 1e-5 } = options;
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  if (x.rank < 2 || !Number.isInteger(groups) || groups < 1 || c % groups !== 0)
    throw explain(
      new ShapeError(`expected x [n, c, ...spatial] and a number of groups that divides c, found ${groups} groups`),
      "groupNorm",
      [x],
    );
  check("groupNorm", x, c, { scale, shift });
  const grouped = reshape(x, [n, groups, c / groups, sizeOf(spatial)]);
  const centre = mean(grouped, [2, 3], { keepDims: true });
  const spread = sqrt(add(variance(grouped, [2, 3], { keepDims: true }), epsilon));
  // x * A + B with A and B per sample and channel: two passes over x, whatever else is asked for.
  const channels = [1, groups, c / groups, 1];
  const a = divide(scale ? reshape(scale, channels) : 1, spread);
  const moved = multiply(centre, a);
  const b = shift ? subtract(reshape(shift, channels), moved) : negate(moved);
  return reshape(add(multiply(grouped, a), b), x.shape);
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
