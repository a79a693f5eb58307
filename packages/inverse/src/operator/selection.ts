/** Operators that show some of the numbers of a sample as they are. */
import { constant, gather, ndarray, pad, type Shape, sizeOf } from "@scorefield/tensor";
import type { LinearParts } from "./linear-operator.ts";

/**
 * What an operator is made of whose y are some numbers of x: A A* = I, V = I, and s is 1 for what is seen.
 * @param indices places in the sample in row-major order, each at most once
 * @param output shape of y, default one axis
 */
export const selectionParts = (
  input: Shape,
  indices: readonly number[],
  output: Shape = [indices.length],
): Pick<LinearParts, "output" | "apply" | "adjoint" | "spectrum"> => {
  const size = sizeOf(input);
  const seen = ndarray(Int32Array.from(indices));
  // Where each number of x is in y; the place after the last for those that are not.
  const places = new Int32Array(size).fill(indices.length);
  for (const [i, index] of indices.entries()) places[index] = i;
  const back = ndarray(places);
  const singularValues = new Float64Array(size);
  for (const index of indices) singularValues[index] = 1;
  const flat = (n: number | undefined, shape: Shape): number[] => [n!, ...shape];
  const apply: LinearParts["apply"] = (x) =>
    gather(x.reshape([x.shape[0]!, size]), constant(seen), 1).reshape(flat(x.shape[0], output));
  const adjoint: LinearParts["adjoint"] = (y) => {
    const row = y.reshape([y.shape[0]!, indices.length]);
    return gather(
      pad(row, [
        [0, 0],
        [0, 1],
      ]),
      constant(back),
      1,
    ).reshape(flat(y.shape[0], input));
  };
  return {
    output,
    apply,
    adjoint,
    spectrum: {
      singularValues: ndarray(singularValues),
      toSpectral: (x) => x.reshape([x.shape[0]!, size]),
      fromSpectral: (c) => c.reshape(flat(c.shape[0], input)),
      toMeasuredSpectral: (y) => adjoint(y).reshape([y.shape[0]!, size]),
      fromMeasuredSpectral: (c) => apply(c.reshape(flat(c.shape[0], input))),
    },
  };
};
