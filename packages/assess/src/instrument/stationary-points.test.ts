import { edm, exact, gaussianMixture } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { stationaryPoints } from "./stationary-points.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm();
const timeOf = (sigma: number) => process.timeOfLogSnr(-2 * Math.log(sigma));

describe("three modes on a line of the plane", () => {
  const model = exact(
    gaussianMixture({
      means: [
        [-3, 0],
        [0, 0],
        [3, 0],
      ],
      covariances: [0.25, 0.25, 0.25],
    }),
    process,
  );

  test("modes and the saddles between them, and which start leads where", async () => {
    const starts = model.density.sample(60, 1);
    const found = await stationaryPoints(model, starts, { time: timeOf(0.1), saddles: true, runtime });
    expect(found.points.map(({ kind }) => kind)).toEqual(["mode", "mode", "mode", "saddle", "saddle"]);
    const places = found.points.map(({ point }) => point);
    for (const point of places) expect(Math.abs(point[1]!)).toBeLessThan(1e-3);
    const modes = places
      .slice(0, 3)
      .map(([x]) => x!)
      .sort((a, b) => a - b);
    for (const [i, x] of modes.entries()) expect(Math.abs(x - [-3, 0, 3][i]!)).toBeLessThan(0.01);
    const saddles = places
      .slice(3)
      .map(([x]) => x!)
      .sort((a, b) => a - b);
    for (const [i, x] of saddles.entries()) expect(Math.abs(x - [-1.5, 1.5][i]!)).toBeLessThan(0.01);
    // Around a mode far from the others -1 / (v + sigma^2).
    for (const { kind, eigenvalues } of found.points)
      if (kind === "mode") for (const value of eigenvalues) expect(value).toBeCloseTo(-1 / 0.26, 2);
      else expect(eigenvalues[0]! > 0 && eigenvalues[1]! < 0).toBe(true);
    for (const [i, k] of found.basin.entries()) {
      const nearest = [-3, 0, 3].reduce((a, b) =>
        Math.abs(b - starts.data[2 * i]!) < Math.abs(a - starts.data[2 * i]!) ? b : a,
      );
      expect(Math.abs(places[k]![0]! - nearest)).toBeLessThan(0.1);
    }
    expect(found.points.reduce((sum, point) => sum + point.starts, 0)).toBe(60);
  });

  test("under noise beyond half their distance they are one", async () => {
    const found = await stationaryPoints(model, model.density.sample(20, 2), { time: timeOf(4), runtime });
    expect(found.points.length).toBe(1);
    expect(found.points[0]).toMatchObject({ kind: "mode", starts: 20 });
  });
});

test("a ring of modes has a minimum in its middle", async () => {
  const corner = [0, 1, 2, 3].map((k) => [2 * Math.cos((k * Math.PI) / 2), 2 * Math.sin((k * Math.PI) / 2)]);
  const model = exact(gaussianMixture({ means: corner, covariances: new Array(4).fill(0.2) }), process);
  const found = await stationaryPoints(model, model.density.sample(40, 1), {
    time: timeOf(0.2),
    saddles: true,
    runtime,
  });
  const kinds = found.points.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "mode").length).toBe(4);
  expect(kinds.filter((kind) => kind === "saddle").length).toBe(4);
  expect(kinds.at(-1)).toBe("minimum");
  expect(Math.hypot(...found.points.at(-1)!.point)).toBeLessThan(1e-3);
});

test.each([20, 80])("in %s dimensions, without Newton's method", async (d) => {
  const means = [new Array(d).fill(0), new Array(d).fill(0).fill(2, 0, 4)];
  const variances = Array.from({ length: d }, (_, j) => 0.1 + (j % 4) / 8);
  const model = exact(gaussianMixture({ means, covariances: [variances, variances] }), process);
  const found = await stationaryPoints(model, model.density.sample(12, 1), { time: timeOf(0.3), runtime });
  expect(found.points.map(({ kind }) => kind)).toEqual(["mode", "mode"]);
  for (const { point, eigenvalues } of found.points) {
    const mean = means[point[0]! > 1 ? 1 : 0]!;
    for (const [j, value] of point.entries()) expect(Math.abs(value - mean[j]!)).toBeLessThan(0.05);
    expect(eigenvalues.length).toBe(d > 64 ? 1 : d);
    // The widest direction bends least: -1 / (0.475 + 0.09)
    expect(Math.abs(eigenvalues[0]! + 1 / 0.565)).toBeLessThan(0.1);
  }
});

test("a thin sheet in many dimensions: one mode, found along it too", async () => {
  // Curvatures of 1 / (1 + 0.02^2) and 1 / 0.02^2: gradient ascent would take thousands of steps.
  const variances = Array.from({ length: 100 }, (_, j) => (j < 5 ? 1 : 0));
  const model = exact(gaussianMixture({ means: [new Array(100).fill(0)], covariances: [variances] }), process);
  const found = await stationaryPoints(model, model.density.sample(6, 1), { time: timeOf(0.02), runtime });
  expect(found.points.length).toBe(1);
  expect([...found.basin]).toEqual(new Array(6).fill(0));
  expect(Math.hypot(...found.points[0]!.point)).toBeLessThan(0.04);
});

test("what cannot be", async () => {
  const model = exact(gaussianMixture({ means: [new Array(20).fill(0)] }), process);
  const starts = model.density.sample(2, 1);
  await expect(stationaryPoints(model, starts, { saddles: true })).rejects.toThrow(/at most 16 dimensions/);
  await expect(stationaryPoints(model, starts, { merge: -1 })).rejects.toThrow(/merge/);
  await expect(stationaryPoints(model, ndarray(new Float32Array(2).fill(NaN), [1, 2]))).rejects.toThrow(/shape/);
  const cut = await stationaryPoints(model, starts, { iterations: 1, time: timeOf(0.01), runtime });
  expect([...cut.basin]).toEqual([-1, -1]);
});
