import { ArgumentError, mlp } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { exactPosterior, prior, simulator } from "./linear-problem.case.ts";
import { uniformPrior } from "./prior.ts";
import { type SequentialEvent, sequentialPosterior } from "./sequential-posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const observation = ndarray(Float64Array.of(1, -0.5, 0.8), [3]);
const quick = {
  simulator,
  observation,
  rounds: 2,
  regionDraws: 100,
  outside: 0.01,
  members: 1,
  steps: 50,
  network: mlp({ width: 16, depth: 2, observed: 3 }),
  runtime,
} as const;

test("the second round simulates where the posterior is, and the posterior stays right", async () => {
  const count = 200;
  const wide = uniformPrior({ low: [-10, -10], high: [10, 10] });
  const events: SequentialEvent[] = [];
  const work = sequentialPosterior({ ...quick, prior: wide, count, onProgress: (event) => void events.push(event) });
  const { estimator, simulations, regions } = await work.result;
  expect(simulations.parameters.shape).toEqual([2 * count, 2]);
  expect(regions).toHaveLength(1);
  const later = simulations.parameters.data.slice(2 * count);
  // The likelihood has deviations below 1/2, and a uniform prior adds nothing to it.
  expect(later.every((value) => Math.abs(value) < 6)).toBe(true);
  expect(events.at(-1)).toMatchObject({ round: 1, rounds: 2, simulations: 2 * count, share: 1 });
  const draws = await estimator.draw(observation, { draws: 500 });
  // Without a prior the mean is the least-squares solution of A theta = x, here about (1.24, -0.54).
  const mean = [0, 1].map((j) => draws.data.reduce((sum, value, i) => sum + (i % 2 === j ? value / 500 : 0), 0));
  expect(Math.abs(mean[0]! - 1.245)).toBeLessThan(0.35);
  expect(Math.abs(mean[1]! + 0.54)).toBeLessThan(0.35);
});

test("a prior that only draws is drawn from until it is in the region", async () => {
  const { within: _, ...plain } = prior;
  const { estimator, regions } = await sequentialPosterior({ ...quick, prior: plain, count: 200 }).result;
  expect(regions[0]!.box).toBeGreaterThan(0);
  expect(regions[0]!.box).toBeLessThan(1);
  const draws = await estimator.draw(observation, { draws: 500 });
  const { mean, covariance } = exactPosterior(observation);
  for (const j of [0, 1]) {
    const found = draws.data.reduce((sum, value, i) => sum + (i % 2 === j ? value / 500 : 0), 0);
    expect(Math.abs(found - mean[j]!)).toBeLessThan(4 * Math.sqrt(covariance[j]![j]! * (1 / 500 + 4 / 400)));
  }
});

test("what it cannot take is refused", async () => {
  const rejects = (changed: object, message: RegExp | typeof ArgumentError) =>
    expect(sequentialPosterior({ ...quick, prior, count: 100, ...changed } as never).result).rejects.toThrow(
      message as RegExp,
    );
  await rejects({ outside: 0.7 }, /\(0, 0.5\)/);
  await rejects({ count: 0 }, ArgumentError);
  await rejects({ simulating: { batches: 3 } }, ArgumentError);
  await rejects({ simulator: undefined }, /expected a function/);
  await rejects({ onEvent: 1 }, ArgumentError);
  await rejects({ observation: ndarray(new Float64Array(2), [2]) }, /expected one observation \[3\]/);
});
