/** Exponentials, logarithms, roots, powers, and trigonometric functions. */
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts";
import { equal, where } from "./comparison.ts";
import { binary, elementwise, unary } from "./elementwise.ts";
import { constant, constantNumber } from "./source.ts";

/** A function of one number with its derivative, from x and from the value y already at hand. */
const smooth = (
  name: string,
  f: (x: number) => number,
  derivative: (cotangent: Tensor, x: Tensor, y: Tensor) => Tensor,
  how: string | { expand: NonNullable<Operation["expand"]> },
): Operation<undefined> =>
  elementwise({
    name,
    accepts: "float",
    f: (x) => f(x!),
    pullback: (cotangent, node) => [derivative(cotangent, node.inputs[0]!, node)],
    ...(typeof how === "string" ? { onnx: how } : how),
  });

/** e^x */
export const exp = unary(smooth("exp", Math.exp, (c, _, y) => multiply(c, y), "Exp"));

/** Natural logarithm */
export const log = unary(smooth("log", Math.log, (c, x) => divide(c, x), "Log"));

/** Square root */
export const sqrt = unary(smooth("sqrt", Math.sqrt, (c, _, y) => divide(multiply(c, 0.5), y), "Sqrt"));

/** Sine of radians */
export const sin = unary(smooth("sin", Math.sin, (c, x) => multiply(c, cos(x)), "Sin"));

/** Cosine of radians */
export const cos: (x: Tensor) => Tensor = unary(smooth("cos", Math.cos, (c, x) => negate(multiply(c, sin(x))), "Cos"));

/** Hyperbolic tangent */
export const tanh = unary(smooth("tanh", Math.tanh, (c, _, y) => multiply(c, subtract(1, square(y))), "Tanh"));

// Kahan's corrections: the rounding error of u = exp(x) cancels in (u - 1) x / log u. The same for the logarithm.
/** e^x - 1, accurate near 0 */
export const expm1 = unary(
  smooth("expm1", Math.expm1, (c, x) => multiply(c, exp(x)), {
    expand: ({ inputs: [x] }) => {
      const u = exp(x!);
      const rise = subtract(u, 1);
      // The quotient, near 1, comes first: rise * x overflows before e^x does.
      const corrected = multiply(rise, divide(x!, log(u)));
      const exact = where(equal(u, Number.POSITIVE_INFINITY), u, where(equal(rise, -1), rise, corrected));
      return where(equal(u, 1), x!, exact);
    },
  }),
);

/** log(1 + x), accurate near 0 */
export const log1p = unary(
  smooth("log1p", Math.log1p, (c, x) => divide(c, add(x, 1)), {
    expand: ({ inputs: [x] }) => {
      const u = add(x!, 1);
      const corrected = multiply(log(u), divide(x!, subtract(u, 1)));
      return where(equal(u, 1), x!, where(equal(u, Number.POSITIVE_INFINITY), u, corrected));
    },
  }),
);

export const powerOperation = elementwise({
  name: "power",
  accepts: "float",
  // 1 to any power is 1, and so is -1 to an infinite one: JavaScript has NaN there, but not IEEE 754, nor the runtime.
  f: (base, exponent) =>
    base === 1 || (base === -1 && Math.abs(exponent!) === Number.POSITIVE_INFINITY) ? 1 : base! ** exponent!,
  pullback: (cotangent, node) => {
    const [base, exponent] = node.inputs as [Tensor, Tensor];
    const p = constantNumber(exponent);
    if (p !== undefined) return [p === 0 ? undefined : multiply(cotangent, multiply(power(base, p - 1), p)), undefined];
    // At base 0 the limit of x^p log x is 0 for p > 0. The logarithm alone would give NaN. So would 0 x^-1 at exponent
    // 0.
    const logBase = apply(logOrZero, [base], undefined);
    const slope = multiply(exponent, power(base, subtract(exponent, 1)));
    return [multiply(cotangent, where(equal(exponent, 0), 0, slope)), multiply(cotangent, multiply(node, logBase))];
  },
  onnx: "Pow",
});

const logOrZero = elementwise({
  name: "logOrZero",
  accepts: "float",
  f: (x) => (x === 0 ? 0 : Math.log(x!)),
  pullback: (cotangent, { inputs: [x] }) => [divide(cotangent, x!)],
  onnx: (node, [x], emit) => {
    const zero = emit.constant(constant(0, node.dtype).attributes);
    return emit.node("Where", [emit.node("Equal", [x!, zero]), zero, emit.node("Log", [x!])]);
  },
});

/**
 * base ^ exponent; the base must be positive unless the exponent is a whole number. The power 0.5 is the square root, NaN
 * at -Infinity. 1 to any power is 1, as is any number to the power 0, NaN included.
 */
export const power = binary(powerOperation);
