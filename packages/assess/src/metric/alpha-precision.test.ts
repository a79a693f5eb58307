import { normal } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { alphaPrecision, alphaPrecisionStatistic, betaRecall, betaRecallStatistic } from "./alpha-precision.ts";

const line = (values: ArrayLike<number>): NdArray<"float64"> => ndarray(Float64Array.from(values), [values.length, 1]);
const rowsOf = (rows: readonly number[][]): NdArray => ndarray(Float64Array.from(rows.flat()), [rows.length, 4]);
const gaussian = (n: number, seed: number) => normal([n, 4], { seed, dtype: "float64" });

/** Both signs of quantiles: distances from 0 are spread evenly as a function of u, the mean is exactly 0. */
const symmetric = (n: number, radius: (u: number) => number): NdArray =>
  line(Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 1 : -1) * radius(((i >> 1) + 0.5) / n)));

test("alpha-precision in closed form: distances u^2 where real ones are u give P(alpha) = sqrt(alpha), and 2/3", () => {
  const real = symmetric(2000, (u) => u);
  expect(alphaPrecision(real, real)).toBeCloseTo(1, 2);
  // 1 - 2 (2/3 - 1/2)
  expect(
    alphaPrecision(
      real,
      symmetric(2000, (u) => u * u),
    ),
  ).toBeCloseTo(2 / 3, 2);
  expect(
    alphaPrecision(
      real,
      symmetric(2000, (u) => Math.sqrt(u)),
    ),
  ).toBeCloseTo(2 / 3, 2);
  expect(
    alphaPrecision(
      real,
      symmetric(50, () => 1e-9),
    ),
  ).toBeCloseTo(0, 3);
  expect(
    alphaPrecision(
      real,
      symmetric(50, () => 9),
    ),
  ).toBe(0);
});

/** The definition, by sums over values of alpha or beta. */
const bySums = (real: NdArray, samples: NdArray, steps: number): readonly [number, number] => {
  const rowsOf = ({ data, shape: [n = 0, d = 1] }: NdArray) =>
    Array.from({ length: n }, (_, i) => Array.from(data.slice(i * d, (i + 1) * d), Number));
  const [x, y] = [rowsOf(real), rowsOf(samples)];
  const mean = (rows: number[][]) => rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const far = (a: number[], b: number[]) => Math.hypot(...a.map((value, k) => value - b[k]!));
  const quantile = (values: number[], share: number) => {
    const ascending = values.slice().sort((a, b) => a - b);
    const place = share * (ascending.length - 1);
    const below = Math.floor(place);
    return ascending[below]! + (place - below) * ((ascending[below + 1] ?? ascending[below]!) - ascending[below]!);
  };
  const [centre, centreOfSamples] = [mean(x), mean(y)];
  const radii = x.map((row) => far(row, centre));
  const nearest = x.map((row) => y.reduce((best, other) => (far(row, other) < far(row, best) ? other : best)));
  const own = x.map((row) => Math.min(...x.filter((other) => other !== row).map((other) => far(row, other))));
  const depths = nearest.map((row) => far(row, centreOfSamples));
  let [precision, recall] = [0, 0];
  for (let k = 0; k < steps; k++) {
    const share = (k + 0.5) / steps;
    const [radius, depth] = [quantile(radii, share), quantile(depths, share)];
    const inside = y.filter((row) => far(row, centre) <= radius).length / y.length;
    const covered = x.filter((row, i) => far(row, nearest[i]!) <= own[i]! && depths[i]! <= depth).length / x.length;
    precision += Math.abs(share - inside) / steps;
    recall += Math.abs(share - covered) / steps;
  }
  return [1 - 2 * precision, 1 - 2 * recall];
};

test("both are the sums of their definitions, as the steps grow finer", () => {
  const real = gaussian(60, 1);
  const samples = ndarray(
    gaussian(50, 2).data.map((value) => 1.3 * value + 0.2),
    [50, 4],
  );
  const [precision, recall] = bySums(real, samples, 2000);
  expect(alphaPrecision(real, samples)).toBeCloseTo(precision, 3);
  expect(betaRecall(real, samples)).toBeCloseTo(recall, 3);
});

test("beta-recall is about 1/2 for equal distributions, 1 for copies, 0 for samples far away", () => {
  const n = 600;
  const real = gaussian(n, 1);
  // A row adds about 2 (1 - u) with probability 1/2: variance 4 E[(1 - u)^2] / 2 - 1/4 = 5/12.
  expect(Math.abs(betaRecall(real, gaussian(n, 2)) - 0.5)).toBeLessThan(5 * Math.sqrt(5 / 12 / n));
  expect(betaRecall(real, real)).toBeCloseTo(1, 2);
  expect(
    betaRecall(
      real,
      ndarray(
        real.data.map((value) => value + 100),
        real.shape,
      ),
    ),
  ).toBe(0);
});

test("counting a sample is repeating it; the order of rows does not matter; too few rows are refused", () => {
  const [real, samples] = [gaussian(30, 1), gaussian(20, 2)];
  const counts = Float64Array.from({ length: 20 }, (_, i) => i % 3);
  const repeated = Array.from(counts, (count, i) =>
    Array.from({ length: count }, () => Array.from(samples.data.subarray(4 * i, 4 * i + 4))),
  ).flat();
  expect(alphaPrecisionStatistic(real, samples)(counts)).toBeCloseTo(alphaPrecision(real, rowsOf(repeated)), 12);
  const turned = rowsOf(repeated.slice().reverse());
  expect(betaRecall(real, turned)).toBeCloseTo(betaRecall(real, rowsOf(repeated)), 12);
  expect(betaRecallStatistic(real, samples).sizes).toEqual([30]);
  expect(() => betaRecall(real, rowsOf([[1, 2, 3, 4]]))).toThrow(ShapeError);
});
