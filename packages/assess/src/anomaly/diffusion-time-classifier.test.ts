import { ArgumentError, normal, uniform } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { auroc } from "../metric/ranking.ts";
import { trainDiffusionTime } from "./diffusion-time-classifier.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("on data of one point it comes close to the best possible answer", async () => {
  const d = 4;
  const [bins, first, last] = [7, Math.log(0.1), Math.log(10)];
  const noise = normal([2000, d], { seed: 4, dtype: "float64" }).data;
  const { data: levels } = uniform([2000], { seed: 4, dtype: "float64" });
  // p(log r | x) is in proportion to r^-d exp(-|x|^2 / (2 r^2)) between both levels: its bins by a fine sum.
  const fine = Float64Array.from({ length: 70 * bins }, (_, i) => first + ((i + 0.5) / (70 * bins)) * (last - first));
  const posterior = (square: number): number[] => {
    const weights = Array.from(fine, (u) => Math.exp(-d * u - (square / 2) * Math.exp(-2 * u)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: bins }, (_, k) =>
      weights.slice(70 * k, 70 * (k + 1)).reduce((sum, weight) => sum + weight / total, 0),
    );
  };
  const rows = noise.map((z, i) => z * Math.exp(first + levels[Math.floor(i / d)]! * (last - first)));
  const best = Array.from({ length: 2000 }, (_, i) =>
    posterior(rows.subarray(i * d, (i + 1) * d).reduce((sum, value) => sum + value * value, 0)),
  );
  const entropy = best.reduce((sum, p, i) => sum - Math.log(p[Math.floor(levels[i]! * bins)]!), 0) / 2000;

  const losses: number[] = [];
  const detector = await trainDiffusionTime(ndarray(new Float64Array(d), [1, d]), {
    widths: [64, 64],
    steps: 1000,
    seed: 3,
    runtime,
    onProgress: ({ loss }) => losses.push(loss),
  });
  expect(losses).toHaveLength(10);
  // The last loss is a mean over 12,800 rows, the best one over 2,000, each of deviation about 1.
  expect(Math.abs(losses[9]! - entropy)).toBeLessThan(0.05 + 4 / Math.sqrt(2000));
  expect(entropy).toBeLessThan(0.7 * Math.log(7));
  const { data: scores } = await detector.score(ndarray(rows, [2000, d]));
  const middle = (k: number): number => first + ((k + 0.5) / bins) * (last - first);
  const squares = best.map((p, i) => (scores[i]! - p.reduce((sum, value, k) => sum + value * middle(k), 0)) ** 2);
  // A bin is 0.66 wide.
  expect(Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 2000)).toBeLessThan(0.15);
});

test("reproducible by seed; anomalies far from data rank above it", async () => {
  const data = normal([300, 4], { seed: 5 });
  const options = { widths: [32, 32], steps: 250, batch: 64, runtime };
  const [first, second] = [await trainDiffusionTime(data, options), await trainDiffusionTime(data, options)];
  const rows = ndarray(
    normal([100, 4], { seed: 6 }).data.map((z, i) => (i < 200 ? z : 3 * z + 3)),
    [100, 4],
  );
  const scores = await first.score(rows);
  expect(await second.score(rows)).toEqual(scores);
  const labels = ndarray(Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1)));
  expect(auroc(scores, labels)).toBeGreaterThan(0.95);
});

test("what is refused", async () => {
  const data = ndarray(Float64Array.of(0, 1), [2, 1]);
  for (const options of [{ bins: 1 }, { steps: 0 }, { widths: [0] }, { lowest: 0 }, { learningRate: -1 }])
    await expect(trainDiffusionTime(data, { ...options, runtime })).rejects.toThrow(ArgumentError);
  await expect(trainDiffusionTime(data, { step: 5, runtime } as never)).rejects.toThrow(/unknown option step/);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(trainDiffusionTime(data, { signal, runtime })).rejects.toThrow("enough");
  const detector = await trainDiffusionTime(data, { widths: [4], steps: 1, runtime });
  await expect(detector.score(ndarray(new Float64Array(2), [1, 2]))).rejects.toThrow(ShapeError);
});
