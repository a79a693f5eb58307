import { edm, exact, gaussian } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import type { PosteriorMethod } from "../method/posterior-method.ts";
import { gaussianNoise } from "../noise/gaussian.ts";
import { matrix } from "../operator/matrix.ts";
import { calibrate } from "./calibrate.ts";
import { mmps } from "./mmps.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const model = exact(gaussian({ mean: [0.5, -0.5, 0], covariance: [1, 0.5, 2] }), edm({ sigmaMin: 0.01, sigmaMax: 30 }));
const operator = matrix({
  input: [3],
  matrix: [
    [1, 0.4, 0],
    [0, 0.3, 0.8],
  ],
});
const noise = gaussianNoise({ sigma: 0.3 });
const options = { problems: 200, runtime, seed: 1 } as const;

test("the posterior itself is calibrated", async () => {
  const { pValue, coverage, statistics, evaluations } = await calibrate(model, operator, noise, {
    ...options,
    method: "exact",
  });
  expect(pValue).toBeGreaterThan(0.01);
  expect(coverage.expected).toBe(0.9);
  expect(Math.abs(coverage.found - 0.9)).toBeLessThan(4 * coverage.standardError);
  expect(statistics.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 8 }, (_, k) => `direction ${k + 1}`),
    "misfit",
  ]);
  for (const { ranks, bins } of statistics) {
    expect(ranks.length).toBe(200);
    expect(bins).toBe(10);
    expect(Math.min(...ranks)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ranks)).toBeLessThanOrEqual(39);
  }
  expect(evaluations).toBe(0);
});

/** A method that is handed another problem than the one that data are made of. */
const mistaken = (
  change: (problem: Parameters<PosteriorMethod["prepare"]>[0]) => Parameters<PosteriorMethod["prepare"]>[0],
) => {
  const method = mmps({ steps: 10, iterations: 3 });
  return { ...method, prepare: (problem, rest) => method.prepare(change(problem), rest) } satisfies PosteriorMethod;
};

describe("mistakes are caught", () => {
  test.each<[string, Parameters<typeof mistaken>[0], "narrow" | "any"]>([
    ["sigma halved", (problem) => ({ ...problem, noise: gaussianNoise({ sigma: 0.1 }) }), "narrow"],
    [
      "the likelihood's sign",
      (problem) => ({
        ...problem,
        operator: { ...operator, adjoint: (y) => operator.adjoint(y).negate() } as typeof operator,
      }),
      "any",
    ],
    [
      "another matrix in place of the adjoint",
      (problem) => ({
        ...problem,
        operator: { ...operator, adjoint: (y) => operator.adjoint(y.flip(1)) } as typeof operator,
      }),
      "any",
    ],
    ["the measurement left out", (problem) => ({ ...problem, noise: gaussianNoise({ sigma: 50 }) }), "any"],
  ])("%s", async (_, change, way) => {
    const found = await calibrate(model, operator, noise, { ...options, method: mistaken(change) });
    expect(found.pValue).toBeLessThan(1e-4);
    if (way === "narrow") expect(found.coverage.found).toBeLessThan(0.85);
  });

  test("and the right one is not", async () => {
    const found = await calibrate(model, operator, noise, { ...options, method: mistaken((problem) => problem) });
    expect(found.pValue).toBeGreaterThan(1e-3);
  });
});

test("truths may be given; what does not fit is refused", async () => {
  const truths = ndarray(new Float64Array(150), [50, 3]);
  const found = await calibrate(model, operator, noise, { method: "exact", truths, runtime, seed: 0 });
  expect(found.problems).toBe(50);
  const of = (more: object) => calibrate(model, operator, noise, { runtime, method: "exact", ...more } as never);
  await expect(of({ problems: 10 })).rejects.toThrow(/at least 50/);
  await expect(of({ draws: 3 })).rejects.toThrow(/at least 9/);
  await expect(of({ method: "red-diff" })).rejects.toThrow(/a method that draws/);
  await expect(of({ method: "tds", particles: 16 })).rejects.toThrow(/as many particles as draws/);
  await expect(of({ truths: ndarray(new Float64Array(100), [50, 2]) })).rejects.toThrow(/a row for each problem/);
});
