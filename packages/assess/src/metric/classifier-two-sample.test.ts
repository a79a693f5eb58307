import { normal, perceptron } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { binomialTail, classifierTwoSample } from "./classifier-two-sample.ts";
import { mixedColumns, mixedRows } from "./mixed-rows.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const network = perceptron({ widths: [16] });

test("the tail of fair coins", () => {
  expect(binomialTail(0, 10)).toBe(1);
  expect(binomialTail(10, 10)).toBeCloseTo(2 ** -10, 15);
  expect(binomialTail(6, 10)).toBeCloseTo(386 / 1024, 12);
  // In whole numbers.
  expect(binomialTail(1100, 2000)).toBeCloseTo(4.228544767751963e-6, 15);
});

test("normal distributions a shift apart: Bayes' accuracy", async () => {
  const shift = (array: NdArray<"float32">): NdArray<"float32"> =>
    ndarray(
      array.data.map((value) => value + 1),
      array.shape,
    );
  const n = 4000;
  const a = normal([n, 1], { seed: 1 });
  const b = shift(normal([n, 1], { seed: 2 }));
  const { accuracy, pValue, right } = await classifierTwoSample(a, b, { network, steps: 400, runtime });
  expect(right.length).toBe(n);
  // Phi(1/2) is the best; training on 4,000 rows costs less than a standard error of the count, sqrt(pq / 4000).
  expect(Math.abs(accuracy - 0.6914624612740131)).toBeLessThan(5 * Math.sqrt((0.69 * 0.31) / n));
  expect(pValue).toBeLessThan(1e-50);
});

test("one distribution: about one half, and p-values that are not small too often", async () => {
  const found: number[] = [];
  for (let seed = 0; seed < 12; seed++) {
    const a = normal([200, 2], { seed: 3, step: seed });
    const b = normal([300, 2], { seed: 4, step: seed });
    const { accuracy, pValue, right } = await classifierTwoSample(a, b, { network, steps: 60, seed, runtime });
    expect(right.length).toBe(200);
    expect(Math.abs(accuracy - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 200));
    found.push(pValue);
  }
  // The chance of more than 4 of 12 p-values below 0.1 is 0.0005.
  expect(found.filter((p) => p < 0.1).length).toBeLessThan(5);
});

test("sets of another shape, or too few rows, are refused", async () => {
  const a = normal([10, 2], { seed: 1 });
  await expect(classifierTwoSample(a, normal([10, 3], { seed: 1 }), { runtime })).rejects.toThrow(ShapeError);
  await expect(classifierTwoSample(a, normal([3, 2], { seed: 1 }), { runtime })).rejects.toThrow(ShapeError);
});

/** Open, High, Low and Close of a day; in a share of the rows with noise of the size of a day's range. */
const bars = (n: number, seed: number, broken: number): NdArray<"float64"> => {
  const z = normal([n, 8], { seed, dtype: "float64" }).data;
  const data = new Float64Array(4 * n);
  for (let i = 0; i < n; i++) {
    const [level, move, up, down, ...noise] = z.subarray(8 * i, 8 * i + 8) as unknown as number[];
    const open = 100 * Math.exp(0.5 * level!);
    const close = open * Math.exp(0.01 * move!);
    const high = Math.max(open, close) * Math.exp(0.006 * Math.abs(up!));
    const low = Math.min(open, close) * Math.exp(-0.006 * Math.abs(down!));
    const size = i < broken * n ? 0.006 : 0;
    data.set(
      [open, high, low, close].map((value, k) => value * Math.exp(size * noise[k]!)),
      4 * i,
    );
  }
  return ndarray(data, [n, 4]);
};

/** c = a + b, or with noise of a hundredth of its deviation. */
const sums = (n: number, seed: number, noise: number): NdArray<"float64"> => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const [a, b, c] = [z[3 * i]!, 3 * z[3 * i + 1]!, z[3 * i + 2]!];
    data.set([a, b, a + b + noise * c], 3 * i);
  }
  return ndarray(data, [n, 3]);
};

test("rows whose columns fit, but not each other: a broken order, and a sum that no longer holds", async () => {
  const n = 3000;
  const order = await classifierTwoSample(bars(n, 1, 0), bars(n, 2, 0.6));
  // A network on rows in deviations says 0.50. Rows that were left as they are cannot be distinguished: at best 0.8.
  expect(order.accuracy).toBeGreaterThan(0.65);
  expect(order.accuracy).toBeLessThan(0.8);
  expect(order.pValue).toBeLessThan(1e-30);
  expect((await classifierTwoSample(sums(n, 1, 0), sums(n, 2, 0.03))).accuracy).toBeGreaterThan(0.99);
  // How numbers are stored is no difference.
  const stored = bars(n, 2, 0);
  const single = ndarray(Float32Array.from(stored.data), stored.shape);
  expect(
    (await classifierTwoSample(sums(n, 1, 0), ndarray(Float32Array.from(sums(n, 2, 0).data), [n, 3]))).pValue,
  ).toBeGreaterThan(1e-3);
  expect((await classifierTwoSample(bars(n, 1, 0), single)).pValue).toBeGreaterThan(1e-3);
});

