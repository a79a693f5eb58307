import { ddim, edm, exact, gaussian, heun } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { poissonNoise } from "../noise/poisson.ts";
import { clipping } from "../operator/clipping.ts";
import { identity } from "../operator/identity.ts";
import { daps } from "./daps.ts";
import { mmps } from "./mmps.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const model = exact(gaussian({ mean: [0, 0] }), edm({ sigmaMin: 0.01, sigmaMax: 20 }));
const operator = identity({ input: [2] });
const noise = gaussianNoise({ sigma: 1 });
const y = ndarray(Float64Array.of(1, -2));
const run = { runtime, draws: 400, steps: 12 } as const;

test("refuses numbers that the noise cannot give, and draws that are not finite", async () => {
  const counts = poissonNoise({ gain: 0.5, offset: 1 });
  const options = { ...run, draws: 1, method: "daps" } as const;
  await expect(posterior(model, operator, counts, y, options)).rejects.toThrow(
    /expected numbers from -1 on.*poisson.*found -2; 1 of 2 are below; set the noise's offset/,
  );
  await expect(posterior(model, operator, noise, y, { ...run, method: "mmps", drwas: 3 } as never)).rejects.toThrow(
    /found drwas.*did you mean draws/,
  );
  const huge = ndarray(Float64Array.of(1e30, 0));
  await expect(posterior(model, operator, noise, huge, { ...run, method: "mmps" })).rejects.toThrow(
    /not finite|expected draws whose measurement is finite/,
  );
});

test("mean, deviation and misfit are those of the draws; the misfit stands beside what noise allows", async () => {
  const { draws, mean, deviation, misfit, evaluations } = await posterior(model, operator, noise, y, {
    ...run,
    method: "mmps",
    iterations: 2,
  });
  expect(draws.shape).toEqual([400, 2]);
  // N(0, 1) seen with noise 1: the posterior is N(y / 2, 1 / 2).
  for (const j of [0, 1]) {
    const column = Array.from({ length: 400 }, (_, i) => draws.data[2 * i + j]!);
    const centre = column.reduce((a, b) => a + b) / 400;
    expect(mean.data[j]).toBeCloseTo(centre, 5);
    expect(Math.abs(centre - y.data[j]! / 2)).toBeLessThan(4 * Math.sqrt(0.5 / 400) + 0.05);
    expect(deviation!.data[j]).toBeCloseTo(
      Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 399),
      4,
    );
  }
  expect(misfit.ofDraws.length).toBe(400);
  expect(misfit.allowed).toBeCloseTo(1, 6);
  expect(misfit.found).toBeCloseTo(Math.sqrt(misfit.ofDraws.reduce((sum, value) => sum + value ** 2, 0) / 400), 6);
  expect(evaluations).toBe(23);
});

test("without a method: moment matching where it can, else decoupled annealing", async () => {
  const linear = await posterior(model, operator, noise, y, { runtime, draws: 2 });
  expect(linear.method.kind).toBe("mmps");
  const other = await posterior(model, clipping({ input: [2], low: -1, high: 1 }), noise, y, { runtime, draws: 2 });
  expect(other.method.kind).toBe("daps");
});

test("a guided score takes every sampler", async () => {
  const found = await posterior(model, operator, noise, y, {
    runtime,
    draws: 3,
    method: mmps(),
    sampler: ddim({ steps: 5 }),
  });
  expect(found.evaluations).toBe(5);
});

describe("refusals say what to do", () => {
  test.each([
    [{ method: "mmp" }, /kind among .* did you mean mmps/],
    [{ method: "mmps", stepz: 3 }, /stepz/],
    [
      { method: mmps(), steps: 3 },
      /settings of a made method where it is made, found steps beside it; write mmps\(\{ steps/,
    ],
    [{ method: daps(), sampler: heun() }, /method is a sampler itself; found heun/],
    [{ draws: 0 }, /draws: expected a positive whole number/],
    [{ method: "exact", draws: 1.5 }, /draws/],
  ])("%o", async (options, message) => {
    await expect(posterior(model, operator, noise, y, { runtime, ...options } as never)).rejects.toThrow(message);
  });

  test("an axis of samples, another noise, and a prior that is not known", async () => {
    const wide = ndarray(Float64Array.of(1, 2), [1, 2]);
    await expect(posterior(model, operator, noise, wide, run)).rejects.toThrow(/leave out the axis of samples/);
    await expect(posterior(model, operator, {} as never, y, run)).rejects.toThrow(/a noise such as/);
    const unknown = { process: model.process, shape: model.shape, denoise: model.denoise };
    await expect(posterior(unknown, operator, noise, y, { runtime, method: "exact" })).rejects.toThrow(
      /known mixture of Gaussians/,
    );
    const correlated = gaussianNoise({
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    });
    await expect(posterior(model, operator, correlated, y, { runtime, method: "pigdm" })).rejects.toThrow(
      /Gaussian noise of one deviation/,
    );
  });
});
