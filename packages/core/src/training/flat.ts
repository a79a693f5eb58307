/** Parameters as one flat vector: fewer things to carry, and one optimiser step for all. */
import {
  concat,
  flattenTree,
  isNdArray,
  type NdArray,
  type Shape,
  sizeOf,
  type Tensor,
  type Tensors,
  zeros,
} from "@scorefield/tensor";
import type { Parameters } from "../network/network.ts";

/** Where each parameter lies in the flat vector, and how to go back and forth: host values `P`, tensors `T`. */
export interface FlatLayout<P = Parameters, T = Tensors> {
  readonly size: number;
  /** Names of the parameters, e.g. `hidden.0.weight`, with their shapes, in order. */
  readonly entries: readonly { readonly name: string; readonly shape: Shape; readonly offset: number }[];
  /** The vector of these values. */
  flatten(parameters: P): NdArray;
  /** The values in a vector, as views. */
  unflatten(vector: NdArray): P;
  /** The tensors in a vector. */
  split(vector: Tensor): T;
  /** The vector of these tensors. */
  join(tensors: T): Tensor;
}

/**
 * The layout of a tree of parameters.
 * @param nameOf the name of a parameter from its path in the tree; default the path
 */
export const flatLayout = <P = Parameters, T = Tensors>(
  parameters: P,
  nameOf: (path: string) => string = (path) => path,
): FlatLayout<P, T> => {
  const { leaves, paths, unflatten } = flattenTree<NdArray<"float32">>(parameters, isNdArray);
  let size = 0;
  const entries = leaves.map(({ shape }, i) => {
    const offset = size;
    size += sizeOf(shape);
    return { name: nameOf(paths[i]!), shape, offset };
  });
  return {
    size,
    entries,
    flatten: (values) => {
      const vector = zeros([size]);
      for (const [i, leaf] of flattenTree<NdArray<"float32">>(values, isNdArray).leaves.entries())
        vector.data.set(leaf.data, entries[i]!.offset);
      return vector;
    },
    unflatten: (vector) =>
      unflatten(
        entries.map(({ shape, offset }) => ({
          dtype: "float32",
          shape,
          data: (vector.data as Float32Array).subarray(offset, offset + sizeOf(shape)),
        })),
      ) as P,
    split: (vector) => {
      const parts = vector.split(entries.map(({ shape }) => sizeOf(shape)));
      return unflatten(parts.map((part, i) => part.reshape(entries[i]!.shape))) as T;
    },
    join: (tensors) => concat(flattenTree<Tensor>(tensors).leaves.map((tensor) => tensor.flatten())),
  };
};
