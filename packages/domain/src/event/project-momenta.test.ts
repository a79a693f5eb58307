import { ArgumentError, normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { projectMomenta } from "./project-momenta.ts";

const [mass, energy] = [80.377, 200];
const momentum = Math.sqrt((energy / 2) ** 2 - mass ** 2);
const constraints = { masses: [mass, mass], total: { energy, px: 0, py: 0, pz: 0 } };

/** Pairs of particles of this mass and energy, back to back in any direction, moved by noise. */
const pairs = (n: number, noise: number, seed: number) => {
  const z = normal([n, 11], { seed, dtype: "float64" }).data;
  const data = new Float64Array(8 * n);
  for (let i = 0; i < n; i++) {
    const direction = [z[11 * i]!, z[11 * i + 1]!, z[11 * i + 2]!];
    const length = Math.hypot(...direction);
    for (let k = 0; k < 2; k++) {
      data[8 * i + 4 * k] = energy / 2;
      for (let c = 0; c < 3; c++) data[8 * i + 4 * k + 1 + c] = ((k ? -1 : 1) * momentum * direction[c]!) / length;
    }
    for (let c = 0; c < 8; c++) data[8 * i + c]! += noise * z[11 * i + 3 + c]!;
  }
  return ndarray(data, [n, 2, 4]);
};

test("masses and sums hold to rounding, and what holds already stays", () => {
  const noisy = pairs(200, 3, 1);
  const { momenta, residual, moved } = projectMomenta(noisy, constraints);
  for (let i = 0; i < 200; i++) {
    expect(residual[i]).toBeLessThan(1e-12);
    const p = momenta.data.subarray(8 * i, 8 * i + 8);
    for (let c = 0; c < 4; c++) expect(Math.abs(p[c]! + p[4 + c]! - (c === 0 ? energy : 0))).toBeLessThan(1e-9);
    for (const k of [0, 4])
      expect(Math.abs(Math.sqrt(p[k]! ** 2 - p[k + 1]! ** 2 - p[k + 2]! ** 2 - p[k + 3]! ** 2) - mass)).toBeLessThan(
        1e-8,
      );
    // Six constraints: the noise across them is gone, of two directions along them it is left.
    expect(moved[i]).toBeLessThan(3 * 7);
  }
  const again = projectMomenta(momenta, constraints);
  expect(Math.max(...again.moved)).toBeLessThan(1e-9);
  expect(Math.max(...projectMomenta(pairs(50, 0, 2), constraints).moved)).toBeLessThan(1e-9);
});

test("goes to the nearest point: of two bodies back to back, along the difference of their momenta", () => {
  const noisy = pairs(100, 1, 3);
  const { momenta } = projectMomenta(noisy, constraints);
  for (let i = 0; i < 100; i++) {
    const [p, q] = [noisy.data, momenta.data].map((data) =>
      [1, 2, 3].map((c) => (data[8 * i + c]! - data[8 * i + 4 + c]!) / 2),
    ) as [number[], number[]];
    const length = Math.hypot(...p);
    for (let c = 0; c < 3; c++) expect(Math.abs(q[c]! - (momentum * p[c]!) / length)).toBeLessThan(0.05);
  }
});

test("a part of the constraints leaves the rest free", () => {
  const noisy = pairs(20, 2, 4);
  const { momenta, residual } = projectMomenta(noisy, { total: { px: 0, py: 0 } });
  expect(Math.max(...residual)).toBeLessThan(1e-12);
  for (let i = 0; i < 20; i++) {
    expect(momenta.data[8 * i]).toBe(noisy.data[8 * i]);
    expect(momenta.data[8 * i + 3]).toBe(noisy.data[8 * i + 3]);
    expect(momenta.data[8 * i + 1]).toBeCloseTo((noisy.data[8 * i + 1]! - noisy.data[8 * i + 5]!) / 2, 10);
  }
});

test("refuses other shapes and options", () => {
  expect(() => projectMomenta(ndarray(new Float64Array(6), [2, 3]), {})).toThrow("expected momenta [n, particles, 4]");
  expect(() => projectMomenta(pairs(1, 0, 0), { masses: [1] })).toThrow(ArgumentError);
  expect(() => projectMomenta(pairs(1, 0, 0), { total: { energy: Number.NaN } })).toThrow(ArgumentError);
  expect(() => projectMomenta(pairs(1, 0, 0), { mass: 1 } as never)).toThrow(/unknown option mass/);
});