test("rows of one distribution, over many seeds: the accuracy has the binomial's mean and spread", async () => {
  const [n, seeds] = [400, 40];
  const found = [];
  for (let seed = 0; seed < seeds; seed++)
    found.push(await classifierTwoSample(bars(n, 2 * seed + 10, 0), bars(n, 2 * seed + 11, 0), { seed }));
  const deviation = Math.sqrt(0.25 / n);
  const mean = found.reduce((sum, { accuracy }) => sum + accuracy / seeds, 0);
  expect(Math.abs(mean - 0.5)).toBeLessThan((5 * deviation) / Math.sqrt(seeds));
  for (const { accuracy } of found) expect(Math.abs(accuracy - 0.5)).toBeLessThan(5 * deviation);
  // The chance of more than 8 of 40 outside their 95 % interval is 0.0003.
  expect(found.filter(({ accuracy }) => Math.abs(accuracy - 0.5) > 1.96 * deviation).length).toBeLessThan(9);
});

test("relations far outside what the first set holds are no error", async () => {
  const positive = ndarray(
    Float64Array.from({ length: 300 }, (_, k) => 1 + (k % 7)),
    [100, 3],
  );
  const negative = ndarray(
    positive.data.map((value) => -value),
    [100, 3],
  );
  expect((await classifierTwoSample(positive, negative)).accuracy).toBe(1);
  const constant = ndarray(new Float64Array(30).fill(2), [10, 3]);
  expect((await classifierTwoSample(constant, constant)).accuracy).toBe(0.5);
});

test("mixed rows: a category that numbers no longer follow, more missing cells; by a line too", async () => {
  const columns = mixedColumns;
  const [n, a] = [3000, mixedRows(3000, 1)];
  // Sizes 2 apart by every second city: with their own city's parity the density ratio shows in |2 size - 2| at least.
  const apart = await classifierTwoSample(a, mixedRows(n, 2, { related: false }), { columns });
  expect(apart.accuracy).toBeGreaterThan(0.6);
  const gaps = mixedRows(n, 3, { missing: 0.3 });
  for (const by of ["trees", "linear"] as const)
    expect((await classifierTwoSample(a, gaps, { columns, by })).pValue).toBeLessThan(1e-6);
  // Columns alone: a line sees the shift of one of them.
  const moved = ndarray(
    mixedRows(n, 4).data.map((value, k) => (k % 3 === 0 ? value + 0.5 : value)),
    a.shape,
  );
  expect((await classifierTwoSample(a, moved, { columns, by: "linear" })).pValue).toBeLessThan(1e-6);
});

test("mixed rows of one distribution, over many seeds: the accuracy has the binomial's mean and spread", async () => {
  const [n, seeds] = [400, 30];
  for (const by of ["trees", "linear"] as const) {
    const found = [];
    for (let seed = 0; seed < seeds; seed++)
      found.push(
        await classifierTwoSample(mixedRows(n, 2 * seed + 10), mixedRows(n, 2 * seed + 11), {
          columns: mixedColumns,
          by,
          seed,
        }),
      );
    const deviation = Math.sqrt(0.25 / n);
    const mean = found.reduce((sum, { accuracy }) => sum + accuracy / seeds, 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan((5 * deviation) / Math.sqrt(seeds));
    // The chance of more than 7 of 30 outside their 95 % interval is 0.0002.
    expect(found.filter(({ accuracy }) => Math.abs(accuracy - 0.5) > 1.96 * deviation).length).toBeLessThan(8);
  }
});

test("columns and what looks at them are checked", async () => {
  const a = mixedRows(20, 1);
  const refused = (options: object, set = a) => expect(classifierTwoSample(set, set, options)).rejects;
  await refused({}).toThrow(/finite values/);
  await refused({ columns: mixedColumns.slice(1) }).toThrow(/list of 3 columns/);
  await refused({ columns: [{ name: "a" }, { name: "b", levels: ["x"] }, { name: "c" }] }).toThrow(/code from 0 to 0/);
  await refused({ columns: mixedColumns, network }).toThrow(/found both/);
  await refused({ columns: mixedColumns, by: "forest" }).toThrow(/trees or linear/);
  const images = ndarray(new Float64Array(64), [4, 4, 4]);
  await refused({ by: "linear" }, images).toThrow(ShapeError);
});
