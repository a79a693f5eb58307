/** The optimiser's numbers of consecutive micro-batches. */
import { fromNested, type NdArray } from "@scorefield/tensor";
import { restVector } from "./optimiser.ts";

/**
 * Of `count` steps from `from` on, [count * accumulate, numbers]: the micro-batches of a step before its last one add to
 * the gradient alone.
 * @param at the numbers of a step
 */
export const stepNumbers = (
  from: number,
  count: number,
  { accumulate, averages, at }: { accumulate: number; averages: number; at: (step: number) => readonly number[] },
): NdArray => {
  const rest = new Array<readonly number[]>(accumulate - 1).fill(restVector(averages));
  return fromNested(Array.from({ length: count }, (_, k) => [...rest, at(from + k)]).flat());
};
