/** Arithmetic with broadcasting: sums, products, quotients. */
import type { Tensor } from "../graph/tensor.ts";
import { binary, elementwise, unary } from "./elementwise.ts";
import { constant, constantNumber, isFloat } from "./source.ts";

export const addOperation = elementwise({
  name: "add",
  accepts: "number",
  commutative: true,
  f: (a, b) => a! + b!,
  pullback: (cotangent) => [cotangent, cotangent],
  onnx: "Add",
});

export const subtractOperation = elementwise({
  name: "subtract",
  accepts: "number",
  f: (a, b) => a! - b!,
  pullback: (cotangent) => [cotangent, negate(cotangent)],
  onnx: "Sub",
});

export const multiplyOperation = elementwise({
  name: "multiply",
  accepts: "number",
  commutative: true,
  f: (a, b) => a! * b!,
  pullback: (cotangent, { inputs: [a, b] }) =>
    // The factor of a square's derivative belongs to the cotangent, which is often smaller than what is squared.
    a === b ? [multiply(multiply(cotangent, 2), a!), undefined] : [multiply(cotangent, b!), multiply(cotangent, a!)],
  onnx: "Mul",
});

export const divideOperation = elementwise({
  name: "divide",
  accepts: "number",
  f: (a, b) => a! / b!,
  pullback: (cotangent, node) => {
    const [, b] = node.inputs;
    const quotient = divide(cotangent, b!);
    return [quotient, negate(multiply(quotient, node))];
  },
  onnx: ({ dtype, inputs: [, divisor] }, [a, b], emit) => {
    const known = constantNumber(divisor!);
    if (isFloat(dtype) || (known !== undefined && known !== -1)) return emit.node("Div", [a!, b!]);
    // The processor's division of the least integer by -1 ends the process.
    const number = (value: number): string => emit.constant(constant(value, dtype).attributes);
    const minus = emit.node("Equal", [b!, number(-1)]);
    const quotient = emit.node("Div", [a!, emit.node("Where", [minus, number(1), b!])]);
    return emit.node("Where", [minus, emit.node("Neg", [a!]), quotient]);
  },
});

export const negateOperation = elementwise({
  name: "negate",
  accepts: "number",
  f: (x) => -x!,
  pullback: (cotangent) => [negate(cotangent)],
  onnx: "Neg",
});

/** a + b */
export const add = binary(addOperation);
/** a - b */
export const subtract = binary(subtractOperation);
/** a * b, element by element */
export const multiply = binary(multiplyOperation);
/** a / b; rounded towards zero for integers. Integer division by 0 is a RuntimeError when the function runs. */
export const divide = binary(divideOperation);
/** -x */
export const negate = unary(negateOperation);

/** 1 / x */
export const reciprocal = (x: Tensor): Tensor => divide(1, x);

/** x * x */
export const square = (x: Tensor): Tensor => multiply(x, x);
