import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { streamlines } from "./streamlines.ts";

const axis = Array.from({ length: 81 }, (_, i) => -2 + i / 20);
const fieldOf = (f: (x: number, y: number) => readonly [number, number]) => ({
  x: axis,
  y: axis,
  vectors: ndarray(Float64Array.from(axis.flatMap((y) => axis.flatMap((x) => f(x, y)))), [81, 81, 2]),
});

test("towards a Gaussian of variances 1 and 1/2: y = c x^2 along each line", () => {
  const lines = streamlines(fieldOf((x, y) => [-x, -2 * y]));
  expect(lines.length).toBeGreaterThan(20);
  let compared = 0;
  for (const line of lines) {
    const away = line.filter(([x]) => Math.abs(x) > 0.3);
    for (const [x, y] of away.slice(1)) {
      const [x0, y0] = away[0]!;
      if (Math.sign(x) !== Math.sign(x0)) continue;
      expect(Math.abs(y / x ** 2 - y0 / x0 ** 2)).toBeLessThan(0.01 * (1 + Math.abs(y0 / x0 ** 2)));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(300);
  // They point inwards.
  for (const line of lines) expect(Math.hypot(...line.at(-1)!)).toBeLessThan(Math.hypot(...line[0]!));
});

test("around a rotation: circles, which close", () => {
  const lines = streamlines(
    fieldOf((x, y) => [-y, x]),
    { separation: 0.1 },
  );
  for (const line of lines) {
    const radii = line.map((point) => Math.hypot(...point));
    for (const radius of radii) expect(Math.abs(radius - radii[0]!)).toBeLessThan(0.01);
  }
  // No more than once around within the grid.
  for (const line of lines) expect(line.length * 0.2 * 0.4).toBeLessThan(2 * Math.PI * Math.hypot(...line[0]!) + 1);
});

test("no two lines are nearer than half the separation, and none is far from all", () => {
  const lines = streamlines(
    fieldOf((x, y) => [Math.sin(2 * y), Math.cos(2 * x)]),
    { separation: 0.05 },
  );
  const apart = 0.05 * 4;
  for (const [i, line] of lines.entries())
    for (const other of lines.slice(i + 1))
      for (const [a, b] of line)
        for (const [u, v] of other) if (Math.hypot(u - a, v - b) < 0.49 * apart) throw new Error("too near");
  for (const y of [-1.5, 0, 1.3])
    for (const x of [-1.2, 0.4, 1.6])
      expect(lines.some((line) => line.some(([a, b]) => Math.hypot(a - x, b - y) < 1.5 * apart))).toBe(true);
});

test("what cannot be", () => {
  expect(() => streamlines({ ...fieldOf(() => [1, 0]), x: [0, 1] })).toThrow(/expected vectors/);
  expect(() =>
    streamlines(
      fieldOf(() => [1, 0]),
      { separation: 0 },
    ),
  ).toThrow(ArgumentError);
  // A field that vanishes has no lines.
  expect(streamlines(fieldOf(() => [0, 0]))).toEqual([]);
});
