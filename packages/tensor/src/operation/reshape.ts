/** The same elements under another shape, and axes in another order. */
import { ShapeError } from "../errors.ts";
import { isShape } from "../graph/shape.ts";
import { apply, axesOf, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf } from "../ndarray.ts";

export const reshapeOperation: Operation<Shape> = {
  name: "reshape",
  infer: ([x], shape) => {
    if (!isShape(shape)) throw new ShapeError(`expected sizes that are whole numbers, found [${shape}]`);
    if (sizeOf(shape) !== sizeOf(x!.shape))
      throw new ShapeError(`[${shape}] holds ${sizeOf(shape)} elements; expected ${sizeOf(x!.shape)}`);
    return { dtype: x!.dtype, shape };
  },
  pullback: (cotangent, node) => [reshape(cotangent, node.inputs[0]!.shape)],
  evaluate: ([x], node) => ({ ...x!, shape: node.shape }),
  lower: (node, [x], emit) => emit.node("Reshape", [x!, emit.integers(node.shape)], { allowzero: { int: 1 } }),
};

/**
 * Elements in row-major order under another shape of the same size. One entry may be -1: it is worked out from the
 * others.
 */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  const known = shape.reduce((size, n) => (n === -1 ? size : size * n), 1);
  const open = shape.filter((n) => n === -1).length;
  if (open === 0) return apply(reshapeOperation, [x], [...shape]);
  const missing = sizeOf(x.shape) / known;
  if (open > 1 || !Number.isInteger(missing))
    throw explain(
      new ShapeError(`cannot reshape to [${shape}]; expected at most one -1 and a divisor of the size`),
      "reshape",
      [x],
    );
  return apply(
    reshapeOperation,
    [x],
    shape.map((n) => (n === -1 ? missing : n)),
  );
};

/** All elements in one axis. */
export const flatten = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape)]);

/** Adds axes of size 1 at these positions of the result. */
export const expandDims = (x: Tensor, axes: number | readonly number[]): Tensor => {
  const count = typeof axes === "number" ? 1 : axes.length;
  const rank = x.rank + count;
  const sorted = axesOf("expandDims", x, axes, rank);
  let next = 0;
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (sorted.includes(axis) ? 1 : x.shape[next++]!)),
  );
};

export const transposeOperation: Operation<readonly number[]> = {
  name: "transpose",
  infer: ([x], order) => {
    if (order.length !== x!.rank || x!.shape.some((_, axis) => !order.includes(axis)))
      throw new ShapeError(`order [${order}] is not a permutation of the ${x!.rank} axes`);
    return { dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) };
  },
  pullback: (cotangent, node) => [transpose(cotangent, invertOrder(node.attributes))],
  lower: (node, [x], emit) => emit.node("Transpose", [x!], { perm: { ints: node.attributes } }),
};

const invertOrder = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));

/** Axes in another order: axis `i` of the result is axis `order[i]` of x. Without an order, the last two swap. */
export const transpose = (x: Tensor, order?: readonly number[]): Tensor => {
  const axes = Array.from({ length: x.rank }, (_, axis) => axis);
  const swapped = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return apply(transposeOperation, [x], order?.map((axis) => (axis < 0 ? axis + x.rank : axis)) ?? swapped);
};
