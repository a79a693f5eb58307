import { ArgumentError, edm, exact, gaussianMixture, normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { curlMap, integrability } from "./integrability.ts";
import { jacobians } from "./jacobian.ts";
import { rotation } from "./rotation.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = exact(
  gaussianMixture({
    means: [
      [-1, 0, 0.5],
      [1, 2, 0],
    ],
    covariances: [
      [
        [1, 0.3, 0],
        [0.3, 0.5, 0.1],
        [0, 0.1, 0.4],
      ],
      0.2,
    ],
  }),
  edm(),
);
const points = normal([30, 3], { seed: 1, dtype: "float64" });

test("a Gaussian's Jacobian is minus its precision; a rotation's has its rate off the diagonal", async () => {
  const { data, shape } = await jacobians(rotation(0.25, 3), points, { runtime, batch: 7 });
  expect(shape).toEqual([30, 3, 3]);
  const expected = [-1, -0.25, 0, 0.25, -1, 0, 0, 0, -1];
  for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected[i % 9]!, 12);
});

test.each(["exact", 3] as const)("an exact model has none but rounding (probes: %s)", async (probes) => {
  const found = await integrability(mixture, points, { time: 0.005, probes, runtime });
  for (const value of [...found.asymmetry.data, ...found.denoiserAsymmetry.data]) expect(value).toBeLessThan(1e-12);
  expect(found.overall.asymmetry).toBeLessThan(1e-12);
});

test("a rotation of rate w in the plane has w / sqrt(1 + w^2); by probes too, without error", async () => {
  // In the plane (J - J^T) v and J v have the same length for all signs v.
  for (const probes of ["exact", 1] as const)
    for (const rate of [0.1, 1, 10]) {
      const x = normal([5, 2], { seed: 2, dtype: "float64" });
      const time = 0.01;
      const { asymmetry, denoiserAsymmetry, overall } = await integrability(rotation(rate), x, {
        time,
        probes,
        runtime,
      });
      const expected = rate / Math.hypot(1, rate);
      const square = (80 * time) ** 2;
      const denoiser = (square * rate) / Math.hypot(1 - square, square * rate);
      for (const value of [...asymmetry.data, overall.asymmetry]) expect(value).toBeCloseTo(expected, 10);
      for (const value of [...denoiserAsymmetry.data, overall.denoiserAsymmetry])
        expect(value).toBeCloseTo(denoiser, 10);
    }
});

test("in many dimensions probes find what the exact Jacobian has, to four standard errors", async () => {
  const size = 20;
  const model = rotation(2, size);
  const x = normal([200, size], { seed: 3 });
  // |J - J^T|^2 = 8 rate^2, |J|^2 = size + 2 rate^2
  const expected = Math.sqrt((8 * 4) / (size + 2 * 4)) / 2;
  const { overall } = await integrability(model, x, { probes: "exact", runtime });
  expect(overall.asymmetry).toBeCloseTo(expected, 5);
  // For signs |J v|^2 = size + rate^2 (v_1^2 + v_2^2) = size + 2 rate^2 without error.
  const probed = await integrability(model, x, { probes: 2, runtime });
  expect(probed.overall.asymmetry).toBeCloseTo(expected, 4);
});

test("the curl of a rotation is twice its rate, the curl of an exact model 0", async () => {
  const grid = { x: [-1, 0, 2], y: [0, 1], runtime };
  const { data, shape } = await curlMap(rotation(0.7), grid);
  expect(shape).toEqual([2, 3]);
  for (const value of data) expect(value).toBeCloseTo(1.4, 12);
  const planar = exact(
    gaussianMixture({
      means: [
        [0, 0],
        [1, 1],
      ],
      covariances: [0.3, [1, 0.2]],
    }),
    edm(),
  );
  for (const value of (await curlMap(planar, { ...grid, time: 0.002 })).data)
    expect(Math.abs(value)).toBeLessThan(1e-12);
});

test("what cannot be", async () => {
  await expect(integrability(mixture, ndarray(new Float32Array(0), [0, 3]))).rejects.toThrow(/at least one point/);
  await expect(integrability(mixture, points, { probes: 1.5 })).rejects.toThrow(/probes/);
  await expect(curlMap(mixture, { x: [0], y: [0] })).rejects.toThrow(ArgumentError);
});
