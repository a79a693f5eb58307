import { ArgumentError, edm, exact, gaussian, gaussianMixture, normal, uniformSphere, vp } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { denoisingDimension } from "./denoising-dimension.ts";
import { flipd } from "./flipd.ts";
import { localPca } from "./local-pca.ts";
import { normalBundle } from "./normal-bundle.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm();
const d = 8;
const k = 3;
const variances = Array.from({ length: d }, (_, j) => (j < k ? 1 + j : 0));
const plane = exact(gaussian({ mean: new Array(d).fill(0.5), covariance: variances }), process);
const points = plane.density.sample(40, 1);
const doubles = ndarray(Float64Array.from(points.data), points.shape);
const timeOf = (sigma: number) => process.timeOfLogSnr(-2 * Math.log(sigma));

describe("an affine Gaussian of dimension 3 in 8", () => {
  test("d - k singular values are 1, the others small", async () => {
    const sigma = 0.05;
    const { dimension, singularValues } = await normalBundle(plane, doubles, {
      time: timeOf(sigma),
      draws: 400,
      runtime,
    });
    expect([...dimension.data]).toEqual(new Array(40).fill(k));
    // Along normals the score is -z / sigma.
    const normals = singularValues.data.filter((_, i) => i % d < d - k);
    const meanSquare = normals.reduce((sum, value) => sum + value ** 2, 0) / normals.length;
    const standardError = Math.sqrt(2 / (400 * 40 * (d - k)));
    expect(Math.abs(meanSquare - 1)).toBeLessThan(4 * standardError);
    expect(Math.max(...singularValues.data.filter((_, i) => i % d >= d - k))).toBeLessThan(0.2);
  });

  test("FLIPD is its closed form, exactly and by probes, on another process too", async () => {
    for (const model of [plane, exact(plane.density, vp())]) {
      const time = model === plane ? timeOf(0.3) : 0.2;
      const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
      const { data } = await flipd(model, doubles, { time, runtime });
      const expected = Array.from({ length: 40 }, (_, i) => {
        let sum = d;
        for (const [j, v] of variances.entries()) {
          const noisy = alpha ** 2 * v + sigma ** 2;
          const away = alpha * (doubles.data[i * d + j]! - 0.5);
          sum += sigma ** 2 * ((away / noisy) ** 2 - 1 / noisy);
        }
        return sum;
      });
      for (const [i, value] of data.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-9);
      // The Hessian is diagonal, so signs estimate its trace without error.
      const probed = await flipd(model, doubles, { time, probes: 1, runtime });
      for (const [i, value] of probed.data.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-9);
    }
    const small = await flipd(plane, doubles, { time: timeOf(0.005), runtime });
    for (const value of small.data) expect(Math.abs(value - k)).toBeLessThan(1e-3);
  });

  test("the denoising loss tends to k: sum of v / (v + sigma^2) on average over the data", async () => {
    const sigma = 0.5;
    const { dimension, standardError } = await denoisingDimension(plane, plane.density.sample(400, 3), {
      time: timeOf(sigma),
      draws: 16,
      runtime,
    });
    const expected = variances.reduce((sum, v) => sum + v / (v + sigma ** 2), 0);
    const mean = dimension.data.reduce((sum, value) => sum + value, 0) / 400;
    const spread = Math.sqrt(dimension.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 399 / 400);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * spread);
    expect(spread).toBeLessThan(0.05 * expected);
    for (const error of standardError.data) expect(error).toBeGreaterThan(0);
  });

  test("local PCA finds k, of rows of the data and of others", () => {
    const data = plane.density.sample(1000, 5);
    for (const x of [plane.density.sample(20, 5), plane.density.sample(20, 6)]) {
      const { dimension, variances: shares } = localPca(data, x);
      expect([...dimension.data]).toEqual(new Array(20).fill(k));
      expect(shares.data[0]).toBe(1);
    }
  });
});

test("a mixture of a line and a plane, far apart: each point has the dimension of its own part", async () => {
  const model = exact(
    gaussianMixture({
      means: [new Array(6).fill(-10), new Array(6).fill(10)],
      covariances: [
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
      ],
    }),
    process,
  );
  const x = model.density.sample(30, 2);
  const expected = Array.from({ length: 30 }, (_, i) => (x.data[6 * i]! < 0 ? 1 : 2));
  expect(new Set(expected).size).toBe(2);
  const options = { time: timeOf(0.05), runtime };
  expect([...(await normalBundle(model, x, options)).dimension.data]).toEqual(expected);
  for (const [i, value] of (await flipd(model, x, options)).data.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThan(0.1);
  const loss = await denoisingDimension(model, x, { ...options, draws: 200 });
  for (const [i, value] of loss.dimension.data.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThan(5 * loss.standardError.data[i]!);
});

test("local PCA of fewer neighbours than a row has numbers: columns of zeros change nothing", () => {
  const narrow = normal([200, 10], { seed: 3 });
  const wide = ndarray(new Float64Array(200 * 20), [200, 20]);
  for (const [i, value] of narrow.data.entries()) wide.data[Math.floor(i / 10) * 20 + (i % 10)] = value;
  const [small, large] = [narrow, wide].map((data) => localPca(data, data, { neighbours: 15 }));
  expect([...large!.dimension.data]).toEqual([...small!.dimension.data]);
  for (const [i, value] of large!.variances.data.entries())
    expect(value).toBeCloseTo(i % 20 < 10 ? small!.variances.data[Math.floor(i / 20) * 10 + (i % 20)]! : 0, 10);
});

test("a sphere of dimension 4 in 16", async () => {
  const model = exact(uniformSphere({ dimension: 4, ambient: 16 }), process);
  const x = model.density.sample(10, 1);
  const options = { time: timeOf(0.01), runtime };
  expect([...(await normalBundle(model, x, options)).dimension.data]).toEqual(new Array(10).fill(4));
  for (const value of (await flipd(model, x, options)).data) expect(Math.abs(value - 4)).toBeLessThan(0.01);
});

test("what cannot be", async () => {
  const line = exact(gaussian({ mean: [0] }), process);
  await expect(normalBundle(line, normal([3, 1], { seed: 1 }))).rejects.toThrow(ArgumentError);
  await expect(normalBundle(plane, points, { draws: 4 })).rejects.toThrow(/two draws for each of 8/);
  await expect(flipd(plane, points, { time: 2 })).rejects.toThrow(/expected a time/);
  await expect(flipd(plane, normal([3, 5], { seed: 1 }))).rejects.toThrow(/points of shape \[n, 8\]/);
  await expect(denoisingDimension(plane, points, { draws: 0 })).rejects.toThrow(/draws/);
  expect(() => localPca(points, points, { neighbours: 50 })).toThrow(/to the 40 rows/);
});
