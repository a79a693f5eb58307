/** Reading and writing at places that are themselves data: gather, scatter-add, one-hot, counting. */
import { DataTypeError, ShapeError } from "../errors.ts";
import { normaliseAxis } from "../graph/shape.ts";
import { apply, axisOf, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { type ElementType, ndarray, sizeOf, zeros } from "../ndarray.ts";
import { broadcastTo } from "./broadcast.ts";
import { equal } from "./comparison.ts";
import { reshape, transpose } from "./reshape.ts";
import { cast, constant, inFloat32 } from "./source.ts";

const checkIndices = (indices: Tensor): void => {
  if (indices.dtype !== "int32" && indices.dtype !== "int64")
    throw new DataTypeError(`expected int32 or int64 indices, found ${indices.dtype}`);
};

const gatherOperation: Operation<number> = {
  name: "gather",
  infer: ([x, indices], axis) => {
    checkIndices(indices!);
    return { dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)] };
  },
  pullback: (cotangent, node) => {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    return [scatterAdd(indices, cotangent, x.shape[node.attributes]!, node.attributes), undefined];
  },
  lower: (node, inputs, emit) => emit.node("Gather", inputs, { axis: { int: node.attributes } }),
};

/**
 * Entries of x at `indices` along an axis: the axis is replaced by the axes of the indices.
 * Indices outside [-n, n) are an error of the runtime, raised when the function runs.
 */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  apply(gatherOperation, [x, indices], axisOf("gather", x, axis));

// Axis 0 only: other axes get there by a transpose.
const scatterRowsOperation: Operation<number> = {
  name: "scatterAdd",
  infer: ([indices, updates], size) => {
    checkIndices(indices!);
    if (updates!.dtype === "bool") throw new DataTypeError("expected numbers to add, found bool");
    if (indices!.shape.some((n, axis) => n !== updates!.shape[axis]))
      throw new ShapeError("expected the updates to have the indices' axes in place of the axis they index");
    return { dtype: updates!.dtype, shape: [size, ...updates!.shape.slice(indices!.rank)] };
  },
  pullback: (cotangent, { inputs: [indices] }) => [undefined, gather(cotangent, indices!)],
  expand: ({ inputs: [indices, updates], shape }) =>
    inFloat32(updates!, (added) => {
      const [rows, columns] = [sizeOf(indices!.shape), sizeOf(shape.slice(1))];
      if (rows * columns === 0) return broadcastTo(constant(0, added.dtype), shape);
      const places = broadcastTo(reshape(cast(indices!, "int64"), [rows, 1]), [rows, columns]);
      // One after another is how the runtime adds them up.
      const exact = added.dtype === "float32" && rows > longest ? "float64" : added.dtype;
      const total = apply(scatterElementsOperation, [places, cast(reshape(added, [rows, columns]), exact)], shape[0]!);
      return reshape(cast(total, added.dtype), shape);
    }),
};

/** How many float32 numbers are added one after another. */
const longest = 512;

// Not the runtime's ScatterND, whose threads lose some of the numbers that they add to one place at the same time.
const scatterElementsOperation: Operation<number> = {
  name: "scatterElements",
  infer: ([, updates], size) => ({ dtype: updates!.dtype, shape: [size, updates!.shape[1]!] }),
  lower: (node, inputs, emit) =>
    emit.node("ScatterElements", [emit.constant(zeros(node.shape, node.dtype)), ...inputs], {
      axis: { int: 0 },
      reduction: { string: "add" },
    }),
};

/**
 * A tensor of zeros, `size` long along `axis`, to which `updates` are added at `indices`: the transpose of gather.
 * Entries with the same index add up. Indices outside [-size, size) are an error of the runtime, raised when the function
 * runs.
 */
export const scatterAdd = (indices: Tensor, updates: Tensor, size: number, axis = 0): Tensor => {
  let place: number;
  try {
    place = normaliseAxis(axis, updates.rank - indices.rank + 1);
  } catch (error) {
    throw explain(error as Error, "scatterAdd", [indices, updates]);
  }
  if (place === 0) return apply(scatterRowsOperation, [indices, updates], size);
  const axes = Array.from({ length: updates.rank }, (_, i) => i);
  const moved = axes.slice(place, place + indices.rank);
  const rows = apply(
    scatterRowsOperation,
    [indices, transpose(updates, [...moved, ...axes.filter((i) => !moved.includes(i))])],
    size,
  );
  const order = Array.from({ length: rows.rank }, (_, i) => (i === place ? 0 : i < place ? i + 1 : i));
  return transpose(rows, order);
};

/** 0, 1, ..., count - 1 */
export const iota = (count: number, dtype: ElementType = "int32"): Tensor => {
  if (!Number.isInteger(count) || count < 0)
    throw explain(new ShapeError(`expected a whole count >= 0, found ${count}`), "iota", []);
  return cast(constant(ndarray(Int32Array.from({ length: count }, (_, i) => i))), dtype);
};

/** A trailing axis of `depth` that is 1 at the index and 0 elsewhere. All 0 for an index outside [0, depth). */
export const oneHot = (indices: Tensor, depth: number, dtype: ElementType = "float32"): Tensor =>
  cast(equal(reshape(indices, [...indices.shape, 1]), iota(depth, indices.dtype)), dtype);
