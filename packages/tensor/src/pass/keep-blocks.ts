import { consumerCounts, type Graph, rewrite } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import type { Target } from "../graph/target.ts";
import { apply, type Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { addOperation } from "../operation/arithmetic.ts";
import { blockedScaleShiftOperation, blockOf, fromBlocks, fromBlocksOperation } from "../operation/blocks.ts";
import { reshape, reshapeOperation } from "../operation/reshape.ts";
import { concatOperation, isWhole, sliceOperation } from "../operation/window.ts";

/**
 * Moves conversions out of the blocked layout towards the outputs, past operations that treat all places alike, until
 * they meet a conversion into blocks and cancel. Lets scaling a channel add what is added to the result.
 */
export const keepBlocks = (graph: Graph, target: Target): Graph => {
  const block = blockOf(target);
  if (block === undefined) return graph;
  const moved = rewrite(graph, (node) => past(node, block));
  const consumers = consumerCounts(moved);
  return rewrite(moved, (node, original) =>
    node.operation === addOperation ? added(node, original, consumers) : undefined,
  );
};

/** The tensor in blocks, if x is one that just left them and fills them. */
const inBlocks = (x: Tensor, block: number): Tensor | undefined =>
  x.operation === fromBlocksOperation && x.shape[1]! % block === 0 ? x.inputs[0] : undefined;

const past = (node: Tensor, block: number): Tensor | undefined => {
  // Conversions are of float32 alone; comparisons and casts have other results.
  if (node.dtype !== "float32") return undefined;
  const sources = node.inputs.map((x) => inBlocks(x, block));
  if (!sources.some((source) => source !== undefined)) return undefined;
  const again = (): Tensor =>
    fromBlocks(
      apply(
        node.operation,
        sources.map((source, i) => source ?? node.inputs[i]!),
        node.attributes,
      ),
    );
  if (node.operation.elementwise)
    return node.inputs.every((x, i) =>
      sources[i] ? sameShape(x.shape, node.shape) : sizeOf(x.shape) === 1 && x.rank <= 4,
    )
      ? again()
      : undefined;
  if (node.operation === concatOperation) return node.attributes === 1 && sources.every(Boolean) ? again() : undefined;
  const [x] = node.inputs as [Tensor];
  if (node.operation === sliceOperation) {
    const { start, step } = node.attributes;
    const whole = x.shape.every((_, axis) => axis === 1 || isWhole(x.shape, node.attributes, axis));
    return whole && step[1] === 1 && start[1] % block === 0 && node.shape[1]! % block === 0 ? again() : undefined;
  }
  // All channels of all samples as the channels of one, or back.
  if (node.operation === reshapeOperation)
    return node.rank === 4 && sameShape(node.shape.slice(2), x.shape.slice(2)) && node.shape[1]! % block === 0
      ? fromBlocks(reshape(sources[0]!, node.shape))
      : undefined;
  return undefined;
};

/** The kernel that scales channels can add an image to its result. */
const added = (node: Tensor, original: Tensor, consumers: ReadonlyMap<Tensor, number>): Tensor | undefined => {
  for (const [i, x] of node.inputs.entries()) {
    const other = node.inputs[1 - i]!;
    if (x.operation !== blockedScaleShiftOperation || x.attributes.added) continue;
    if (consumers.get(original.inputs[i]!) !== 1 || !sameShape(x.shape, other.shape)) continue;
    return apply(blockedScaleShiftOperation, [...x.inputs, other], { ...x.attributes, added: true });
  }
  return undefined;
};
