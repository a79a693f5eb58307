import { compile, constant, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussLegendre } from "../numeric/gauss-legendre.ts";
import { exponentialStep, integrateInterpolant, phis } from "./interpolant.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const { nodes, weights } = gaussLegendre(60);
/** By quadrature of a positive function, which cancels nothing. */
const phi = (k: number, h: number): number =>
  nodes.reduce((sum, x, i) => sum + weights[i]! * Math.exp(-(1 - x) * h) * x ** (k - 1), 0) / factorial(k - 1);

describe("phi functions", () => {
  const lengths = [1e-6, 1e-3, 0.03, 0.5, 0.999, 1, 1.001, 2.5, 10, 30];
  for (const [dtype, tolerance] of [
    ["float64", 4e-14],
    ["float32", 2e-6],
  ] as const)
    test(`${dtype}: phi_1 to phi_4 from tiny to long steps`, async () => {
      const compiled = await compile((h: Tensor) => phis(h, 4), [{ shape: [lengths.length], dtype }], { runtime });
      const h = dtype === "float64" ? Float64Array.from(lengths) : Float32Array.from(lengths);
      const found = await compiled(ndarray(h));
      await compiled.dispose();
      for (const [k, { data }] of found.entries())
        for (const [i, value] of data.entries())
          expect(Math.abs(Number(value) / phi(k + 1, h[i]!) - 1), `phi_${k + 1}(-${h[i]})`).toBeLessThan(tolerance);
    });

  test("fewer are the same", async () => {
    const compiled = await compile(
      (h: Tensor) => ({ one: phis(h, 1), two: phis(h, 2), four: phis(h, 4) }),
      [{ shape: [4], dtype: "float64" }],
      { runtime },
    );
    const { one, two, four } = await compiled(ndarray(Float64Array.of(0.01, 0.7, 1.3, 8)));
    await compiled.dispose();
    for (let i = 0; i < 4; i++) {
      expect(Number(one[0]!.data[i]) / Number(four[0]!.data[i])).toBeCloseTo(1, 13);
      for (const k of [0, 1]) expect(Number(two[k]!.data[i]) / Number(four[k]!.data[i])).toBeCloseTo(1, 13);
    }
  });
});

describe("integrals of interpolants", () => {
  const polynomials = [[2], [2, -1], [0.5, 1, -3], [1, -2, 0.7, 1.5]];
  const value = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, c, k) => sum + c * x ** k, 0);
  const others = [1, -0.6, -1.7];

  test("exact where the values are a polynomial's, with any weight", async () => {
    // The weight 1 + theta, whose moments are 1 / (k + 1) + 1 / (k + 2).
    for (const coefficients of polynomials) {
      const count = coefficients.length;
      const compiled = await compile(
        (one: Tensor) =>
          integrateInterpolant(
            Array.from({ length: count }, (_, k) => one.multiply(1 / (k + 1) + 1 / (k + 2))),
            others.slice(0, count - 1).map((node) => one.multiply(node)),
            [0, ...others.slice(0, count - 1)].map((node) => one.multiply(value(coefficients, node))),
          ),
        [{ shape: [1, 1], dtype: "float64" }],
        { runtime },
      );
      const { data } = await compiled(ndarray(Float64Array.of(1), [1, 1]));
      await compiled.dispose();
      const expected = coefficients.reduce((sum, c, k) => sum + c * (1 / (k + 1) + 1 / (k + 2)), 0);
      expect(Number(data[0])).toBeCloseTo(expected, 13);
    }
  });

  test("an exponential step solves dy/dlambda = D - y for polynomial D", async () => {
    // D = (a + b tau) with y = D - b + c e^-tau.
    const [a, b, h, y0] = [0.4, -1.3, 0.8, 2];
    const compiled = await compile(
      (y: Tensor) =>
        exponentialStep(
          y,
          constant(h, "float64"),
          [constant(-0.5, "float64")],
          [y.multiply(0).add(a), y.multiply(0).add(a - 0.5 * h * b)],
        ),
      [{ shape: [1, 1], dtype: "float64" }],
      { runtime },
    );
    const { data } = await compiled(ndarray(Float64Array.of(y0), [1, 1]));
    await compiled.dispose();
    expect(Number(data[0])).toBeCloseTo(a + b * h - b + (y0 - a + b) * Math.exp(-h), 14);
  });
});
