import { describe, expect, test } from "vitest";
import { levyGibbs } from "./gibbs.ts";
import { hostRandom } from "./host-random.ts";
import {
  bernoulliLaplaceIncrements,
  gaussIncrements,
  type Increments,
  laplaceIncrements,
  levyPaths,
  studentIncrements,
} from "./increments.ts";

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const column = (paths: Float64Array, d: number, k: number) => paths.filter((_, at) => at % d === k);

/** Mean of a chain and its standard error, from 20 parts of it. */
const estimated = (values: Float64Array) => {
  const length = Math.floor(values.length / 20);
  const parts = Array.from({ length: 20 }, (_, i) => mean(values.subarray(i * length, (i + 1) * length)));
  const centre = mean(parts);
  return { mean: centre, error: Math.sqrt(mean(parts.map((part) => (part - centre) ** 2)) / 19) };
};

test("normal increments: mean and variance of the closed form", () => {
  // x1 and x2 with variances 0.5 and 1, seen as x1 + x2 / 2 = 1.2 with noise 0.4.
  const matrix = Float64Array.of(1, 0.5);
  const paths = levyGibbs(
    gaussIncrements(0.5),
    { matrix, sigma: 0.4, y: [1.2] },
    { sweeps: 20_000, burnIn: 0, random: hostRandom(1) },
  );
  const c = [
    [0.5, 0.5],
    [0.5, 1],
  ];
  const ca = c.map(([a, b]) => a! + b! / 2);
  const s = ca[0]! + ca[1]! / 2 + 0.16;
  for (const k of [0, 1]) {
    const own = column(paths, 2, k);
    const centre = mean(own);
    const variance = c[k]![k]! - ca[k]! ** 2 / s;
    expect(Math.abs(centre - (ca[k]! * 1.2) / s)).toBeLessThan(4 * Math.sqrt(variance / own.length));
    const found = mean(own.map((x) => (x - centre) ** 2));
    expect(Math.abs(found / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / own.length));
  }
});

const densities: [Increments, (u: number) => number, number][] = [
  [laplaceIncrements(1), (u) => Math.exp(-Math.abs(u)) / 2, 0],
  [studentIncrements(3), (u) => (6 * Math.sqrt(3)) / (Math.PI * (3 + u * u) ** 2), 0],
  [bernoulliLaplaceIncrements(0.3, 1), (u) => (0.3 * Math.exp(-Math.abs(u))) / 2, 0.7],
];

describe.each(densities)("$name increments", (increments, density, atZero) => {
  test("draws have the density: the share of small ones", () => {
    const u = levyPaths(increments, 40_000, 1, hostRandom(5));
    const share = mean(u.map((value) => Number(Math.abs(value) < 1)));
    let expected = atZero;
    for (let x = -0.9995; x < 1; x += 0.001) expected += density(x) * 0.001;
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / u.length));
  });

  test.each([0.3, 1.5])("two increments given the last point %s: mean and square against an integral", (y) => {
    const sigma = 0.5;
    const likelihood = (x: number) => Math.exp(-((y - x) ** 2) / (2 * sigma ** 2));
    // Points of increments with their weights; the one at 0 stands for what is not there.
    const step = 0.04;
    const points = Array.from({ length: 501 }, (_, i) => (i - 250) * step).map((u) => [u, density(u) * step] as const);
    points.push([0, atZero]);
    let [total, first, square] = [0, 0, 0];
    for (const [a, p] of points)
      for (const [b, q] of points) {
        const weight = p * q * likelihood(a + b);
        total += weight;
        first += weight * a;
        square += weight * (a + b) ** 2;
      }
    const paths = levyGibbs(
      increments,
      { matrix: Float64Array.of(0, 1), sigma, y: [y] },
      { sweeps: 40_000, burnIn: 500, random: hostRandom(2) },
    );
    const [one, two] = [0, 1].map((k) => column(paths, 2, k)) as [Float64Array, Float64Array];
    const centre = estimated(one);
    expect(Math.abs(centre.mean - first / total)).toBeLessThan(4 * centre.error + 1e-3);
    const moment = estimated(two.map((x) => x * x));
    expect(Math.abs(moment.mean - square / total)).toBeLessThan(4 * moment.error + 1e-3);
  });
});
