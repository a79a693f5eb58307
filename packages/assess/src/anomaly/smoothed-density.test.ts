import { edm, exact, gaussian, gaussianMixture, normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { smoothedDensity } from "./smoothed-density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const rows = ndarray(Float64Array.of(0, 0, 0, 1, -1, 0.5, 3, 3, 3, -6, 0, 2), [4, 3]);

/** The mean over log r from 0.2 to 5 of a function of r, by the midpoint rule. */
const meanOverLevels = (f: (r: number) => number): number => {
  const n = 2000;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(0.2 * 25 ** ((i + 0.5) / n)) / n;
  return sum;
};

describe("smoothedDensity", () => {
  test("of normal data: minus the log-density with variance 1 + r^2, averaged; shares by element", async () => {
    const model = exact(gaussian({ mean: [0, 0, 0] }), edm());
    const detector = smoothedDensity(model, { levels: 32, runtime });
    const shares = await detector.shares(rows);
    const scores = await detector.score(rows);
    for (const [k, share] of shares.data.entries()) {
      const x = rows.data[k]!;
      const wanted = meanOverLevels((r) => x ** 2 / (2 * (1 + r * r)) + 0.5 * Math.log(2 * Math.PI * (1 + r * r)));
      expect(Math.abs(share - wanted)).toBeLessThan(0.01 + 0.01 * Math.abs(wanted));
    }
    for (const [i, score] of scores.data.entries())
      expect(score).toBeCloseTo(
        shares.data.subarray(3 * i, 3 * i + 3).reduce((a, b) => a + b, 0),
        9,
      );
  });

  test("of a mixture of unit scale, and by fewer directions than elements", async () => {
    const means = [
      [-0.8, -0.8, 0.8],
      [0.8, 0.8, -0.8],
    ];
    const covariance = [
      [0.36, 0, 0],
      [0, 0.36, 0],
      [0, 0, 0.36],
    ];
    const model = exact(gaussianMixture({ weights: [0.5, 0.5], means, covariances: [covariance, covariance] }), edm());
    const logDensity = (x: ArrayLike<number>, r: number) => {
      const variance = 0.36 + r * r;
      const terms = means.map((mean) => {
        const square = mean.reduce((sum, value, j) => sum + (x[j]! - value) ** 2, 0);
        return Math.log(0.5) - square / (2 * variance) - 1.5 * Math.log(2 * Math.PI * variance);
      });
      return Math.log(terms.reduce((sum, term) => sum + Math.exp(term), 0));
    };
    const scores = await smoothedDensity(model, { levels: 32, runtime }).score(rows);
    for (const [i, score] of scores.data.entries()) {
      const x = rows.data.subarray(3 * i, 3 * i + 3);
      const wanted = meanOverLevels((r) => -logDensity(x, r));
      expect(Math.abs(score - wanted)).toBeLessThan(0.02 + 0.01 * Math.abs(wanted));
    }
    // An orthonormal direction drawn at random has, in the mean over seeds, a third of the trace.
    const one = await Promise.all(
      Array.from({ length: 20 }, (_, seed) =>
        smoothedDensity(model, { levels: 32, directions: 1, seed, runtime }).score(rows),
      ),
    );
    for (const [i, score] of scores.data.entries()) {
      const found = one.map(({ data }) => data[i]!);
      const mean = found.reduce((a, b) => a + b, 0) / 20;
      const error = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19 / 20);
      expect(Math.abs(mean - score)).toBeLessThan(4 * error + 1e-3);
    }
  });

  test("far rows are more anomalous; other shapes and options are refused", async () => {
    const model = exact(gaussian({ mean: [0, 0, 0] }), edm());
    const data = normal([300, 3], { seed: 1 });
    const far = ndarray(
      data.data.map((value) => value + 4),
      [300, 3],
    );
    const [near, beyond] = await Promise.all(
      [data, far].map((x) => smoothedDensity(model, { levels: 8, runtime }).score(x as NdArray)),
    );
    expect(Math.max(...near!.data)).toBeLessThan(Math.max(...beyond!.data));
    await expect(smoothedDensity(model).score(ndarray(new Float64Array(4), [2, 2]))).rejects.toThrow(/shape \[3\]/);
    expect(() => smoothedDensity(model, { lowest: 3, highest: 2 })).toThrow(/lowest < highest/);
    expect(() => smoothedDensity(model, { lowest: 1e-9 })).toThrow(/noise from/);
    expect(() => smoothedDensity(model, { directions: 4 })).toThrow(/at most 3 directions/);
    expect(() => smoothedDensity(model, { level: 4 } as never)).toThrow(/level/);
  });
});
