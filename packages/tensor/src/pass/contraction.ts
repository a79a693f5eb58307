import { consumerCounts, type Graph, rewrite } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { multiplyOperation } from "../operation/arithmetic.ts";
import { sumOperation } from "../operation/broadcast.ts";
import { matmul } from "../operation/matmul.ts";
import { reshape, transpose } from "../operation/reshape.ts";
import { isFloat } from "../operation/source.ts";

// Below this many summed elements, a batch of tiny products costs more than a product and a sum.
const shortest = 64;

/** Turns sum(a * b) into a matrix product, which never stores a * b. */
export const contraction = (graph: Graph): Graph => {
  const consumers = consumerCounts(graph);
  return rewrite(graph, (node, original) => {
    if (node.operation !== sumOperation || !isFloat(node.dtype)) return undefined;
    const [product] = node.inputs as [Tensor];
    // A product that others need as well is stored anyway, and summing it is the cheaper way.
    if (product.operation !== multiplyOperation || consumers.get(original.inputs[0]!) !== 1) return undefined;
    return contract(node, product, product.inputs[0]!, product.inputs[1]!);
  });
};

const contract = (node: Tensor, product: Tensor, x: Tensor, y: Tensor): Tensor | undefined => {
  const rank = product.rank;
  const align = (t: Tensor): Tensor => reshape(t, [...new Array<number>(rank - t.rank).fill(1), ...t.shape]);
  const [a, b] = [align(x), align(y)];
  const summed = new Set(node.attributes as readonly number[]);
  const axes = (test: (axis: number) => boolean): number[] =>
    product.shape.flatMap((n, axis) => (n !== 1 && test(axis) ? [axis] : []));
  const inA = (axis: number): boolean => a.shape[axis] !== 1;
  const inB = (axis: number): boolean => b.shape[axis] !== 1;
  // A summed axis that only one factor has would be summed alone first. That is another kind of problem.
  if (axes((axis) => summed.has(axis) && !(inA(axis) && inB(axis))).length > 0) return undefined;
  const inner = axes((axis) => summed.has(axis));
  const batch = axes((axis) => !summed.has(axis) && inA(axis) && inB(axis));
  const rows = axes((axis) => !summed.has(axis) && inA(axis) && !inB(axis));
  const columns = axes((axis) => !summed.has(axis) && !inA(axis) && inB(axis));
  // Inner products alone: the runtime's matrix product of a row and a column is several times slower than product and sum.
  if (rows.length === 0 && columns.length === 0) return undefined;
  const size = (list: readonly number[]): number => list.reduce((n, axis) => n * product.shape[axis]!, 1);
  // In a batch of products the summed axes must lie innermost already: moving them would cost what is saved.
  const last = Math.max(-1, ...batch, ...rows, ...columns);
  if (batch.length > 0 && (size(inner) < shortest || inner.some((axis) => axis < last))) return undefined;
  const arrange = (t: Tensor, groups: readonly (readonly number[])[]): Tensor => {
    const order = groups.flat();
    const rest = t.shape.flatMap((_, axis) => (order.includes(axis) ? [] : [axis]));
    return reshape(transpose(t, [...rest, ...order]), groups.map(size));
  };
  const lead = batch.length > 0 ? [batch] : [];
  const result = matmul(arrange(a, [...lead, rows, inner]), arrange(b, [...lead, inner, columns]));
  const order = [...batch, ...rows, ...columns];
  const ascending = [...order].sort((p, q) => p - q);
  const shaped = transpose(
    reshape(
      result,
      order.map((axis) => product.shape[axis]!),
    ),
    ascending.map((axis) => order.indexOf(axis)),
  );
  return sizeOf(shaped.shape) === sizeOf(node.shape) ? reshape(shaped, node.shape) : undefined;
};
