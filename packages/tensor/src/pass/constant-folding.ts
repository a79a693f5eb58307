import { type Graph, rewrite } from "../graph/graph.ts";
import { type ElementType, type NdArray, sizeOf, zeros } from "../ndarray.ts";
import { constant, constantOperation } from "../operation/source.ts";

/**
 * Computes what depends on small constants alone, and what has no elements. Large constants are left to the runtime, which
 * folds them at load.
 */
export const constantFolding = (graph: Graph): Graph =>
  rewrite(graph, (node) => {
    if (node.inputs.length === 0) return undefined;
    // Not least because the runtime's kernels err at sizes of 0.
    if (sizeOf(node.shape) === 0) return constant(zeros(node.shape, node.dtype));
    if (!node.operation.evaluate) return undefined;
    if (!node.inputs.every((input) => input.operation === constantOperation)) return undefined;
    const value = node.operation.evaluate(
      node.inputs.map((input) => input.attributes as NdArray<ElementType>),
      node,
    );
    return value && constant(value);
  });
