import { type Graph, rewrite } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { add } from "../operation/arithmetic.ts";
import { reduction, sumOperation } from "../operation/broadcast.ts";
import { matmul, matmulOperation } from "../operation/matmul.ts";
import { reshape, transpose, transposeOperation } from "../operation/reshape.ts";
import { isFloat } from "../operation/source.ts";
import { sliceAxis } from "../operation/window.ts";

/** Sums of up to this many numbers are left to the runtime, which adds one after another. */
const longest = 512;
/**
 * The same limit for matrix products, by the shape of the result. The runtime's kernel adds a row of products one after
 * another. It adds a matrix of products in its own blocks, which are longer when there are fewer columns.
 */
const longestInner = ([rows, columns]: readonly number[]): number => (rows! > 1 && columns! >= 64 ? 2 ** 14 : 1024);
/** About the length of the blocks that longer sums are split into, in several stages where there are many blocks. */
const block = 128;

/**
 * Splits sums, and matrix products, over many elements into sums over blocks, and adds these up in the same way. The
 * runtime adds one number after another, so that the rounding error of a sum of n equal numbers would grow with n: to a
 * percent at a million in float32. In blocks it grows with the logarithm (Higham 1993, The accuracy of floating point
 * summation).
 */
export const longSums = (graph: Graph): Graph =>
  rewrite(graph, (node) => {
    if (!isFloat(node.dtype)) return undefined;
    if (node.operation === sumOperation) return longSum(node);
    if (node.operation === matmulOperation) return longProduct(node);
    return undefined;
  });

// Not the operation `sum`: sums of that are merged into one.
const partialSum = reduction({ ...sumOperation, name: "partialSum" });

/**
 * A block's length for n elements, where sums of up to `most` are left alone: alike in every stage, and without rest if
 * possible.
 */
const blockLength = (n: number, most: number): number => {
  const stages = Math.max(2, Math.ceil(Math.log(n) / Math.log(block)));
  const wanted = Math.max(Math.ceil(n ** (1 / stages)), most / 4);
  for (let off = 0; off <= wanted / 2; off++)
    for (const length of [wanted - off, wanted + off]) if (n % length === 0) return length;
  return wanted;
};

const longSum = (node: Tensor): Tensor | undefined => {
  const [x] = node.inputs as [Tensor];
  const axes = node.attributes as readonly number[];
  if (sizeOf(axes.map((axis) => x.shape[axis]!)) <= longest) return undefined;
  // Neighbouring axes as one: sizes of what is summed and what is kept, in turn.
  const runs: { n: number; summed: boolean }[] = [];
  for (const [axis, n] of x.shape.entries()) {
    const summed = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.summed === summed) last.n *= n;
    else runs.push({ n, summed });
  }
  let result = reshape(
    x,
    runs.map(({ n }) => n),
  );
  // The innermost first: they lie together in memory.
  for (let axis = runs.length - 1; axis >= 0; axis--) if (runs[axis]!.summed) result = alongAxis(result, axis);
  return reshape(result, node.shape);
};

const alongAxis = (x: Tensor, axis: number): Tensor => {
  const n = x.shape[axis]!;
  if (n <= longest) return partialSum(x, axis);
  const length = blockLength(n, longest);
  const count = Math.floor(n / length);
  const whole = reshape(front(x, axis, count * length), x.shape.toSpliced(axis, 1, count, length));
  const total = alongAxis(partialSum(whole, axis + 1), axis);
  return count * length === n ? total : add(total, partialSum(sliceAxis(x, axis, count * length, n), axis));
};

const front = (x: Tensor, axis: number, n: number): Tensor => (n === x.shape[axis] ? x : sliceAxis(x, axis, 0, n));

const longProduct = (node: Tensor): Tensor | undefined => {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const n = a.shape.at(-1)!;
  const most = longestInner(node.shape.slice(-2));
  if (n <= most) return undefined;
  const length = blockLength(n, most);
  const count = Math.floor(n / length);
  const products = matmul(
    inBlocks(front(a, a.rank - 1, count * length), a.rank - 1, length),
    inBlocks(front(b, b.rank - 2, count * length), b.rank - 2, length),
  );
  const total = alongAxis(products, products.rank - 3);
  if (count * length === n) return total;
  return add(total, matmul(sliceAxis(a, -1, count * length, n), sliceAxis(b, -2, count * length, n)));
};

/** One of the last two axes in blocks: [..., rows, columns] with a new axis of blocks in front of the rows. */
const inBlocks = (x: Tensor, axis: number, length: number): Tensor => {
  const count = x.shape[axis]! / length;
  const swapped = [...x.shape.keys()].with(-1, x.rank - 2).with(-2, x.rank - 1);
  if (x.operation === transposeOperation && swapped.every((from, i) => x.attributes[i] === from))
    return transpose(inBlocks(x.inputs[0]!, axis === x.rank - 1 ? x.rank - 2 : x.rank - 1, length));
  const split = reshape(x, x.shape.toSpliced(axis, 1, count, length));
  if (axis === x.rank - 2) return split;
  const order = [...split.shape.keys()];
  return transpose(split, order.with(-2, x.rank - 2).with(-3, x.rank - 1));
};
