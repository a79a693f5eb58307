/** Activation functions of networks, and the error function behind one of them. */
import type { Tensor } from "../graph/tensor.ts";
import { add, divide, multiply, negate, reciprocal, square, subtract } from "./arithmetic.ts";
import { abs, less, max, sign, where } from "./comparison.ts";
import { elementwise, unary } from "./elementwise.ts";
import { exp, log1p } from "./exponential.ts";

export const sigmoidOperation = elementwise({
  name: "sigmoid",
  accepts: "float",
  f: (x) => 1 / (1 + Math.exp(-x!)),
  pullback: (cotangent, node) => [multiply(cotangent, multiply(node, subtract(1, node)))],
  // The runtime's float64 kernel loses the digits of small results.
  expand: ({ inputs: [x], dtype }) => (dtype === "float64" ? reciprocal(add(exp(negate(x!)), 1)) : undefined),
  onnx: "Sigmoid",
});

/** 1 / (1 + e^-x). In float32 the runtime's kernel is accurate to about 1e-7 of 1, so that it is 0 below about -18. */
export const sigmoid = unary(sigmoidOperation);

export const siluOperation = elementwise({
  name: "silu",
  accepts: "float",
  f: (x) => x! / (1 + Math.exp(-x!)),
  // s + x s (1 - s) with the value y = x s at hand
  pullback: (cotangent, node) => {
    const s = sigmoid(node.inputs[0]!);
    return [multiply(cotangent, add(s, multiply(node, subtract(1, s))))];
  },
  expand: ({ inputs: [x], dtype }, target) =>
    target.portable || dtype !== "float32" ? multiply(x!, sigmoid(x!)) : undefined,
  // ONNX Runtime's QuickGelu computes x sigmoid(alpha x) in one pass.
  onnx: (_, inputs, emit) => emit.node("QuickGelu", inputs, { alpha: { float: 1 } }, "com.microsoft"),
});

/** x sigmoid(x) (Elfwing et al. 2018; also called swish); NaN at -Infinity */
export const silu = unary(siluOperation);

/** log(1 + e^x), without overflow */
export const softplus = unary(
  elementwise({
    name: "softplus",
    accepts: "float",
    f: (x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
    pullback: (cotangent, { inputs: [x] }) => [multiply(cotangent, sigmoid(x!))],
    expand: ({ inputs: [x], dtype }) =>
      dtype === "float64" ? add(max(x!, 0), log1p(exp(negate(abs(x!))))) : undefined,
    onnx: "Softplus",
  }),
);

// Chebyshev coefficients c_0 .. of log(erfc(z) / t) + z^2 in the variable 2t - 1 with t = 2 / (2 + z), z >= 0. Computed for this
// project by high-precision interpolation at Chebyshev points; the truncation error is below 1e-15.
const erfcCoefficients: readonly number[] = [
  -1.3026537197817094, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820369,
  0.00036683949785276145, 4.252332480690777e-5, -2.0278578112534242e-5, -1.6242900046470256e-6, 1.3036558355805232e-6,
  1.5626441722066142e-8, -8.523809591492654e-8, 6.5290544390988515e-9, 5.059343495551469e-9, -9.91364156493033e-10,
  -2.273651222931836e-10, 9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
  3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15, -1.5230282014571043e-15,
  -9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17,
];

const erfcSeries = (z: Tensor): Tensor => {
  const t = divide(2, add(z, 2));
  const u = subtract(multiply(t, 4), 2);
  // Clenshaw's recurrence
  let next: Tensor | number = 0;
  let current = multiply(u, 0);
  for (const coefficient of erfcCoefficients.slice(1).reverse())
    [current, next] = [subtract(add(multiply(u, current), coefficient), next), current];
  const series = subtract(add(multiply(multiply(u, 0.5), current), erfcCoefficients[0]! / 2), next);
  return multiply(t, exp(subtract(series, square(z))));
};

// 1 - erfc loses the digits of small results. Near 0 this is a Taylor series in x^2, exact to rounding up to |x| = 1/2.
const taylorTerms = 12;

const erfSeries = (x: Tensor): Tensor => {
  const z = square(x);
  const coefficient = (n: number): number => {
    let value = 2 / Math.sqrt(Math.PI);
    for (let k = 1; k <= n; k++) value /= -k;
    return value / (2 * n + 1);
  };
  let series: Tensor | number = coefficient(taylorTerms);
  for (let n = taylorTerms - 1; n >= 0; n--) series = add(multiply(z, series), coefficient(n));
  return multiply(x, series as Tensor);
};

const erfDouble = (x: Tensor): Tensor =>
  where(less(abs(x), 0.5), erfSeries(x), multiply(sign(x), subtract(1, erfcSeries(abs(x)))));

/** The error function 2/sqrt(pi) * integral from 0 to x of e^(-u^2) */
export const erf = unary(
  elementwise({
    name: "erf",
    accepts: "float",
    pullback: (cotangent, { inputs: [x] }) => [
      multiply(cotangent, multiply(exp(negate(square(x!))), 2 / Math.sqrt(Math.PI))),
    ],
    // The runtime has no kernel for float64.
    expand: ({ inputs: [x], dtype }) => (dtype === "float64" ? erfDouble(x!) : undefined),
    onnx: "Erf",
  }),
);

/**
 * x Phi(x) with the normal distribution function Phi (Hendrycks & Gimpel 2016), exact rather than by tanh.
 * -Infinity gives NaN.
 */
export const gelu = (x: Tensor): Tensor => multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1));
