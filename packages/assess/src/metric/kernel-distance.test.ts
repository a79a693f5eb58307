import { ArgumentError, normal } from "@scorefield/core";
import { fromNested, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { kernelDistance } from "./kernel-distance.ts";
import { mmd } from "./mmd.ts";

const shifted = (array: NdArray<"float64">, by: number): NdArray<"float64"> => ({
  ...array,
  data: array.data.map((value) => value + by),
});

/** The mean over repeats with its standard error. */
const average = (repeats: number, of: (step: number) => number): readonly [number, number] => {
  const found = Array.from({ length: repeats }, (_, step) => of(step));
  const mean = found.reduce((sum, x) => sum + x, 0) / repeats;
  return [mean, Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / repeats];
};

test("kernel distance by hand", () => {
  const a = fromNested([[1], [2]]);
  const b = fromNested([[0], [-1]]);
  // Within: (1 2 + 1)^3 = 27 and (0 + 1)^3 = 1; across: 1, 0, 1, -1.
  expect(kernelDistance(a, b)).toBe(27 + 1 - 2 * (1 / 4));
});

test("kernel distance of normal distributions a shift apart: right on average", () => {
  // E (x y + 1)^3 for x ~ N(p, 1), y ~ N(q, 1): 1 + 3 p q + 3 (1 + p^2) (1 + q^2) + (p^3 + 3 p) (q^3 + 3 q).
  const k = (p: number, q: number) =>
    1 + 3 * p * q + 3 * (1 + p * p) * (1 + q * q) + (p ** 3 + 3 * p) * (q ** 3 + 3 * q);
  for (const shift of [0, 0.5]) {
    const [mean, error] = average(1500, (step) =>
      kernelDistance(
        normal([60, 1], { seed: 1, step, dtype: "float64" }),
        shifted(normal([40, 1], { seed: 2, step, dtype: "float64" }), shift),
      ),
    );
    const expected = k(0, 0) + k(shift, shift) - 2 * k(0, shift);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
    // Of 3.6 at a shift of 0.5.
    expect(error).toBeLessThan(0.15);
  }
});

test("blocks use every row once", () => {
  const a = normal([70, 3], { seed: 1, dtype: "float64" });
  const b = normal([45, 3], { seed: 2, dtype: "float64" });
  const rows = ({ data }: NdArray<"float64">, from: number, to: number) =>
    ndarray(data.slice(from * 3, to * 3), [to - from, 3]);
  const halves = [
    kernelDistance(rows(a, 0, 35), rows(b, 0, 22)),
    kernelDistance(rows(a, 35, 70), rows(b, 22, 45)),
  ] as const;
  expect(kernelDistance(a, b, { block: 20 })).toBeCloseTo((halves[0] + halves[1]) / 2, 12);
});

test("MMD of normal distributions a shift apart: right on average", () => {
  // E exp(-(x - y)^2 / (2 h^2)) for x - y ~ N(s, 2): h / sqrt(h^2 + 2) exp(-s^2 / (2 (h^2 + 2))).
  const h = 0.8;
  const k = (s: number) => (h / Math.sqrt(h * h + 2)) * Math.exp((-s * s) / (2 * (h * h + 2)));
  for (const shift of [0, 1]) {
    const [mean, error] = average(80, (step) =>
      mmd(
        normal([60, 1], { seed: 1, step, dtype: "float64" }),
        shifted(normal([40, 1], { seed: 2, step, dtype: "float64" }), shift),
        { bandwidth: h },
      ),
    );
    expect(Math.abs(mean - 2 * (k(0) - k(shift)))).toBeLessThan(5 * error);
    expect(error).toBeLessThan(0.01);
  }
});

test("MMD: the bandwidth is the median distance unless given, and rows may be equal", () => {
  const [a, b] = [fromNested([[0], [1]]), fromNested([[3], [7]])];
  // Distances 1, 2, 3, 4, 6, 7; of an even number the upper middle.
  expect(mmd(a, b)).toBe(mmd(a, b, { bandwidth: 4 }));
  // Where most rows are equal: the distance of the rows that differ.
  const [c, d] = [fromNested([[0], [0], [0]]), fromNested([[0], [0], [2]])];
  expect(mmd(c, d)).toBe(mmd(c, d, { bandwidth: 2 }));
  expect(mmd(fromNested([[1], [1]]), fromNested([[1], [1]]))).toBe(0);
});

test("bad sets are named", () => {
  expect(() => kernelDistance(fromNested([[1]]), fromNested([[1], [2]]))).toThrow(ShapeError);
  expect(() => kernelDistance(fromNested([[1], [2]]), fromNested([[1], [2]]), { block: 0 })).toThrow(ArgumentError);
  expect(() => mmd(fromNested([[1], [2]]), fromNested([[1], [2]]), { bandwidth: 0 })).toThrow(ArgumentError);
});
