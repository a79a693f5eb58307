import { ArgumentError, integers, normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { energyDistance, energyDistanceStatistic } from "./energy-distance.ts";
import { frechetDistanceStatistic } from "./frechet-distance.ts";
import { kernelDistanceStatistic } from "./kernel-distance.ts";
import { mmdStatistic } from "./mmd.ts";
import { meanStatistic, plainValue, type Statistic } from "./statistic.ts";
import { slicedWasserstein, slicedWassersteinStatistic } from "./wasserstein.ts";

test("of a mean: the standard error s / sqrt(n) and the interval of the normal distribution", () => {
  const n = 400;
  const { data } = normal([n], { seed: 1, dtype: "float64" });
  const replicates = 2000;
  const found = bootstrap(meanStatistic(data), { replicates, seed: 2 });
  const mean = data.reduce((sum, x) => sum + x, 0) / n;
  const error = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / n;
  expect(found.value).toBeCloseTo(mean, 14);
  expect(found.replicates).toBe(replicates);
  // The standard deviation of 2000 draws has a relative standard error of 1 / sqrt(4000).
  expect(Math.abs(found.standardError / error - 1)).toBeLessThan(5 / Math.sqrt(2 * replicates));
  // A percentile at 2.5 % has standard error sqrt(0.025 0.975 / 2000) / density = 0.06 of the standard error.
  for (const [end, place] of [
    [found.low, -1.96],
    [found.high, 1.96],
  ] as const)
    expect(Math.abs((end - mean) / error - place)).toBeLessThan(5 * 0.06);
});

test("intervals of a mean cover it as often as they say", () => {
  const repeats = 300;
  let covered = 0;
  for (let step = 0; step < repeats; step++) {
    const { low, high } = bootstrap(meanStatistic(normal([60], { seed: 3, step, dtype: "float64" }).data), {
      replicates: 199,
      level: 0.9,
      seed: step,
    });
    if (low <= 0 && high >= 0) covered++;
  }
  // Five standard errors of a share of 0.9, and the bootstrap's own shortfall of about 1 / n.
  expect(Math.abs(covered / repeats - 0.9)).toBeLessThan(5 * Math.sqrt(0.09 / repeats) + 1 / 60);
});

const a = normal([40, 3], { seed: 4, dtype: "float64" });
const b = normal([30, 3], { seed: 5, dtype: "float64" });
const makers: Record<string, (x: typeof a, y: typeof a) => Statistic> = {
  "energy distance": energyDistanceStatistic,
  "energy distance, unbiased": (x, y) => energyDistanceStatistic(x, y, { unbiased: true }),
  "Frechet distance": frechetDistanceStatistic,
  "kernel distance": kernelDistanceStatistic,
  MMD: (x, y) => mmdStatistic(x, y, { bandwidth: 1 }),
  "sliced Wasserstein distance": slicedWassersteinStatistic,
};

/** The rows, as often as they count. */
const repeated = ({ data, shape: [, d = 0] }: typeof a, counts: Float64Array) => {
  const rows = Array.from(counts, (count, i) =>
    new Array<number[]>(count).fill([...data.subarray(i * d, (i + 1) * d)]),
  );
  const flat = rows.flat(2);
  return ndarray(Float64Array.from(flat), [flat.length / d, d]);
};

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: counting a row is repeating it`, () => {
    const counts = [a, b].map(({ shape: [n = 0] }) => Float64Array.from({ length: n }, (_, i) => [0, 1, 3][i % 3]!));
    const found = make(a, b)(...counts);
    const expected = plainValue(make(repeated(a, counts[0]!), repeated(b, counts[1]!)));
    // Unbiased statistics leave out the pairs of a row with its own copies.
    if (/unbiased|kernel|MMD/.test(name)) expect(found).not.toBeCloseTo(expected, 3);
    else expect(found).toBeCloseTo(expected, 9);
  });

  test(`${name}: an interval around the value, the same for the same seed`, () => {
    const found = bootstrap(make(a, b), { replicates: 50, seed: 1 });
    expect(found.low).toBeLessThan(found.value);
    expect(found.high).toBeGreaterThan(found.value);
    expect(bootstrap(make(a, b), { replicates: 50, seed: 1 })).toEqual(found);
    expect(bootstrap(make(a, b), { replicates: 50, seed: 2 })).not.toEqual(found);
  });
}

test("with every row counted once they are the distances", () => {
  expect(plainValue(slicedWassersteinStatistic(a, b))).toBeCloseTo(slicedWasserstein(a, b), 14);
  expect(plainValue(energyDistanceStatistic(a, b))).toBeCloseTo(energyDistance(a, b), 12);
});

test("an unbiased statistic stays unbiased when resampled", () => {
  const of = energyDistanceStatistic(a, b, { unbiased: true });
  const replicate = (step: number): number => {
    const counts = [40, 30].map((n, k) => {
      const drawn = new Float64Array(n);
      for (const row of integers([n], { seed: 6, step: 2 * step + k, high: n }).data) drawn[row]!++;
      return drawn;
    });
    return of(...counts);
  };
  const values = Array.from({ length: 400 }, (_, step) => replicate(step));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / values.length;
  expect(Math.abs(mean - plainValue(of))).toBeLessThan(5 * error);
});

test("options out of range are refused", () => {
  const of = meanStatistic([1, 2]);
  expect(() => bootstrap(of, { replicates: 0 })).toThrow(ArgumentError);
  expect(() => bootstrap(of, { level: 1 })).toThrow(ArgumentError);
});
