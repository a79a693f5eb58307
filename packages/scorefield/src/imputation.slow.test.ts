/** Imputations of a table whose every conditional distribution is known: three correlated normal columns and a category. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal, uniform } from "@scorefield/core";
import { conditions, impute, sampleTable } from "@scorefield/domain/table";
import { ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRun, defaultRuntime, type LoadedRun, loadRun, trainRun } from "./index.ts";

// x = z1 + shift of the level, y = 0.8 x + 0.6 z2, z = 0.5 x - 0.5 y + 0.7 z3; level b has probability 0.3.
const shift = [-1, 1.5];
const share = 0.3;
const slopes = { y: 0.8, zx: 0.5, zy: -0.5 };
const deviations = { y: 0.6, z: 0.7 };

const rowsOf = (n: number, seed: number): number[][] => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  const u = uniform([n], { seed, dtype: "float64", purpose: "data" }).data;
  return Array.from({ length: n }, (_, i) => {
    const level = u[i]! < share ? 1 : 0;
    const x = shift[level]! + z[3 * i]!;
    const y = slopes.y * x + deviations.y * z[3 * i + 1]!;
    return [x, y, slopes.zx * x + slopes.zy * y + deviations.z * z[3 * i + 2]!, level];
  });
};

let folder: string;
let run: LoadedRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-imputation-"));
  const data = join(folder, "normal.csv");
  const lines = rowsOf(6000, 1).map(([x, y, z, level]) =>
    [x!.toFixed(5), y!.toFixed(5), z!.toFixed(5), "ab"[level!]].join(),
  );
  await writeFile(data, `x,y,z,level\n${lines.join("\n")}\n`);
  const prepared = await createRun({ data, heldOut: 0.1, training: { steps: 5000 } }, { out: join(folder, "run") });
  for await (const _ of trainRun(prepared));
  run = await loadRun(join(folder, "run"));
}, 600_000);
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

/** What the model's conditional means may be off by, in deviations, beside chance. Measured: 0.29. */
const modelError = 0.35;

const n = 400;
const draws = 50;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("imputations are draws from the conditional distributions", () => {
  test("a number given the others: its mean and deviation, row by row", async () => {
    const rows = rowsOf(n, 2);
    const holes = ndarray(Float64Array.from(rows.flatMap(([x, y, _, level]) => [x!, y!, Number.NaN, level!])), [n, 4]);
    const cells = (await impute(run, holes, { draws })).cells();
    const errors = cells.map((cell, i) => cell.mean! - (slopes.zx * rows[i]![0]! + slopes.zy * rows[i]![1]!));
    const spread = cells.map(({ deviation }) => deviation! / deviations.z);
    // Chance alone: a mean of n times draws, and a squared error of 1 / draws. The model adds its own error.
    expect(Math.abs(mean(errors))).toBeLessThan(4 * (deviations.z / Math.sqrt(n * draws)) + 0.05);
    expect(Math.sqrt(mean(errors.map((e) => e ** 2)))).toBeLessThan(
      deviations.z * Math.hypot(1 / Math.sqrt(draws), modelError),
    );
    expect(Math.abs(mean(spread) - 1)).toBeLessThan(0.1);
    const inside = cells.filter(({ low, high }, i) => low! <= rows[i]![2]! && rows[i]![2]! <= high!).length / n;
    expect(Math.abs(inside - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / n) + 0.03);
  });

  test("a number from one that it causes: y and level given x and z", async () => {
    const rows = rowsOf(n, 3);
    const holes = ndarray(Float64Array.from(rows.flatMap(([x, _, z]) => [x!, Number.NaN, z!, Number.NaN])), [n, 4]);
    const cells = (await impute(run, holes, { draws })).cells();
    const numbers = cells.filter(({ column }) => column === 1);
    // y | x is N(0.8 x, 0.36); z | x, y adds a precision of (0.5 / 0.7)^2.
    const precision = 1 / deviations.y ** 2 + (slopes.zy / deviations.z) ** 2;
    const truth = rows.map(
      ([x, _, z]) =>
        ((slopes.y * x!) / deviations.y ** 2 + (slopes.zy * (z! - slopes.zx * x!)) / deviations.z ** 2) / precision,
    );
    const errors = numbers.map((cell, i) => cell.mean! - truth[i]!);
    const deviation = 1 / Math.sqrt(precision);
    expect(Math.sqrt(mean(errors.map((e) => e ** 2)))).toBeLessThan(
      deviation * Math.hypot(1 / Math.sqrt(draws), modelError),
    );
    expect(Math.abs(mean(numbers.map((cell) => cell.deviation! / deviation)) - 1)).toBeLessThan(0.1);
    // P(b | x) by Bayes' rule, as y and z depend on x alone.
    const levels = cells.filter(({ column }) => column === 3);
    const odds = rows.map(([x]) => {
      const [a, b] = shift.map((s, k) => (k === 1 ? share : 1 - share) * Math.exp(-((x! - s) ** 2) / 2));
      return b! / (a! + b!);
    });
    const off = levels.map(({ shares }, i) => shares![1]! - odds[i]!);
    expect(Math.abs(mean(off))).toBeLessThan(4 * Math.sqrt(0.25 / (n * draws)) + 0.02);
    expect(Math.sqrt(mean(off.map((e) => e ** 2)))).toBeLessThan(0.5 / Math.sqrt(draws) + 0.05);
  });

  test("a range: rows under it are rows of the table within it", async () => {
    const where = "x>=1";
    const { rows, acceptance } = await sampleTable(run, { where, count: 4000, seed: 4 });
    // P(x >= 1): rows that are not within are drawn again.
    const probability = 0.7 * 0.02275 + 0.3 * 0.69146;
    expect(Math.abs(acceptance.share - probability)).toBeLessThan(4 * acceptance.standardError + 0.03);
    expect(
      conditions(run, where)
        .satisfies(rows)
        .every((one) => one === 1),
    ).toBe(true);
    const truth = rowsOf(400_000, 5).filter(([x]) => x! >= 1);
    for (const j of [0, 1, 2, 3]) {
      const own = Array.from({ length: 4000 }, (_, i) => rows.data[4 * i + j]!);
      const real = truth.map((row) => row[j]!);
      const deviation = Math.sqrt(mean(real.map((x) => (x - mean(real.slice(0, 1000))) ** 2)));
      expect(Math.abs(mean(own) - mean(real)), run.columns![j]).toBeLessThan(deviation * (4 / Math.sqrt(4000) + 0.1));
    }
  });
});
