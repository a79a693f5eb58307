/** Dropout whose randomness is an input. */
import { type Shape, ShapeError, sizeOf, sliceAxis, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";

/** @throws ArgumentError for a rate outside [0, 1) */
export const checkRate = (name: string, rate: number): void => {
  if (!(rate >= 0 && rate < 1)) throw new ArgumentError(`${name}: expected a rate in [0, 1), found ${rate}`);
};

/** Uniform draws per sample that dropout takes for activations [channels, ...spatial]. */
export const dropoutUniforms = ([channels, ...spatial]: Shape): number => channels! + sizeOf(spatial);

/**
 * Sets each activation to zero with probability `rate`, and divides what stays by 1 - rate (Srivastava et al. 2014).
 *
 * An activation of channel c at position p is kept where frac(a_c + b_p) >= rate, with uniform a_c and b_p. That takes
 * one draw per channel and one per position, not one for each activation. Every frac(a_c + b_p) is uniform and any two
 * of them are independent, so the mean and the covariance of the masks are the same as for independent masks. More than
 * two are not: three corners of a rectangle of channels and positions fix the fourth.
 * @param x [n, channels, ...spatial]
 * @param uniforms in [0, 1), [n, {@link dropoutUniforms}]: first for the channels, then for the positions
 */
export const dropout = (x: Tensor, rate: number, uniforms: Tensor): Tensor => {
  const [n, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const a = sliceAxis(uniforms, 1, 0, channels).reshape([n, channels, ...spatial.map(() => 1)]);
  const b = sliceAxis(uniforms, 1, channels, channels + sizeOf(spatial)).reshape([n, 1, ...spatial]);
  const sum = a.add(b);
  const kept = sum.subtract(sum.floor()).greaterOrEqual(rate).cast(x.dtype);
  return x.multiply(kept.multiply(1 / (1 - rate)));
};

/** Dropout of one layer after another. */
export type Drop = (x: Tensor) => Tensor;

/**
 * Dropout that takes its draws from a network's from front to back. Without draws, or at rate 0, nothing is dropped.
 * @param uniforms [n, count]
 * @param count of all layers together
 * @throws ShapeError for draws of another shape
 */
export const dropoutFrom = (rate: number, uniforms: Tensor | undefined, count: number): Drop => {
  if (!uniforms || rate === 0) return (x) => x;
  if (uniforms.rank !== 2 || uniforms.shape[1] !== count)
    throw new ShapeError(`network: expected uniforms [n, ${count}] for dropout, found [${uniforms.shape}]`);
  let used = 0;
  return (x) => {
    const from = used;
    used += dropoutUniforms(x.shape.slice(1));
    return dropout(x, rate, sliceAxis(uniforms, 1, from, used));
  };
};
