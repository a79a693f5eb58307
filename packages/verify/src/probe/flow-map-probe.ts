/** What checks of flow maps share: noise levels of edm, deviations of the data, and where a map takes points. */
import { edm, type FlowMap } from "@scorefield/core";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { evaluate, filled, numbers } from "../evaluate.ts";

/** A time of edm by its noise level. */
export const timeOf = (sigma: number): number => edm().timeOfLogSnr(-2 * Math.log(sigma));
/** The least and the largest noise level of edm. */
export const [least, most] = [edm().sigma(edm().times.first), edm().sigma(edm().times.last)];
/** Deviations of Gaussian data that checks are made at. */
export const deviations: readonly number[] = [0.5, 1, 2];

/** Where points [n, ...shape] of one time go at another, flat. */
export const mapped = async (
  map: FlowMap,
  x: NdArray,
  from: number,
  to: number,
  runtime: Runtime,
): Promise<Float64Array> => {
  const times = [from, to].map((t) => filled(x.shape[0]!, t));
  const [y] = await evaluate((x, from, to) => [map.map(x!, from!, to!)], [x, ...times], runtime);
  return numbers(y!);
};
