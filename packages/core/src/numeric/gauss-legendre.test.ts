import { expect, test } from "vitest";
import { gaussLegendre } from "./gauss-legendre.ts";

test("exact for polynomials of degree 2 n - 1, and not beyond", () => {
  for (const n of [1, 2, 3, 5, 12, 30]) {
    const { nodes, weights } = gaussLegendre(n);
    const integral = (degree: number) => nodes.reduce((sum, x, i) => sum + weights[i]! * x ** degree, 0);
    for (let degree = 0; degree < 2 * n; degree++)
      expect(Math.abs(integral(degree) * (degree + 1) - 1), `${n} nodes, x^${degree}`).toBeLessThan(1e-13);
    if (n < 5) expect(Math.abs(integral(2 * n) * (2 * n + 1) - 1)).toBeGreaterThan(1e-5);
    expect([...nodes].sort((a, b) => a - b)).toEqual(nodes);
  }
});

test("two nodes at (1 -+ 1 / sqrt 3) / 2", () => {
  const { nodes, weights } = gaussLegendre(2);
  expect(nodes[0]).toBeCloseTo((1 - 1 / Math.sqrt(3)) / 2, 15);
  expect(nodes[1]).toBeCloseTo((1 + 1 / Math.sqrt(3)) / 2, 15);
  expect(weights[0]).toBeCloseTo(0.5, 15);
});
