/** Tracing a shared function separately, for arguments of certain types. */
import type { Tensors } from "../differentiate/differentiate.ts";
import { describe, Tensor, type TensorType } from "../graph/tensor.ts";
import { cast } from "../operation/source.ts";
import { isTensorOrOdd, type Spec, specOf, type Traced, trace } from "../trace.ts";
import { flattenTree, isBranch } from "../tree.ts";

/**
 * A shared function as its own graph. Its inputs are the leaves of the arguments, its outputs the leaves of the result.
 */
export interface TracedCall {
  readonly traced: Traced;
  /** Types of the results inside of the function; sessions hand float16 over as float32, which holds its numbers exactly. */
  readonly results: readonly TensorType[];
  /** Puts results into the structure that the function returns. */
  readonly unflatten: (leaves: readonly Tensor[]) => Tensors;
}

/** The tensors of an argument list in order, as sessions take them. */
export const argumentsOf = (args: readonly unknown[]): Tensor[] =>
  flattenTree<Tensor | undefined>(args, isTensorOrOdd).leaves.flatMap((leaf) => (leaf ? [atBorder(leaf)] : []));

const atBorder = (x: Tensor): Tensor => (x instanceof Tensor && x.dtype === "float16" ? cast(x, "float32") : x);

/** A key for the structure, shapes and element types of arguments. The order of object keys does not count. */
export const signatureOf = (args: readonly unknown[]): string =>
  JSON.stringify(args, (_, value: unknown) => {
    if (value instanceof Tensor) return describe(value);
    if (value === undefined) return "nothing";
    if (!isBranch(value) || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** @throws as {@link trace} */
export const traceCall = (f: (...args: never[]) => Tensors, name: string, args: readonly unknown[]): TracedCall => {
  const { leaves, unflatten } = flattenTree<Tensor | undefined>(args, isTensorOrOdd);
  let result: ReturnType<typeof flattenTree<Tensor>> | undefined;
  const onLeaves = (...given: Tensor[]): Tensor[] => {
    let next = 0;
    const inner = leaves.map((leaf) => leaf && cast(given[next++]!, leaf.dtype));
    result = flattenTree<Tensor>(f(...(unflatten(inner) as never[])), isTensorOrOdd);
    return result.leaves.map(atBorder);
  };
  const specs: Spec[] = argumentsOf(args).map(specOf);
  const traced = trace(name, onLeaves, specs);
  return {
    traced,
    results: result!.leaves.map(({ dtype, shape }) => ({ dtype, shape })),
    unflatten: result!.unflatten as TracedCall["unflatten"],
  };
};
