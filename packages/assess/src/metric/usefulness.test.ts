import { ArgumentError, normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { assess } from "../quality/assess.ts";
import { mixedColumns, mixedRows } from "./mixed-rows.case.ts";
import { usefulnessMetric } from "./usefulness.ts";
import { predictionTask, withoutTarget } from "./usefulness-target.ts";

/** x, noise, and y = 3 x + noise of deviation 3: half of the variance of y is predicted at best. */
const line = (n: number, seed: number, slope = 3): NdArray<"float64"> => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  return ndarray(
    z.map((value, k) => (k % 3 === 2 ? slope * z[k - 2]! + 3 * value : value)),
    [n, 3],
  );
};

test("the default target: the last category of few levels, else the last column of numbers", () => {
  expect(predictionTask(mixedColumns, undefined)).toEqual({
    column: 2,
    objective: "binary",
    classes: 2,
    categories: [0, 6],
  });
  expect(predictionTask(mixedColumns.slice(0, 2), undefined)).toMatchObject({
    column: 1,
    objective: "classes",
    classes: 6,
  });
  expect(predictionTask(mixedColumns, "size")).toMatchObject({ column: 0, objective: "squares", categories: [6, 2] });
  const many = { name: "code", levels: Array.from({ length: 50 }, (_, k) => `${k}`) };
  expect(predictionTask([{ name: "a" }, many], undefined)).toMatchObject({ column: 0, objective: "squares" });
  expect(predictionTask([{ name: "a" }, many], "code")).toMatchObject({ column: 1, classes: 50 });
  expect(predictionTask([{ name: "a" }], undefined)).toBeUndefined();
  expect(() => predictionTask(mixedColumns, "income")).toThrow(/one of size, city, member, found income/);
  const gaps = ndarray(Float64Array.of(1, 2, 3, Number.NaN, 5, 6), [3, 2]);
  expect(withoutTarget(gaps, 1, [2, 1, 0])).toMatchObject({
    x: { data: Float64Array.of(5, 1), shape: [2, 1] },
    y: Float64Array.of(6, 2),
  });
});

test("numbers: half of the variance by rows of the same distribution, none by rows without the relation", async () => {
  const n = 2000;
  const sets = { samples: line(n, 1), reference: line(n, 2), training: line(n, 3) };
  for (const by of ["linear", "trees"] as const) {
    const { measures } = await assess(sets, { metrics: [usefulnessMetric({ by })] });
    const { name, label, samples, real } = measures[0]!;
    expect(name).toBe(by === "linear" ? "usefulness, linear" : "usefulness");
    expect(label).toMatch(/usefulness for column 2.*R2/);
    // The standard error of R2 = 1/2 of 2,000 rows is about 0.016; trees fit some of the noise.
    expect(Math.abs(samples.value! - 0.5)).toBeLessThan(by === "linear" ? 0.08 : 0.16);
    expect(Math.abs(real!.value! - samples.value!)).toBeLessThan(0.08);
    expect(samples.low!).toBeLessThan(samples.value!);
    expect(samples.high!).toBeGreaterThan(samples.value!);
  }
  const wrong = await assess({ ...sets, samples: line(n, 4, -3) }, { metrics: [usefulnessMetric({ by: "linear" })] });
  // Of the opposite slope: 1 - (9 * 4 + 9) / 18.
  expect(wrong.measures[0]!.samples.value!).toBeCloseTo(-1.5, 0);
  expect(wrong.measures[0]!.real!.value!).toBeGreaterThan(0.4);
});

test("levels: AUC of mixed rows with missing cells, and 1/2 by samples of independent columns", async () => {
  const n = 2000;
  const sets = { samples: mixedRows(n, 1), reference: mixedRows(n, 2), training: mixedRows(n, 3) };
  const of = async (options: Parameters<typeof usefulnessMetric>[0], samples = sets.samples) => {
    const { measures } = await assess(
      { ...sets, samples },
      { metrics: [usefulnessMetric(options)], columns: mixedColumns, control: true },
    );
    return measures[0]!;
  };
  for (const options of [{ by: "trees" }, { by: "linear" }, { by: "trees", target: "city" }] as const) {
    const { samples, real, control, label } = await of(options);
    expect(label).toContain("AUC");
    expect(samples.value!).toBeGreaterThan(0.62);
    expect(Math.abs(samples.value! - real!.value!)).toBeLessThan(0.04);
    // A line through noise has some slope, and real rows are in its order or in the opposite one.
    if (options.by === "linear") continue;
    expect(Math.abs(control!.value! - 0.5)).toBeLessThan(0.15);
    const apart = await of(options, mixedRows(n, 5, { related: false }));
    expect(Math.abs(apart.samples.value! - 0.5)).toBeLessThan(0.15);
  }
  // Samples of one level alone predict nothing.
  const one = ndarray(
    sets.samples.data.map((value, k) => (k % 3 === 2 ? 1 : value)),
    [n, 3],
  );
  expect((await of({}, one)).samples.value).toBe(0.5);
  await expect(of({ target: "income" })).rejects.toThrow(ArgumentError);
});
