import { ArgumentError, edm, exact, gaussian, gaussianMixture } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, filled } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { rotation } from "./rotation.case.ts";
import { logDensitySurface } from "./surface.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const axis = (low: number, high: number, n: number) =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));

test("of a mixture: its log-density, normalised on the grid, and no path dependence", async () => {
  const model = exact(
    gaussianMixture({
      weights: [1, 2],
      means: [
        [-1, 0],
        [1, 0.5],
      ],
      covariances: [0.3, [0.2, 0.5]],
    }),
    edm(),
  );
  const [x, y] = [axis(-5, 5, 61), axis(-5, 5.2, 50)];
  const time = 0.1 / 80;
  const found = await logDensitySurface(model, { x, y, time, runtime });
  const grid = ndarray(Float64Array.from(y.flatMap((b) => x.flatMap((a) => [a, b]))), [x.length * y.length, 2]);
  const [density] = await evaluate(
    (at, t) => [model.logDensity(at!, t!)],
    [grid, filled(x.length * y.length, time)],
    runtime,
  );
  const { data } = density!;
  expect(found.logDensity.shape).toEqual([50, 61]);
  // The trapezoidal rule's own error is below 1e-6 on so smooth a density.
  for (const [i, value] of found.logDensity.data.entries())
    expect(Math.abs(value - Number(data[i]))).toBeLessThan(1e-4);
  expect(found.pathDependence.share).toBeLessThan(1e-6);
  for (const value of found.circulation.data) expect(Math.abs(value)).toBeLessThan(1e-4);
});

test("of a rotation: the Gaussian under it, 2 rate around every unit of area, and the rotation's share of the field", async () => {
  const rate = 0.5;
  const [x, y] = [axis(-5, 5, 51), axis(-5, 5, 51)];
  const { logDensity, circulation, pathDependence } = await logDensitySurface(rotation(rate), { x, y, runtime });
  for (const value of circulation.data) expect(value).toBeCloseTo(2 * rate * 0.04, 10);
  // Under a density that is the same in all directions a rotation is orthogonal to every gradient.
  for (const [i, value] of logDensity.data.entries()) {
    const [a, b] = [x[i % 51]!, y[Math.floor(i / 51)]!];
    if (Math.hypot(a, b) < 2.5)
      expect(Math.abs(value - (-0.5 * (a * a + b * b) - Math.log(2 * Math.PI)))).toBeLessThan(0.02);
  }
  // E|rotation|^2 = rate^2 E|x|^2
  expect(pathDependence.share).toBeCloseTo(rate / Math.hypot(1, rate), 2);
  const none = await logDensitySurface(rotation(0), { x, y, runtime });
  expect(none.pathDependence.share).toBeLessThan(1e-6);
});

test("a plane through more dimensions", async () => {
  const model = exact(gaussian({ mean: [0, 0, 0, 1], covariance: [1, 2, 3, 4] }), edm());
  const plane = { origin: [0, 0, 0, 1], along: [0, 1, 0, 0], across: [0, 0, 0.5, 0] };
  const [x, y] = [axis(-9, 9, 41), axis(-24, 24, 41)];
  const { logDensity } = await logDensitySurface(model, { x, y, plane, runtime });
  // N(0, 2) along; across, in units of half: N(0, 3 * 4)
  for (const [i, value] of logDensity.data.entries()) {
    const [a, b] = [x[i % 41]!, y[Math.floor(i / 41)]!];
    const expected = -0.5 * (a ** 2 / 2 + b ** 2 / 12) - 0.5 * Math.log(2 * 12) - Math.log(2 * Math.PI);
    expect(Math.abs(value - expected)).toBeLessThan(1e-4);
  }
  await expect(logDensitySurface(model, { x, y })).rejects.toThrow(/expected a plane/);
  await expect(logDensitySurface(model, { x, y, plane: { ...plane, along: [1] } })).rejects.toThrow(/plane.along/);
  await expect(logDensitySurface(rotation(1), { x: [1, 0], y })).rejects.toThrow(ArgumentError);
});
