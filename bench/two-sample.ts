/**
 * How well the classifier two-sample test tells sets of rows apart: a small network on rows in standard deviations, and
 * boosted trees on rows and how their columns stand to each other (the default).
 *
 *     npm run bench bench/two-sample.ts [folder of tables]
 *
 * The last rows are of one set against itself: accuracies near 0.5, p-values below 0.05 in about a twentieth.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ClassifierTwoSampleOptions, classifierTwoSample } from "@scorefield/assess";
import { normal, perceptron, permutation } from "@scorefield/core";
import { readTable } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import "../packages/scorefield/src/runtime.ts";

type Rows = NdArray<"float64">;

const table = (n: number, d: number, row: (i: number) => readonly number[]): Rows => {
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) data.set(row(i), i * d);
  return ndarray(data, [n, d]);
};

/** Bars of one day: Open, High, Low, Close. @param broken share of rows whose order noise of the spread's size breaks */
const bars = (n: number, seed: number, broken: number): Rows => {
  const z = normal([n, 8], { seed, dtype: "float64" }).data;
  return table(n, 4, (i) => {
    const [level, move, up, down, a, b, c, e] = z.subarray(8 * i, 8 * i + 8);
    const open = 100 * Math.exp(0.5 * level!);
    const close = open * Math.exp(0.01 * move!);
    const high = Math.max(open, close) * Math.exp(0.006 * Math.abs(up!));
    const low = Math.min(open, close) * Math.exp(-0.006 * Math.abs(down!));
    // The same noise for the share of rows that is blurred, so that single columns hardly change.
    const blurred = i / n < broken ? 0.006 : 0;
    return [open, high, low, close].map((value, k) => value * Math.exp(blurred * [a!, b!, c!, e!][k]!));
  });
};

/** c = a + b, beside two columns of another kind; or c with noise of some deviations. */
const sums = (n: number, seed: number, noise: number): Rows => {
  const z = normal([n, 5], { seed, dtype: "float64" }).data;
  return table(n, 5, (i) => {
    const [a, b, c, e, f] = z.subarray(5 * i, 5 * i + 5);
    return [a!, 3 * b!, a! + 3 * b! + noise * c!, Math.exp(e!), Math.round(3 * f!)];
  });
};

/** c = a b of positive columns, or with noise. */
const products = (n: number, seed: number, noise: number): Rows => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  return table(n, 3, (i) => {
    const [a, b, c] = z.subarray(3 * i, 3 * i + 3);
    return [Math.exp(a!), Math.exp(b!), Math.exp(a! + b! + noise * c!)];
  });
};

/** Normal rows, correlated by r in turn. */
const correlated = (n: number, seed: number, r: number, d = 6): Rows => {
  const z = normal([n, d], { seed, dtype: "float64" }).data;
  return table(n, d, (i) => {
    const row = Array.from(z.subarray(d * i, d * i + d));
    for (let j = 1; j < d; j++) row[j] = r * row[j - 1]! + Math.sqrt(1 - r * r) * row[j]!;
    return row;
  });
};

