import { type Graph, rewrite } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import { apply, type Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf } from "../ndarray.ts";
import { multiply } from "../operation/arithmetic.ts";
import { broadcastOperation, broadcastTo, sum, sumOperation } from "../operation/broadcast.ts";
import { matmulOperation } from "../operation/matmul.ts";
import { reshape, reshapeOperation, transpose, transposeOperation } from "../operation/reshape.ts";

/**
 * Moves broadcasts towards the outputs, so that no stretched copy is made where the consumer can broadcast. For
 * elementwise f, f(broadcast x, y) is f(x, y). A broadcast that all inputs share is done once, after f.
 */
export const lazyBroadcast = (graph: Graph): Graph =>
  rewrite(graph, (node) => {
    if (!node.inputs.some((input) => input.operation === broadcastOperation)) return undefined;
    if (node.operation.elementwise) return elementwise(node);
    if (node.operation === broadcastOperation) return broadcastTo(source(node.inputs[0]!), node.shape);
    if (node.operation === sumOperation) return sumOf(node);
    if (node.operation === reshapeOperation) return reshapeOf(node);
    if (node.operation === transposeOperation) return transposeOf(node);
    if (node.operation === matmulOperation) return product(node);
    return undefined;
  });

const source = (x: Tensor): Tensor => (x.operation === broadcastOperation ? x.inputs[0]! : x);

const elementwise = (node: Tensor): Tensor =>
  broadcastTo(apply(node.operation, node.inputs.map(source), node.attributes), node.shape);

const padded = (shape: Shape, rank: number): Shape => [...new Array<number>(rank - shape.length).fill(1), ...shape];

/** Summing copies is multiplying by their number. */
const sumOf = (node: Tensor): Tensor => {
  const stretched = node.inputs[0]!;
  const x = reshape(source(stretched), padded(source(stretched).shape, stretched.rank));
  const axes = node.attributes as readonly number[];
  const copies = axes.reduce((count, axis) => count * (stretched.shape[axis]! / Math.max(1, x.shape[axis]!)), 1);
  // Sums of integers wrap around.
  return broadcastTo(multiply(sum(x, axes), node.dtype === "int32" ? copies | 0 : copies), node.shape);
};

/** Only where the reshape adds or removes axes of size 1, which leaves the stretched axes recognisable. */
const reshapeOf = (node: Tensor): Tensor | undefined => {
  const stretched = node.inputs[0]!;
  const x = source(stretched);
  if (sizeOf(x.shape) === 1) return broadcastTo(reshape(x, []), node.shape);
  const small = padded(x.shape, stretched.rank);
  const kept = stretched.shape.flatMap((n, axis) => (n === 1 ? [] : [{ n, own: small[axis]! }]));
  const shape: number[] = [];
  let next = 0;
  for (const n of node.shape) {
    if (n === 1) shape.push(1);
    else if (kept[next]?.n === n) shape.push(kept[next++]!.own);
    else return undefined;
  }
  return next === kept.length ? broadcastTo(reshape(x, shape), node.shape) : undefined;
};

const transposeOf = (node: Tensor): Tensor => {
  const stretched = node.inputs[0]!;
  const x = reshape(source(stretched), padded(source(stretched).shape, stretched.rank));
  return broadcastTo(transpose(x, node.attributes as readonly number[]), node.shape);
};

/** A product broadcasts its batch axes. Its rows and columns must be there. */
const product = (node: Tensor): Tensor | undefined => {
  const reduced = node.inputs.map((input) => {
    const x = source(input);
    const matrix = input.shape.slice(-2);
    if (x === input || x.rank < 2 || !sameShape(x.shape.slice(-2), matrix)) return input;
    return x;
  });
  if (reduced.every((x, i) => x === node.inputs[i])) return undefined;
  return broadcastTo(apply(matmulOperation, reduced, undefined), node.shape);
};
