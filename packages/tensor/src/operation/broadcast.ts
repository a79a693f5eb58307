/** Broadcasting and summing over axes: each is the transpose of the other. */
import { DataTypeError, ShapeError } from "../errors.ts";
import { broadcastShapes, isShape, sameShape } from "../graph/shape.ts";
import { apply, axesOf, type Emitter, type Operation, type Tensor } from "../graph/tensor.ts";
import { castArray, fromNested, type Shape, sizeOf } from "../ndarray.ts";
import { reshape } from "./reshape.ts";
import { inFloat32, isFloat } from "./source.ts";

export const broadcastOperation: Operation<Shape> = {
  name: "broadcastTo",
  infer: ([x], shape) => {
    if (!isShape(shape) || !sameShape(broadcastShapes(x!.shape, shape), shape))
      throw new ShapeError(`cannot broadcast to [${shape}]; every size must be equal or 1, aligned at the last axis`);
    return { dtype: x!.dtype, shape };
  },
  pullback: (cotangent, node) => [unbroadcast(cotangent, node.inputs[0]!.shape)],
  lower: (node, [x], emit) => emit.node("Expand", [x!, emit.integers(node.shape)]),
};

/** Stretches axes of size 1, and adds leading axes, to reach a shape. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : apply(broadcastOperation, [x], [...shape]);

/** The sum of a cotangent over the axes along which `shape` was broadcast. */
export const unbroadcast = (cotangent: Tensor, shape: Shape): Tensor => {
  if (sameShape(cotangent.shape, shape)) return cotangent;
  const missing = cotangent.rank - shape.length;
  const axes = cotangent.shape.flatMap((n, axis) =>
    axis < missing || (shape[axis - missing] === 1 && n !== 1) ? [axis] : [],
  );
  return reshape(sum(cotangent, axes), shape);
};

/** Which axes a reduction takes: all by default, negative numbers count from the last. */
export type Axes = number | readonly number[];

/** Options of reductions. */
export interface ReduceOptions {
  /** Reduced axes stay, with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** A shape with reduced axes kept as size 1. */
export const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

/** The typing rule of reductions. */
export const inferReduction: Operation<readonly number[]>["infer"] = ([x], axes) => {
  if (x!.dtype === "bool") throw new DataTypeError("expected numbers, found bool; convert with cast()");
  return { dtype: x!.dtype, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) };
};

export const sumOperation: Operation<readonly number[]> = {
  name: "sum",
  infer: inferReduction,
  pullback: (cotangent, node) => {
    const { shape } = node.inputs[0]!;
    return [broadcastTo(reshape(cotangent, keptShape(shape, node.attributes)), shape)];
  },
  lower: (node, [x], emit) =>
    isFloat(node.dtype)
      ? emit.node("ReduceSum", [x!, emit.integers(node.attributes)], {
          keepdims: { int: 0 },
          noop_with_empty_axes: { int: 1 },
        })
      : sumOfIntegers(node, x!, emit),
};

// As a product with ones: the runtime sums int32 with saturation, and int64 in float64.
const sumOfIntegers = (
  { inputs: [x], attributes: axes, shape, dtype }: Tensor,
  name: string,
  emit: Emitter,
): string => {
  const kept = x!.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const count = sizeOf(axes.map((axis: number) => x!.shape[axis]!));
  const number = (value: number): string => emit.constant(castArray(fromNested(value, "float64"), dtype));
  if (count === 0) return emit.node("Expand", [number(0), emit.integers(shape)]);
  const moved = emit.node("Transpose", [name], { perm: { ints: [...kept, ...axes] } });
  const rows = emit.node("Reshape", [moved, emit.integers([sizeOf(shape), count])], { allowzero: { int: 1 } });
  const ones = emit.node("Expand", [number(1), emit.integers([count, 1])]);
  return emit.node("Reshape", [emit.node("MatMul", [rows, ones]), emit.integers(shape)], { allowzero: { int: 1 } });
};

/** A function of a tensor and axes, from a reducing operation. */
export const reduction =
  (operation: Operation<readonly number[]>) =>
  (x: Tensor, axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor => {
    const list = axesOf(operation.name, x, axes);
    const reduced = apply(operation, [x], list);
    return keepDims ? reshape(reduced, keptShape(x.shape, list)) : reduced;
  };

const plainSum = reduction(sumOperation);

/** Sum over axes (all by default); integers wrap around. */
export const sum: typeof plainSum = (x, axes, options) => inFloat32(x, (y) => plainSum(y, axes, options));
