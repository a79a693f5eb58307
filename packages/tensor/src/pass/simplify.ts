import { consumerCounts, type Graph, rewrite } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import type { Operation, Tensor } from "../graph/tensor.ts";
import type { ElementType } from "../ndarray.ts";
import {
  add,
  addOperation,
  divide,
  divideOperation,
  multiply,
  multiplyOperation,
  negate,
  negateOperation,
  reciprocal,
  square,
  subtract,
  subtractOperation,
} from "../operation/arithmetic.ts";
import { broadcastOperation, broadcastTo, sum, sumOperation } from "../operation/broadcast.ts";
import { powerOperation, sqrt } from "../operation/exponential.ts";
import { reshape, reshapeOperation, transpose, transposeOperation } from "../operation/reshape.ts";
import { constantNumber, isFloat } from "../operation/source.ts";
import { concatOperation, isWhole, padOperation, slice, sliceAxis, sliceOperation } from "../operation/window.ts";

/**
 * Algebra that never changes a value beyond rounding, the sign of a zero apart. So x * 0 stays (x may be infinite), and so does log(exp x), whose
 * exponential may overflow.
 */
export const simplify = (graph: Graph): Graph => {
  const consumers = consumerCounts(graph);
  return rewrite(graph, (node, original) =>
    rules.get(node.operation)?.(node, (input) => (consumers.get(original.inputs[input]!) ?? 0) > 1),
  );
};

/** `shared` says whether other nodes use one of the node's inputs. */
type Rule = (node: Tensor, shared: (input: number) => boolean) => Tensor | undefined;

/** x, if it has the type of the node it would replace. */
const instead = (node: Tensor, x: Tensor): Tensor | undefined =>
  sameShape(node.shape, x.shape) ? x : broadcastTo(x, node.shape);

const is = (x: Tensor, operation: Operation<never>): boolean => x.operation === (operation as unknown);

/** Two factors of such size cannot overflow or lose bits when they are merged. */
const isModerate = (value: number, dtype: ElementType): boolean => {
  const most = dtype === "float16" ? 2 ** 7 : 1e18;
  return Math.abs(value) > 1 / most && Math.abs(value) < most;
};

const rules = new Map<unknown, Rule>([
  [
    addOperation,
    (node) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      if (constantNumber(a) === 0) return instead(node, b);
      if (constantNumber(b) === 0) return instead(node, a);
      if (is(b, negateOperation)) return subtract(a, b.inputs[0]!);
      if (is(a, negateOperation)) return subtract(b, a.inputs[0]!);
      return undefined;
    },
  ],
  [
    subtractOperation,
    (node) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      if (constantNumber(b) === 0) return instead(node, a);
      if (constantNumber(a) === 0) return instead(node, negate(b));
      if (is(b, negateOperation)) return add(a, b.inputs[0]!);
      return undefined;
    },
  ],
  [
    multiplyOperation,
    (node) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      return scaled(node, a, b) ?? scaled(node, b, a) ?? quotient(node, a, b) ?? quotient(node, b, a);
    },
  ],
  [
    divideOperation,
    (node) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const by = constantNumber(b);
      if (by === 1) return instead(node, a);
      if (by !== undefined && isFloat(node.dtype) && isModerate(by, node.dtype))
        return instead(node, multiply(a, 1 / by));
      return undefined;
    },
  ],
  [
    negateOperation,
    ({ inputs: [x] }) => {
      if (is(x!, negateOperation)) return x!.inputs[0];
      if (is(x!, subtractOperation)) return subtract(x!.inputs[1]!, x!.inputs[0]!);
      return undefined;
    },
  ],
  [
    powerOperation,
    (node) => {
      const [x, exponent] = node.inputs as [Tensor, Tensor];
      const p = constantNumber(exponent);
      if (!sameShape(node.shape, x.shape)) return undefined;
      if (p === 1) return x;
      if (p === 2) return square(x);
      if (p === 0.5) return sqrt(x);
      if (p === -1) return reciprocal(x);
      return undefined;
    },
  ],
  [
    sumOperation,
    (node, shared) => {
      const [x] = node.inputs as [Tensor];
      const axes = node.attributes as readonly number[];
      if (axes.every((axis) => x.shape[axis] === 1)) return reshape(x, node.shape);
      // The sum of sums takes all axes at once, unless the inner sums are there anyway.
      if (!is(x, sumOperation) || shared(0)) return undefined;
      const inner = x.attributes as readonly number[];
      const outer = x.inputs[0]!.shape.flatMap((_, axis) => (inner.includes(axis) ? [] : [axis]));
      return sum(x.inputs[0]!, [...inner, ...axes.map((axis) => outer[axis]!)]);
    },
  ],
  [
    reshapeOperation,
    (node) => {
      const [x] = node.inputs as [Tensor];
      if (sameShape(x.shape, node.shape)) return x;
      if (is(x, reshapeOperation)) return reshape(x.inputs[0]!, node.shape);
      return undefined;
    },
  ],
  [
    transposeOperation,
    (node) => {
      const [x] = node.inputs as [Tensor];
      const order = node.attributes as readonly number[];
      if (order.every((axis, i) => axis === i)) return x;
      if (is(x, transposeOperation))
        return transpose(
          x.inputs[0]!,
          order.map((axis) => x.attributes[axis]),
        );
      // Moving only axes of size 1 moves no data.
      const moved = order.filter((axis) => x.shape[axis] !== 1);
      if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshape(x, node.shape);
      return undefined;
    },
  ],
  [broadcastOperation, ({ inputs: [x], shape }) => (sameShape(x!.shape, shape) ? x : undefined)],
  [padOperation, (node) => (sameShape(node.inputs[0]!.shape, node.shape) ? node.inputs[0] : undefined)],
  [
    concatOperation,
    (node) => {
      if (node.inputs.length === 1) return node.inputs[0];
      return joined(node);
    },
  ],
  [
    sliceOperation,
    (node) => {
      const [x] = node.inputs as [Tensor];
      if (x.shape.every((_, axis) => isWhole(x.shape, node.attributes, axis))) return x;
      return is(x, concatOperation) ? partOf(node, x) : undefined;
    },
  ],
]);

