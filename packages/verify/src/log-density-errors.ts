/** Log-densities in closed form, and the order in which errors of them fall. */
import type { exact } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { absolute, type CheckContext, type Finding, slope, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { orderOf } from "./probe/affine-probe.ts";

/** Log-densities of an exact model at points and a time, [n]. */
export const exactLogDensity = async (
  model: ReturnType<typeof exact>,
  x: NdArray,
  time: number,
  { runtime }: CheckContext,
): Promise<Float64Array> => {
  const [found] = await evaluate((at, t) => [model.logDensity(at!, t!)], [x, filled(x.shape[0]!, time)], runtime);
  return numbers(found!);
};

/**
 * The order in which errors fall with the number of steps, beside the one that is expected.
 * @param most the largest error after the most steps
 */
export const slopeOf = async (
  sizes: readonly number[],
  order: number,
  tolerance: number | readonly [below: number, above: number],
  most: number,
  errorOf: (size: number) => Promise<number>,
): Promise<Finding> => {
  const errors: number[] = [];
  for (const size of sizes) errors.push(await errorOf(size));
  const found = orderOf(sizes, errors);
  const detail = `error ${errors.at(-1)!.toExponential(1)} after ${sizes.at(-1)} steps`;
  return worst([slope(order, found, tolerance, { detail }), absolute(0, errors.at(-1)!, most, { detail })]);
};