/** Rows on a ring of noise, or with a gap in it. */
const ring = (n: number, seed: number, squeezed: number): Rows => {
  const z = normal([n, 4], { seed, dtype: "float64" }).data;
  return table(n, 2, (i) => {
    const [a, b, c] = z.subarray(4 * i, 4 * i + 4);
    const angle = Math.atan2(a!, b!);
    const radius = 1 + (0.1 + squeezed) * c!;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
};

const half = (rows: Rows, part: 0 | 1, seed: number): Rows => {
  const [n = 0, d = 0] = rows.shape;
  const order = permutation(n, { seed }).data;
  const count = Math.min(5000, n >> 1);
  return table(count, d, (i) =>
    Array.from(rows.data.subarray(order[2 * i + part]! * d, (order[2 * i + part]! + 1) * d)),
  );
};

/** Every column for itself: the same columns, without any relation between them. */
const shuffledColumns = (rows: Rows, seed: number): Rows => {
  const [n = 0, d = 0] = rows.shape;
  const orders = Array.from({ length: d }, (_, j) => permutation(n, { seed, step: j }).data);
  return table(n, d, (i) => orders.map((order, j) => rows.data[order[i]! * d + j]!));
};

/** Samples of a model that has learnt everything, except for noise of a twentieth of each column's deviation. */
const blurred = (rows: Rows, seed: number, share = 0.05): Rows => {
  const [n = 0, d = 0] = rows.shape;
  const deviations = Array.from({ length: d }, (_, j) => {
    let [mean, squares] = [0, 0];
    for (let i = 0; i < n; i++) mean += rows.data[i * d + j]! / n;
    for (let i = 0; i < n; i++) squares += (rows.data[i * d + j]! - mean) ** 2 / n;
    return Math.sqrt(squares);
  });
  const z = normal([n, d], { seed, dtype: "float64" }).data;
  return ndarray(
    rows.data.map((value, k) => value + share * deviations[k % d]! * z[k]!),
    rows.shape,
  );
};

const n = 5000;
const cases: { readonly name: string; readonly a: Rows; readonly b: Rows }[] = [
  { name: "bars, 60 % of rows blurred", a: bars(n, 1, 0), b: bars(n, 2, 0.6) },
  { name: "bars, 5 % of rows blurred", a: bars(n, 1, 0), b: bars(n, 2, 0.05) },
  { name: "c = a + b, noise 0.01", a: sums(n, 1, 0), b: sums(n, 2, 0.01) },
  { name: "c = a b, noise 0.01", a: products(n, 1, 0), b: products(n, 2, 0.01) },
  { name: "correlations 0.5 and 0.6", a: correlated(n, 1, 0.5), b: correlated(n, 2, 0.6) },
  { name: "correlations 0.5 and 0.6, d = 30", a: correlated(n, 1, 0.5, 30), b: correlated(n, 2, 0.6, 30) },
  { name: "ring of width 0.1 and 0.13", a: ring(n, 1, 0), b: ring(n, 2, 0.03) },
  {
    name: "shift by 0.1",
    a: correlated(n, 1, 0.5),
    b: ndarray(
      correlated(n, 2, 0.5).data.map((v) => v + 0.1),
      [n, 6],
    ),
  },
];

const folder = process.argv[2];
const real: Rows[] = [];
if (folder !== undefined)
  for (const [file, columns] of [
    ["finance/google-daily.csv", ["Open", "High", "Low", "Close"]],
    ["tables/magic04.data.gz", undefined],
    ["tables/diamonds.csv.gz", ["carat", "depth", "table", "price", "x", "y", "z"]],
  ] as const) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    try {
      const { values } = await readTable(path, columns ? { columns } : {});
      const rows = ndarray(Float64Array.from(values.data), values.shape);
      real.push(rows);
      cases.push({ name: `${file}: blurred by 0.05`, a: half(rows, 0, 0), b: blurred(half(rows, 1, 0), 1) });
      cases.push({ name: `${file}: columns shuffled`, a: half(rows, 0, 0), b: shuffledColumns(half(rows, 1, 0), 1) });
      cases.push({ name: `${file}: its halves`, a: half(rows, 0, 0), b: half(rows, 1, 0) });
    } catch (error) {
      console.log(`${file}: ${(error as Error).message}`);
    }
  }

const before: ClassifierTwoSampleOptions = { network: perceptron(), steps: 300 };
const figure = (value: number) => (value < 1e-3 ? value.toExponential(0) : value.toFixed(3));
console.log(
  "| rows | network: accuracy | p | s | trees: accuracy | p | s |\n| --- | --- | --- | --- | --- | --- | --- |",
);
const timed = async (a: Rows, b: Rows, options: ClassifierTwoSampleOptions) => {
  const begun = performance.now();
  const { accuracy, pValue } = await classifierTwoSample(a, b, options);
  return [accuracy.toFixed(3), figure(pValue), ((performance.now() - begun) / 1000).toFixed(1)];
};
for (const { name, a, b } of cases)
  console.log(`| ${[name, ...(await timed(a, b, before)), ...(await timed(a, b, {}))].join(" | ")} |`);

// One distribution against itself, over many seeds: the accuracy within 1.96 standard errors of 0.5 in 95 % of them.
const seeds = Number(process.env.SEEDS ?? 60);
for (const [name, set] of [
  ["bars", (seed: number) => bars(1000, seed, 0)],
  ["c = a + b", (seed: number) => sums(1000, seed, 0)],
  ["correlations", (seed: number) => correlated(1000, seed, 0.5)],
] as const) {
  const found = await Promise.all(
    Array.from({ length: seeds }, (_, k) => classifierTwoSample(set(2 * k + 10), set(2 * k + 11), { seed: k })),
  );
  const accuracies = found.map(({ accuracy }) => accuracy);
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / seeds;
  const inside = accuracies.filter((value) => Math.abs(value - 0.5) < 1.96 * Math.sqrt(0.25 / 1000)).length;
  const small = found.filter(({ pValue }) => pValue < 0.05).length;
  console.log(
    `${name} against themselves, ${seeds} seeds: mean accuracy ${mean.toFixed(4)}, ${inside} within the 95 % interval of 0.5, ${small} p-values below 0.05`,
  );
}
