import { edm, exact, gaussian } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { identity } from "../operator/identity.ts";
import { posterior, posteriorEach } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const model = exact(gaussian({ mean: [0, 0] }), edm({ sigmaMin: 0.01, sigmaMax: 20 }));
const operator = identity({ input: [2] });
const noise = gaussianNoise({ sigma: 1 });
const ys = ndarray(Float64Array.of(1, -2, 4, 0, -3, 3), [3, 2]);
const common = { runtime, method: "mmps", steps: 12, iterations: 1, seed: 5 } as const;

test("each measurement has its own posterior, and the first the draws that it has alone", async () => {
  const found = await posteriorEach(model, operator, noise, ys, { ...common, draws: 400, batch: 150 });
  expect(found).toHaveLength(3);
  for (const [k, { draws, mean, deviation, misfit }] of found.entries()) {
    expect(draws.shape).toEqual([400, 2]);
    // N(0, 1) seen with noise 1: the posterior is N(y / 2, 1 / 2).
    for (const j of [0, 1]) {
      expect(Math.abs(mean.data[j]! - ys.data[2 * k + j]! / 2)).toBeLessThan(4 * Math.sqrt(0.5 / 400) + 0.05);
      expect(Math.abs(deviation!.data[j]! ** 2 - 0.5)).toBeLessThan(4 * 0.5 * Math.sqrt(2 / 400) + 0.02);
    }
    expect(misfit.ofDraws).toHaveLength(400);
  }
  const alone = await posterior(model, operator, noise, ndarray(ys.data.slice(0, 2)), { ...common, draws: 400 });
  for (const [i, value] of alone.draws.data.entries()) expect(found[0]!.draws.data[i]).toBeCloseTo(value, 4);
  expect(found[0]!.misfit.found).toBeCloseTo(alone.misfit.found, 5);
});

test("populations and points are taken apart by measurement too", async () => {
  const many = await posteriorEach(model, operator, noise, ys, {
    runtime,
    method: "mcgdiff",
    particles: 64,
    steps: 20,
    draws: 100,
  });
  for (const [k, { mean }] of many.entries()) expect(Math.abs(mean.data[0]! - ys.data[2 * k]! / 2)).toBeLessThan(0.45);
  const point = { runtime, method: "pnp-admm", steps: 10 } as const;
  const points = await posteriorEach(model, operator, noise, ys, { ...point, batch: 2 });
  for (const [k, { mean, changes, draws }] of points.entries()) {
    const alone = await posterior(model, operator, noise, ndarray(ys.data.slice(2 * k, 2 * k + 2)), point);
    expect(draws.shape).toEqual([1, 2]);
    for (const j of [0, 1]) expect(mean.data[j]).toBeCloseTo(alone.mean.data[j]!, 5);
    expect(changes).toHaveLength(9);
    for (const [step, change] of alone.changes!.entries()) expect(changes![step]).toBeCloseTo(change, 5);
  }
});

test("what is no list of measurements is refused", async () => {
  const each = (data: typeof ys) => expect(posteriorEach(model, operator, noise, data, common)).rejects;
  await each(ndarray(Float64Array.of(1, 2))).toThrow(ShapeError);
  await each(ndarray(new Float64Array(0), [0, 2])).toThrow(/one or more measurements \[n, 2\], found \[0, 2\]/);
  await expect(posterior(model, operator, noise, ys, common)).rejects.toThrow(/posteriorEach takes many/);
});
