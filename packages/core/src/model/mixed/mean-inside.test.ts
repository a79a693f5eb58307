/** The mean of a limited normal distribution, against quadrature. */
import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { meanInside } from "./mean-inside.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Mean of N(mean, deviation^2) on [low, high] by the midpoint rule. */
const truth = (mean: number, deviation: number, low: number, high: number): number => {
  const [a, b] = [Math.max(low, mean - 40 * deviation), Math.min(high, mean + 40 * deviation)];
  const [from, to] = a < b ? [a, b] : [low, high];
  const n = 20_000;
  const z = Array.from({ length: n }, (_, i) => from + ((i + 0.5) / n) * (to - from));
  const logs = z.map((x) => -((x - mean) ** 2) / (2 * deviation ** 2));
  const most = logs.reduce((p, q) => Math.max(p, q));
  const weights = logs.map((log) => Math.exp(log - most));
  return z.reduce((sum, x, i) => sum + x * weights[i]!, 0) / weights.reduce((p, q) => p + q);
};

const means = [-8, -4, -2.9, -1, -0.2, 0, 0.4, 1.5, 3.2, 6];
const bounds = [
  [-1, 16],
  [-16, 0.5],
  [-1, 1],
  [0.2, 0.3],
  [-0.5, 4],
  [1, 1],
] as const;

test.each([1, 0.3, 0.05])("at a deviation of %d it is the limited mean, inside, and rises", async (deviation) => {
  const cases = bounds.flatMap(([low, high]) => means.map((mean) => ({ mean, low, high })));
  const column = (values: number[]) => ndarray(Float32Array.from(values), [values.length, 1]);
  const spec = { shape: [cases.length, 1], dtype: "float32" } as const;
  const f = await compile(
    (mean: Tensor, deviation: Tensor, low: Tensor, high: Tensor, has: Tensor) =>
      meanInside(mean, deviation, { low, high, hasLow: has, hasHigh: has }),
    [spec, spec, spec, spec, spec],
    { runtime },
  );
  const { data } = await f(
    column(cases.map(({ mean }) => mean)),
    column(cases.map(() => deviation)),
    column(cases.map(({ low }) => low)),
    column(cases.map(({ high }) => high)),
    column(cases.map(() => 1)),
  );
  await f.dispose();
  for (const [i, { mean, low, high }] of cases.entries()) {
    const found = Number(data[i]);
    expect(found).toBeGreaterThanOrEqual(low);
    expect(found).toBeLessThanOrEqual(Math.fround(high));
    const width = Math.min(high - low, 10 * deviation);
    const expected = low === high ? low : truth(mean, deviation, low, high);
    expect(Math.abs(found - expected), JSON.stringify({ mean, low, high, found, expected })).toBeLessThanOrEqual(
      0.02 * width + 2e-5,
    );
    if (i > 0 && cases[i - 1]!.low === low && cases[i - 1]!.high === high)
      expect(found).toBeGreaterThanOrEqual(Number(data[i - 1]));
  }
});
