import { ArgumentError } from "@scorefield/core";
import { expect, test } from "vitest";
import { checkerboard, moons, type PlanarSampler, pinwheel, planarSets, rings, spirals, swissRoll } from "./sets.ts";

const n = 20_000;
const exact: Record<string, PlanarSampler> = {
  moons: moons({ noise: 0 }),
  spirals: spirals({ noise: 0 }),
  threeArms: spirals({ arms: 3, noise: 0 }),
  checkerboard: checkerboard(),
  eightCells: checkerboard({ cells: 8 }),
  rings: rings({ noise: 0 }),
  pinwheel: pinwheel(),
  "swiss-roll": swissRoll({ noise: 0 }),
};

const statistics = (values: Float64Array): { mean: number; error: number } => {
  const mean = values.reduce((a, b) => a + b) / n;
  return { mean, error: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n / n) };
};

test.each(Object.entries(exact))("%s: mean zero, mean square coordinate one, within five standard errors", (_, set) => {
  const { data } = set(n, 1);
  const column = (f: (x: number, y: number) => number) =>
    statistics(Float64Array.from({ length: n }, (_, i) => f(data[2 * i]!, data[2 * i + 1]!)));
  const x = column((x) => x);
  const y = column((_, y) => y);
  const square = column((x, y) => (x * x + y * y) / 2);
  expect(Math.abs(x.mean)).toBeLessThan(5 * x.error);
  expect(Math.abs(y.mean)).toBeLessThan(5 * y.error);
  // The floor is float32 rounding, for sets whose norm does not vary.
  expect(Math.abs(square.mean - 1)).toBeLessThan(5 * square.error + 1e-6);
});

test.each(Object.entries(planarSets))("%s: row i is sample firstSample + i", (_, set) => {
  const whole = set()(50, 3, 10);
  expect(whole.shape).toEqual([50, 2]);
  expect(set()(7, 3, 30).data).toEqual(whole.data.subarray(40, 54));
  expect(set()(50, 4, 10).data).not.toEqual(whole.data);
});

test("checkerboard: only every second cell, all of them equally", () => {
  const { data } = checkerboard()(n, 2);
  const counts = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const [column, row] = [0, 1].map((k) => Math.floor((data[2 * i + k]! / Math.sqrt(3) + 1) * 2)) as [number, number];
    counts.set(`${column} ${row}`, (counts.get(`${column} ${row}`) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["0 0", "0 2", "1 1", "1 3", "2 0", "2 2", "3 1", "3 3"]);
  for (const count of counts.values()) expect(Math.abs(count - n / 8)).toBeLessThan(5 * Math.sqrt((n / 8) * (7 / 8)));
});

test("rings: the radii, and Rice's mean square radius R^2 + 2 noise^2 with noise", () => {
  const radii = new Set<string>();
  const clean = rings({ noise: 0 })(500, 2).data;
  for (let i = 0; i < 500; i++) radii.add(Math.hypot(clean[2 * i]!, clean[2 * i + 1]!).toFixed(4));
  expect([...radii].sort()).toEqual([1, 2, 3].map((k) => (k * Math.sqrt(3 / 7)).toFixed(4)));
  const noisy = rings({ rings: 1, noise: 0.5 })(n, 2).data;
  const squares = Float64Array.from({ length: n }, (_, i) => noisy[2 * i]! ** 2 + noisy[2 * i + 1]! ** 2);
  const { mean, error } = statistics(squares);
  expect(Math.abs(mean - 2.5)).toBeLessThan(5 * error);
});

test("moons lie on their circles, spirals on their arms", () => {
  const scale = Math.sqrt(2 / (21 / 16 - 1 / Math.PI));
  const moon = moons({ noise: 0 })(500, 5).data;
  const spiral = spirals({ noise: 0 })(500, 5).data;
  let worst = 0;
  for (let i = 0; i < 500; i++) {
    const [x, y] = [moon[2 * i]! / scale, moon[2 * i + 1]! / scale];
    // About either centre the distance is one, and the half circle is the right one.
    const above = y + 0.25 >= -1e-6 ? Math.abs(Math.hypot(x + 0.5, y + 0.25) - 1) : 1;
    const below = y - 0.25 <= 1e-6 ? Math.abs(Math.hypot(x - 0.5, y - 0.25) - 1) : 1;
    worst = Math.max(worst, Math.min(above, below));
    const radius = Math.hypot(spiral[2 * i]!, spiral[2 * i + 1]!);
    const turn = Math.atan2(spiral[2 * i + 1]!, spiral[2 * i]!) / (2 * Math.PI) - 0.75 * radius;
    worst = Math.max(worst, Math.abs(2 * turn - Math.round(2 * turn)) * Math.min(1, radius));
  }
  expect(worst).toBeLessThan(1e-5);
});

test("bad options are named", () => {
  expect(() => moons({ noise: -1 })).toThrow(/noise: expected a finite number of at least 0, found -1/);
  expect(() => spirals({ arms: 0 })).toThrow(ArgumentError);
  expect(() => checkerboard({ cells: 3 })).toThrow(/even/);
  expect(() => rings({ rings: 1.5 })).toThrow(ArgumentError);
  expect(() => pinwheel({ rate: Number.NaN })).toThrow(ArgumentError);
});
