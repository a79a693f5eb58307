/** Batches that are made step by step. */
import { flattenTree, isNdArray, type MapTree, type NdArray, type Spec, zeros } from "@scorefield/tensor";
import type { Batches } from "./fit-options.ts";

/** The trees of several steps as one, stacked along a leading axis. */
const stackTrees = (steps: readonly unknown[]): unknown => {
  const flat = steps.map((tree) => flattenTree<NdArray>(tree, isNdArray));
  const leaves = flat[0]!.leaves.map(({ shape, dtype }, i) => {
    const all = zeros([steps.length, ...shape], dtype);
    for (const [k, { leaves }] of flat.entries()) {
      const { data } = leaves[i]!;
      (all.data as Float32Array).set(data as Float32Array, k * data.length);
    }
    return all;
  });
  return flat[0]!.unflatten(leaves);
};

/**
 * Batches for `fit` from a function that makes the batch of one step.
 * @param specs types of one step's batch
 * @param inputOf makes it from the number of the step alone
 */
export const stepwise = <B extends object>(
  specs: B,
  inputOf: (step: number) => MapTree<B, Spec, NdArray> | Promise<MapTree<B, Spec, NdArray>>,
): Batches<B> => ({
  specs,
  inputs: async (from, count) => {
    const made: unknown[] = [];
    for (let k = from; k < from + count; k++) made.push(await inputOf(k));
    return stackTrees(made) as MapTree<B, Spec, NdArray>;
  },
});
