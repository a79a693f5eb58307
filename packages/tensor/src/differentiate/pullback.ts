/** Reverse-mode differentiation: cotangents of outputs carried back to chosen nodes, as new graph. */
import { DataTypeError, ShapeError } from "../errors.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import { describe, explain, type Tensor } from "../graph/tensor.ts";
import { add } from "../operation/arithmetic.ts";

/**
 * The cotangents of `wrt` from the cotangents of `outputs` (`undefined` is zero, in and out). Each operation's rule is
 * applied once, in reverse topological order. Cotangents of a node used several times add up.
 */
export const pullback = (
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | undefined)[],
  wrt: readonly Tensor[],
): (Tensor | undefined)[] => {
  const targets = new Set(wrt);
  const order = topologicalOrder(outputs, targets);
  const reached = new Set<Tensor>(wrt);
  for (const node of order)
    if (node.operation.pullback && node.inputs.some((input) => reached.has(input))) reached.add(node);

  const total = new Map<Tensor, Tensor>();
  const accumulate = (node: Tensor, cotangent: Tensor): void => {
    if (cotangent.dtype !== node.dtype)
      throw explain(
        new DataTypeError(`expected a cotangent of the value's element type, found ${describe(cotangent)}`),
        node.operation.name,
        [node],
      );
    if (!sameShape(cotangent.shape, node.shape))
      throw explain(
        new ShapeError(`expected a cotangent of the value's shape, found ${describe(cotangent)}`),
        node.operation.name,
        [node],
      );
    const sum = total.get(node);
    total.set(node, sum ? add(sum, cotangent) : cotangent);
  };
  for (const [i, output] of outputs.entries()) {
    const cotangent = cotangents[i];
    if (cotangent && reached.has(output)) accumulate(output, cotangent);
  }
  for (const node of order.reverse()) {
    const cotangent = total.get(node);
    if (!cotangent || targets.has(node) || !node.operation.pullback) continue;
    const parts = node.operation.pullback(cotangent, node);
    for (const [i, input] of node.inputs.entries()) {
      const part = parts[i];
      if (part && reached.has(input)) accumulate(input, part);
    }
  }
  return wrt.map((node) => total.get(node));
};
