/** Parts of tensors, and tensors from parts: slice, split, flip, pad, concat. */
import { ShapeError } from "../errors.ts";
import { normaliseAxis, sameShape } from "../graph/shape.ts";
import { apply, axisOf, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import type { Shape } from "../ndarray.ts";
import { expandDims, reshape } from "./reshape.ts";
import { constant } from "./source.ts";

interface SliceAttributes {
  /** First index, count and stride along every axis. A stride may be negative. */
  readonly start: readonly number[];
  readonly count: readonly number[];
  readonly step: readonly number[];
}

export const sliceOperation: Operation<SliceAttributes> = {
  name: "slice",
  infer: ([x], { count }) => ({ dtype: x!.dtype, shape: count }),
  pullback: (cotangent, node) => [unslice(cotangent, node.attributes, node.inputs[0]!.shape)],
  lower: (node, [x], emit) => {
    const { start, count, step } = node.attributes as SliceAttributes;
    const axes = start.flatMap((_, axis) => (isWhole(node.inputs[0]!.shape, node.attributes, axis) ? [] : [axis]));
    const ends = axes.map((axis) => {
      const end = start[axis]! + count[axis]! * step[axis]!;
      // ONNX counts a negative end from the back. This one means "before the first element".
      return end < 0 ? -(2 ** 31) : end;
    });
    const list = (values: readonly number[]) => emit.integers(axes.map((axis) => values[axis]!));
    return emit.node("Slice", [x!, list(start), emit.integers(ends), emit.integers(axes), list(step)]);
  },
};

/** Does a slice take an axis whole and in order? */
export const isWhole = (shape: Shape, { start, count, step }: SliceAttributes, axis: number): boolean =>
  start[axis] === 0 && count[axis] === shape[axis] && step[axis] === 1;

/** The transpose of slicing: the elements back at their places, zeros elsewhere. */
const unslice = (cotangent: Tensor, { start, count, step }: SliceAttributes, shape: Shape): Tensor => {
  const reversed = step.flatMap((s, axis) => (s < 0 ? [axis] : []));
  const forward = reversed.length > 0 ? flip(cotangent, reversed) : cotangent;
  const spaced = step.reduce((x, s, axis) => (count[axis]! > 1 ? space(x, axis, Math.abs(s)) : x), forward);
  return pad(
    spaced,
    shape.map((n, axis) => {
      const first = step[axis]! < 0 ? start[axis]! + (count[axis]! - 1) * step[axis]! : start[axis]!;
      return count[axis] === 0 ? [0, n] : [first, n - first - spaced.shape[axis]!];
    }),
  );
};

/** Elements `step` apart along an axis, with zeros between. */
export const space = (x: Tensor, axis: number, step: number): Tensor => {
  if (step === 1) return x;
  const n = x.shape[axis]!;
  // A new axis behind, padded to the step, folded in, cut after the last element.
  const column = reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const padded = pad(
    column,
    column.shape.map((_, i) => [0, i === axis + 1 ? step - 1 : 0]),
  );
  return sliceAxis(reshape(padded, x.shape.with(axis, n * step)), axis, 0, (n - 1) * step + 1);
};

/** One axis of a slice: `[start, end]` or `[start, end, step]`; negative positions count from the back, null is open. */
export type Range = readonly [start: number | null, end: number | null, step?: number];

/**
 * A part of a tensor: one range per leading axis, `null` for a whole axis, as Python's x[start:end:step].
 * @throws ShapeError for more ranges than axes, a position that is no whole number, or a step of 0
 */
export const slice = (x: Tensor, ranges: readonly (Range | null)[]): Tensor => {
  if (ranges.length > x.rank)
    throw explain(new ShapeError(`expected at most ${x.rank} ranges, found ${ranges.length}`), "slice", [x]);
  const start: number[] = [];
  const count: number[] = [];
  const step: number[] = [];
  for (const [axis, n] of x.shape.entries()) {
    const [from, to, stride = 1] = ranges[axis] ?? [null, null];
    if (![from ?? 0, to ?? 0, stride].every(Number.isInteger) || stride === 0)
      throw explain(
        new ShapeError(`expected whole positions and a step other than 0 on axis ${axis}, found [${ranges[axis]}]`),
        "slice",
        [x],
      );
    const [lowest, highest] = stride > 0 ? [0, n] : [-1, n - 1];
    const place = (position: number | null, open: number): number =>
      position === null ? open : Math.min(highest, Math.max(lowest, position < 0 ? position + n : position));
    const first = place(from, stride > 0 ? lowest : highest);
    const end = place(to, stride > 0 ? highest : lowest);
    const length = Math.max(0, Math.ceil((end - first) / stride));
    // An empty slice has one form: its first index could otherwise lie outside.
    start.push(length === 0 ? 0 : first);
    count.push(length);
    step.push(length === 0 ? 1 : stride);
  }
  return apply(sliceOperation, [x], { start, count, step });
};

/** Elements `from` (included) to `to` (excluded) along one axis. */
export const sliceAxis = (x: Tensor, axis: number, from: number, to: number): Tensor => {
  const place = axisOf("slice", x, axis);
  return slice(
    x,
    x.shape.map((_, i) => (i === place ? [from, to] : null)),
  );
};

/** The reversed order along axes. */
export const flip = (x: Tensor, axes: number | readonly number[]): Tensor => {
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => axisOf("flip", x, axis));
  return slice(
    x,
    x.shape.map((_, axis) => (list.includes(axis) ? [null, null, -1] : null)),
  );
};

