/** Infinities, NaN, zeros of both signs and the ends of the range, on every runtime, run and folded. */
import { afterAll, describe, expect, it } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { type FloatType, type NdArray, ndarray, type Shape } from "../ndarray.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runFolded } from "../testing/run-folded.ts";
import { erf, gelu, sigmoid, silu, softplus } from "./activation.ts";
import { add, divide, multiply, negate, reciprocal, square, subtract } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { abs, clip, equal, floor, greaterOrEqual, less, max, min, relu, sign } from "./comparison.ts";
import { cos, exp, expm1, log, log1p, power, sin, sqrt, tanh } from "./exponential.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";
import { cast, constant } from "./source.ts";
import { maximum, mean, minimum, variance } from "./statistics.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const values = [
  ...[0, -0, 1, -1, 0.5, -0.5, nan, infinity, -infinity, 1e-38, -1e-38, 3e38, -3e38, 88.5, -87, 2.5, -2.5],
  ...[2 ** 24 + 1, 2 ** 31, -(2 ** 31), 1e30, -1e30, 17, -17],
];

type Unary = readonly [name: string, f: (x: Tensor) => Tensor, reference: (x: number) => number];

const unary: readonly Unary[] = [
  ["negate", negate, (x) => -x],
  ["reciprocal", reciprocal, (x) => 1 / x],
  ["square", square, (x) => x * x],
  ["exp", exp, Math.exp],
  ["log", log, Math.log],
  ["expm1", expm1, Math.expm1],
  ["log1p", log1p, Math.log1p],
  ["sqrt", sqrt, Math.sqrt],
  ["sin", (x) => sin(clip(x, -100, 100)), (x) => Math.sin(Math.min(100, Math.max(-100, x)))],
  ["cos", (x) => cos(clip(x, -100, 100)), (x) => Math.cos(Math.min(100, Math.max(-100, x)))],
  ["tanh", tanh, Math.tanh],
  ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  ["silu", silu, (x) => x / (1 + Math.exp(-x))],
  ["softplus", softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  ["relu", relu, (x) => Math.max(x, 0)],
  ["abs", abs, Math.abs],
  ["sign", sign, Math.sign],
  ["floor", floor, Math.floor],
  ["clip", (x) => clip(x, -1, 2), (x) => Math.min(2, Math.max(-1, x))],
  ["clip to the whole line", (x) => clip(x, -infinity, infinity), (x) => x],
  [
    "erf far out",
    (x) => erf(multiply(x, 1e10)),
    (x) => (Number.isNaN(x) ? x : Math.abs(x) < 1e-30 ? (x * 2e10) / Math.sqrt(Math.PI) : Math.sign(x)),
  ],
  [
    "gelu far out",
    (x) => gelu(max(multiply(x, 1e9), -1e30)),
    (x) => (Number.isNaN(x) ? x : Math.abs(x) < 1e-30 ? x * 5e8 : Math.max(0, x * 1e9)),
  ],
  ["power 0", (x) => power(x, 0), () => 1],
  ["power 3", (x) => power(x, 3), (x) => x ** 3],
  ["power -2", (x) => power(x, -2), (x) => x ** -2],
];

/** As IEEE 754, unlike JavaScript. */
const ieeePower = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === infinity) ? 1 : a ** b);

const binary: readonly [string, (x: Tensor, y: Tensor) => Tensor, (x: number, y: number) => number][] = [
  ["add", add, (a, b) => a + b],
  ["subtract", subtract, (a, b) => a - b],
  ["multiply", multiply, (a, b) => a * b],
  ["divide", divide, (a, b) => a / b],
  ["max", max, Math.max],
  ["min", min, Math.min],
  ["power", power, ieeePower],
  ["equal", (x, y) => cast(equal(x, y), x.dtype), (a, b) => Number(a === b)],
  ["less", (x, y) => cast(less(x, y), x.dtype), (a, b) => Number(a < b)],
  ["greaterOrEqual", (x, y) => cast(greaterOrEqual(x, y), x.dtype), (a, b) => Number(a >= b)],
];

const arrayOf = (dtype: FloatType, list: readonly number[], shape?: Shape): NdArray =>
  dtype === "float32" ? ndarray(Float32Array.from(list), shape) : ndarray(Float64Array.from(list), shape);

/** NaN with NaN, infinities with themselves, finite numbers up to rounding. */
const expectSame = (found: number, expected: number, dtype: FloatType, what: string): void => {
  // The runtime's sigmoid in float32 is accurate compared to 1, and behind silu compared to x.
  const [relative, absolute] = dtype === "float32" ? [2e-5, /^(sigmoid|silu)/.test(what) ? 2e-6 : 0] : [1e-11, 0];
  const same = Object.is(found, expected) || Math.abs(found - expected) <= absolute + relative * Math.abs(expected);
  if (!(same || found === expected)) expect(`${what}: ${found}`).toBe(`${what}: ${expected}`);
};

export const describeExtremes = (name: string, make: () => Runtime): void => {
  describe.each<FloatType>(["float32", "float64"])(`${name}: extremes of %s`, (dtype) => {
    const runtime = make();
    afterAll(() => runtime.dispose());
    const round = dtype === "float32" ? Math.fround : (x: number): number => x;

    it.each([false, true])("follow IEEE 754 in operations on elements (folded: %s)", async (folded) => {
      const pairs = values.flatMap((a) => values.map((b) => [round(a), round(b)] as const));
      const x = arrayOf(dtype, values);
      const [left, right] = [0, 1].map((k) =>
        arrayOf(
          dtype,
          pairs.map((pair) => pair[k]!),
        ),
      ) as [NdArray, NdArray];
      const found = await runFolded(
        runtime,
        (v, a, b) => [...unary.map(([, f]) => f(v!)), ...binary.map(([, f]) => f(a!, b!))],
        [x, left, right],
        folded,
      );
      for (const [i, [what, , reference]] of unary.entries())
        for (const [k, value] of values.entries())
          expectSame(Number(found[i]!.data[k]), round(reference(round(value))), dtype, `${what} of ${value}`);
      for (const [i, [what, , reference]] of binary.entries())
        for (const [k, [a, b]] of pairs.entries())
          expectSame(Number(found[unary.length + i]!.data[k]), round(reference(a, b)), dtype, `${what} of ${a}, ${b}`);
    });

    it.each([3, 1500])("pass through reductions of %i elements", async (n) => {
      const rows: [number[], sum: number, max: number, min: number][] = [
        [[infinity], infinity, infinity, 1],
        [[-infinity], -infinity, 1, -infinity],
        [[infinity, -infinity], nan, infinity, -infinity],
        [[nan], nan, nan, nan],
        [[nan, infinity], nan, nan, nan],
      ];
      for (const [special, total, most, least] of rows) {
        const list = new Array<number>(n).fill(1);
        for (const [k, value] of special.entries()) list[n - 1 - 2 * k] = value;
        const x = arrayOf(dtype, [...list, ...list], [2, n]);
        const found = await runFolded(
          runtime,
          (y) => [
            ...[sum(y!, 1), sum(y!), mean(y!, 1), matmul(y!, constant(arrayOf(dtype, new Array(n).fill(1))))],
            ...[sum(reshape(y!, [n, 2])), maximum(y!, 1), minimum(y!, 1), minimum(y!), variance(y!, 1)],
          ],
          [x],
          false,
        );
        const expected = [total, total, total, total, total, most, least, least, nan];
        for (const [i, value] of expected.entries())
          for (const element of found[i]!.data) expectSame(Number(element), value, dtype, `${special}: result ${i}`);
      }
    });
  });
};
