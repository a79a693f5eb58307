/** Comparisons, choices by them, and the functions with corners: max, min, clip, abs, sign, floor. */

import { DataTypeError } from "../errors.ts";
import { broadcastShapes } from "../graph/shape.ts";
import { apply, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { multiply } from "./arithmetic.ts";
import { unbroadcast } from "./broadcast.ts";
import { binary, elementwise, lift, type Operand, unary } from "./elementwise.ts";
import { cast, constant } from "./source.ts";

const comparison = (name: string, onnx: string, f: (a: number, b: number) => boolean) =>
  binary(elementwise({ name, accepts: "number", yields: "bool", f: (a, b) => f(a!, b!), onnx }));

/** a = b, as bool */
export const equal = comparison("equal", "Equal", (a, b) => a === b);
/** a < b, as bool */
export const less = comparison("less", "Less", (a, b) => a < b);
/** a <= b, as bool */
export const lessOrEqual = comparison("lessOrEqual", "LessOrEqual", (a, b) => a <= b);
/** a > b, as bool */
export const greater = comparison("greater", "Greater", (a, b) => a > b);
/** a >= b, as bool */
export const greaterOrEqual = comparison("greaterOrEqual", "GreaterOrEqual", (a, b) => a >= b);

/** Both, of bools. */
export const and = binary(
  elementwise({ name: "and", accepts: "bool", commutative: true, f: (a, b) => a! * b!, onnx: "And" }),
);
/** Either, of bools. */
export const or = binary(
  elementwise({ name: "or", accepts: "bool", commutative: true, f: (a, b) => a! + b! > 0, onnx: "Or" }),
);
/** Not, of bools. */
export const not = unary(elementwise({ name: "not", accepts: "bool", f: (a) => !a, onnx: "Not" }));

const whereOperation: Operation<undefined> = {
  name: "where",
  elementwise: true,
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== "bool") throw new DataTypeError(`expected a bool condition, found ${condition!.dtype}`);
    if (a!.dtype !== b!.dtype)
      throw new DataTypeError("expected both choices of one element type; convert with cast()");
    return { dtype: a!.dtype, shape: broadcastShapes(condition!.shape, a!.shape, b!.shape) };
  },
  pullback: (cotangent, { inputs: [condition, a, b] }) => [
    undefined,
    unbroadcast(where(condition!, cotangent, 0), a!.shape),
    unbroadcast(where(condition!, 0, cotangent), b!.shape),
  ],
  // The runtime chooses among numbers only.
  expand: ({ inputs: [condition, a, b], dtype }) =>
    dtype === "bool" ? or(and(condition!, a!), and(not(condition!), b!)) : undefined,
  lower: (_, inputs, emit) => emit.node("Where", inputs),
};

/**
 * a where the condition holds, else b, element by element. The derivative of the choice not taken counts as 0. Where it
 * is infinite or NaN, as of the square root of a negative number, guard that choice's argument with another `where`.
 */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply(whereOperation, [condition, ...lift("where", a, b)], undefined);

// A where, not a product with 0 and 1: an infinite cotangent on the side not taken must not become NaN.
const corner = (
  name: string,
  onnx: string,
  f: (a: number, b: number) => number,
  takesFirst: (a: Tensor, b: Tensor) => Tensor,
) =>
  elementwise({
    name,
    accepts: "number",
    f: (a, b) => f(a!, b!),
    pullback: (cotangent, { inputs: [a, b] }) => {
      const first = takesFirst(a!, b!);
      return [where(first, cotangent, 0), where(first, 0, cotangent)];
    },
    onnx,
  });

/** The larger of two; at a tie the derivative goes to the first. */
export const max = binary(corner("max", "Max", Math.max, greaterOrEqual));
/** The smaller of two; at a tie the derivative goes to the first. */
export const min = binary(corner("min", "Min", Math.min, lessOrEqual));

/**
 * x limited to the interval [low, high]; the derivative is zero outside.
 * @throws DataTypeError when low > high
 */
export const clip = (x: Tensor, low: number, high: number): Tensor => {
  if (!(low <= high)) throw explain(new DataTypeError(`expected low <= high, found ${low} and ${high}`), "clip", [x]);
  return min(max(x, low), high);
};

/** -1, 0 or 1 */
export const sign = unary(elementwise({ name: "sign", accepts: "number", f: Math.sign, onnx: "Sign" }));
/** |x|; derivative 0 at 0 */
export const abs = unary(
  elementwise({
    name: "abs",
    accepts: "number",
    f: Math.abs,
    pullback: (cotangent, { inputs: [x] }) => [multiply(cotangent, sign(x!))],
    onnx: "Abs",
  }),
);
/** The largest whole number not above x; derivative 0. */
export const floor = unary(elementwise({ name: "floor", accepts: "float", f: Math.floor, onnx: "Floor" }));

/** 1 where the condition holds and 0 elsewhere, as `dtype` of `like`. */
export const indicator = (condition: Tensor, like: Tensor): Tensor => cast(condition, like.dtype);

/** max(x, 0); derivative 0 at 0 */
export const relu = unary(
  elementwise({
    name: "relu",
    accepts: "float",
    f: (x) => Math.max(x!, 0),
    pullback: (cotangent, { inputs: [x] }) => [where(greater(x!, constant(0, x!.dtype)), cotangent, 0)],
    onnx: "Relu",
  }),
);