const scaled = (node: Tensor, a: Tensor, b: Tensor): Tensor | undefined => {
  const factor = constantNumber(a);
  if (factor === 1) return instead(node, b);
  if (factor === -1) return instead(node, negate(b));
  if (factor === undefined || b.operation !== multiplyOperation || !isFloat(node.dtype)) return undefined;
  const [first, second] = b.inputs as [Tensor, Tensor];
  for (const [inner, rest] of [
    [first, second],
    [second, first],
  ] as const) {
    const other = constantNumber(inner);
    if (
      other !== undefined &&
      constantNumber(rest) === undefined &&
      isModerate(other, node.dtype) &&
      isModerate(factor, node.dtype)
    )
      return instead(node, multiply(rest, other * factor));
  }
  return undefined;
};

/** a * (1 / b) is a / b, unless the reciprocal is a constant. */
const quotient = (node: Tensor, a: Tensor, b: Tensor): Tensor | undefined =>
  isFloat(node.dtype) && b.operation === divideOperation && constantNumber(b.inputs[0]!) === 1
    ? instead(node, divide(a, b.inputs[1]!))
    : undefined;

/** Neighbouring slices of one tensor, put together again. */
const joined = (node: Tensor): Tensor | undefined => {
  const axis = node.attributes as number;
  const [first] = node.inputs as [Tensor];
  const whole = first.inputs[0];
  if (first.operation !== sliceOperation || !whole) return undefined;
  let next = first.attributes.start[axis] as number;
  for (const part of node.inputs) {
    const { start, step } = part.attributes ?? {};
    if (part.operation !== sliceOperation || part.inputs[0] !== whole || start[axis] !== next || step[axis] !== 1)
      return undefined;
    if (!whole.shape.every((_, other) => other === axis || isWhole(whole.shape, part.attributes, other)))
      return undefined;
    next += part.shape[axis]!;
  }
  return sliceAxis(whole, axis, first.attributes.start[axis], next);
};

/** A slice of a concatenation that lies within one of its parts. */
const partOf = (node: Tensor, x: Tensor): Tensor | undefined => {
  const axis = x.attributes as number;
  const { start, count, step } = node.attributes;
  if (step[axis] !== 1) return undefined;
  let before = 0;
  for (const part of x.inputs) {
    const from = start[axis] - before;
    if (from >= 0 && from + count[axis] <= part.shape[axis]!)
      return slice(
        part,
        part.shape.map((_, other) => {
          if (other === axis) return [from, from + count[axis]];
          const end = start[other] + count[other] * step[other];
          return [start[other], end < 0 ? null : end, step[other]];
        }),
      );
    before += part.shape[axis]!;
  }
  return undefined;
};