/**
 * Parts of these sizes along one axis; a number means that many equal parts.
 * @throws ShapeError when the sizes do not add up to the axis
 */
export const split = (x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] => {
  const place = axisOf("split", x, axis);
  const n = x.shape[place]!;
  const list = typeof sizes === "number" ? new Array<number>(sizes).fill(n / sizes) : sizes;
  if (!list.every(Number.isInteger) || list.reduce((a, b) => a + b, 0) !== n)
    throw explain(new ShapeError(`parts [${list}] do not add up to the ${n} elements of axis ${place}`), "split", [x]);
  let from = 0;
  return list.map((size) => sliceAxis(x, place, from, (from += size)));
};

interface PadAttributes {
  readonly widths: readonly (readonly [number, number])[];
  readonly value: number;
}

export const padOperation: Operation<PadAttributes> = {
  name: "pad",
  infer: ([x], { widths, value }) => {
    constant(value, x!.dtype);
    if (widths.length !== x!.rank || widths.flat().some((w) => !Number.isInteger(w) || w < 0))
      throw new ShapeError(
        `expected a [before, after] pair of widths >= 0 for each of ${x!.rank} axes, found ${JSON.stringify(widths)}`,
      );
    return { dtype: x!.dtype, shape: x!.shape.map((n, axis) => n + widths[axis]![0] + widths[axis]![1]) };
  },
  pullback: (cotangent, node) => {
    const { shape } = node.inputs[0]!;
    return [
      slice(
        cotangent,
        node.attributes.widths.map(([before], axis) => [before, before + shape[axis]!]),
      ),
    ];
  },
  lower: (node, [x], emit) => {
    const { widths, value } = node.attributes as PadAttributes;
    const pads = emit.integers([...widths.map(([before]) => before), ...widths.map(([, after]) => after)]);
    return emit.node("Pad", [x!, pads, emit.constant(constant(value, node.dtype).attributes)]);
  },
};

/** How the margin is filled: with a value, mirrored without repeating the edge, or with the edge. */
export type PadMode = "constant" | "reflect" | "edge";

/**
 * Adds `[before, after]` elements on every axis.
 * @throws ShapeError when a width is negative, or a mirror image is wider than the tensor allows
 */
export const pad = (
  x: Tensor,
  widths: readonly (readonly number[])[],
  { mode = "constant", value = 0 }: { mode?: PadMode; value?: number } = {},
): Tensor => {
  const pairs = widths.map(([before = 0, after = 0]) => [before, after] as const);
  if (mode === "constant") return apply(padOperation, [x], { widths: pairs, value });
  if (pairs.length !== x.rank)
    throw explain(new ShapeError(`expected widths for each of ${x.rank} axes, found ${pairs.length}`), "pad", [x]);
  let result = x;
  for (const [axis, [before, after]] of pairs.entries()) {
    const n = x.shape[axis] ?? 0;
    const most = mode === "reflect" ? n - 1 : n > 0 ? Number.POSITIVE_INFINITY : 0;
    if (before < 0 || after < 0 || before > most || after > most)
      throw explain(
        new ShapeError(`widths [${before}, ${after}] on axis ${axis} must lie between 0 and ${most} in mode ${mode}`),
        "pad",
        [x],
      );
    if (before + after === 0) continue;
    const margin = (width: number, edge: number, from: number): Tensor[] => {
      if (width === 0) return [];
      if (mode === "reflect") return [flip(sliceAxis(result, axis, from, from + width), axis)];
      return new Array<Tensor>(width).fill(sliceAxis(result, axis, edge, edge + 1));
    };
    result = concat([...margin(before, 0, 1), result, ...margin(after, n - 1, n - 1 - after)], axis);
  }
  return result;
};

export const concatOperation: Operation<number> = {
  name: "concat",
  infer: (inputs, axis) => {
    const [first] = inputs;
    const place = normaliseAxis(axis, first!.rank);
    let length = 0;
    for (const x of inputs) {
      if (x.dtype !== first!.dtype || !sameShape(x.shape.with(place, 0), first!.shape.with(place, 0)))
        throw new ShapeError(`expected one element type, and equal sizes on all axes but ${place}`);
      length += x.shape[place]!;
    }
    return { dtype: first!.dtype, shape: first!.shape.with(place, length) };
  },
  pullback: (cotangent, node) =>
    split(
      cotangent,
      node.inputs.map((x) => x.shape[node.attributes]!),
      node.attributes,
    ),
  lower: (node, inputs, emit) => emit.node("Concat", inputs, { axis: { int: node.attributes } }),
};

/** Tensors end to end along an axis. */
export const concat = (inputs: readonly Tensor[], axis = 0): Tensor => {
  if (inputs.length === 0) throw explain(new ShapeError("expected at least one tensor"), "concat", []);
  return apply(concatOperation, inputs, axisOf("concat", inputs[0]!, axis));
};

/** Tensors of one shape along a new axis. */
export const stack = (inputs: readonly Tensor[], axis = 0): Tensor => {
  const rank = inputs[0]?.rank ?? 0;
  return concat(
    inputs.map((x) => expandDims(x, axis)),
    axis < 0 ? axis + rank + 1 : axis,
  );
};
