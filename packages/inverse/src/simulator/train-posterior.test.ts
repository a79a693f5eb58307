import { ArgumentError, heun, mlp, perceptron } from "@scorefield/core";
import { ndarray, ShapeError, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calibratePosterior } from "./calibrate-posterior.ts";
import type { PosteriorEstimator } from "./estimator.ts";
import { exactLogDensity, exactPosterior, prior, simulator } from "./linear-problem.case.ts";
import { uniformPrior } from "./prior.ts";
import { type Simulations, simulate } from "./simulate.ts";
import { type PosteriorEvent, trainPosterior } from "./train-posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 2000;
const observation = ndarray(Float64Array.of(1, -0.5, 0.8), [3]);
const network = mlp({ width: 16, depth: 2, observed: 3 });
const sampler = heun({ steps: 10 });
const quick = { members: 2, steps: 100, network, runtime } as const;
let simulations: Simulations;
let estimator: PosteriorEstimator;
beforeAll(async () => {
  simulations = await simulate({ prior, simulator, count: n, seed: 1 });
  const { parameters, data } = simulations;
  estimator = await trainPosterior({ prior, parameters, data, ...quick }).result;
}, 60_000);

test("draws have the mean and the covariance of the exact posterior", async () => {
  const draws = 2000;
  const found = await estimator.draw(observation, { draws, sampler });
  expect(found.shape).toEqual([draws, 2]);
  const { mean, covariance } = exactPosterior(observation);
  // The fit of three slopes and an intercept by n simulations is as uncertain as draws of n / 4 would be.
  const error = Math.sqrt(1 / draws + 4 / n);
  for (const j of [0, 1]) {
    const column = Array.from({ length: draws }, (_, i) => found.data[2 * i + j]!);
    const average = column.reduce((sum, value) => sum + value / draws, 0);
    expect(Math.abs(average - mean[j]!)).toBeLessThan(4 * Math.sqrt(covariance[j]![j]!) * error);
    const variance = column.reduce((sum, value) => sum + (value - average) ** 2 / draws, 0);
    expect(Math.abs(variance / covariance[j]![j]! - 1)).toBeLessThan(4 * Math.SQRT2 * error);
  }
});

test("the log-density is that of the exact posterior", async () => {
  const theta = ndarray(Float64Array.of(0.5, -0.4, 0.8, -0.2, 1, -1), [3, 2]);
  const found = await estimator.logDensity(theta, observation);
  for (const [i, value] of exactLogDensity(theta, observation).entries())
    expect(Math.abs(found[i]! - value)).toBeLessThan(0.2);
  const many = await estimator.logDensity(
    theta,
    ndarray(
      Float64Array.from({ length: 9 }, (_, i) => observation.data[i % 3]!),
      [3, 3],
    ),
  );
  for (const [i, value] of many.entries()) expect(value).toBeCloseTo(found[i]!, 3);
});

test("many observations at once, each with draws of its own", async () => {
  const two = ndarray(Float64Array.of(1, -0.5, 0.8, -1, 0.5, -0.8), [2, 3]);
  const found = await estimator.drawEach(two, { draws: 200, sampler });
  expect(found.shape).toEqual([2, 200, 2]);
  const alone = await estimator.draw(observation, { draws: 200, sampler });
  for (let i = 0; i < 400; i++) expect(found.data[i]).toBeCloseTo(alone.data[i]!, 4);
  const means = [0, 1].map((k) =>
    found.data.slice(400 * k, 400 * (k + 1)).reduce((sum, value, i) => sum + (i % 2 ? 0 : value / 200), 0),
  );
  const { mean } = exactPosterior(observation);
  expect(means[0]).toBeGreaterThan(mean[0]! / 2);
  expect(means[1]).toBeLessThan(-mean[0]! / 2);
});

test("it is calibrated, and one that is too narrow is not", async () => {
  const { parameters, data } = await simulate({ prior, simulator, count: 200, seed: 90 });
  const options = { parameters, data, draws: 39, sampler, names: ["rate", "scale"], seed: 4 };
  const right = await calibratePosterior(estimator, options);
  expect(right.statistics.map(({ name }) => name)).toEqual(["rate", "scale", "distance to a random point"]);
  expect(right.pValue).toBeGreaterThan(0.01);
  expect(Math.abs(right.coverage.found - right.coverage.expected)).toBeLessThan(4 * right.coverage.standardError);
  for (const [i, level] of right.randomPoints.levels.entries())
    expect(Math.abs(right.randomPoints.found[i]! - level)).toBeLessThan(
      4 * Math.sqrt((level * (1 - level)) / 200) + 1e-9,
    );
  const narrow: PosteriorEstimator = {
    ...estimator,
    drawEach: async (observations, how) => {
      const made = await estimator.drawEach(observations, how);
      const [count = 0, draws = 0] = made.shape;
      for (let i = 0; i < count; i++)
        for (let k = 1; k < draws; k++)
          for (const j of [0, 1]) {
            const first = made.data[i * draws * 2 + j]!;
            made.data[(i * draws + k) * 2 + j] = first + (made.data[(i * draws + k) * 2 + j]! - first) / 3;
          }
      return made;
    },
  };
  expect((await calibratePosterior(narrow, options)).pValue).toBeLessThan(1e-3);
  await expect(calibratePosterior(estimator, { ...options, names: ["one"] })).rejects.toThrow(ArgumentError);
  await expect(calibratePosterior({} as never, options)).rejects.toThrow(/expected an estimator/);
});

test("draws keep to bounds, and outside of them there is no density", async () => {
  const bounded = uniformPrior({ low: [0, -1], high: [0.6, 1] });
  const { parameters, data } = await simulate({ prior: bounded, simulator, count: 300, seed: 2 });
  const found = await trainPosterior({ prior: bounded, parameters, data, ...quick }).result;
  const draws = await found.draw(observation, { draws: 300, sampler });
  for (const [i, value] of draws.data.entries())
    expect(value >= [0, -1][i % 2]! && value <= [0.6, 1][i % 2]!).toBe(true);
  const densities = await found.logDensity(ndarray(Float64Array.of(0.3, 0, 0.7, 0), [2, 2]), observation);
  expect(Number.isFinite(densities[0])).toBe(true);
  expect(densities[1]).toBe(Number.NEGATIVE_INFINITY);
});

test("progress, the same numbers for the same seed, and an embedding of the data", async () => {
  const { parameters, data } = simulations;
  const events: PosteriorEvent[] = [];
  const embedding = perceptron({ widths: [8, 4] });
  const options = {
    prior,
    parameters,
    data,
    ...quick,
    members: 1,
    network: mlp({ width: 8, depth: 1, observed: 4 }),
    embedding,
  };
  const [one, other] = [
    await trainPosterior({ ...options, onProgress: (event) => void events.push(event) }).result,
    await trainPosterior(options).result,
  ];
  expect(events.at(-1)).toMatchObject({ member: 0, members: 1, step: 100, steps: 100, share: 1 });
  expect(events.some(({ heldOutLoss }) => heldOutLoss !== undefined)).toBe(true);
  expect(await one.draw(observation, { draws: 5, sampler })).toEqual(
    await other.draw(observation, { draws: 5, sampler }),
  );
});

test("what it cannot take is refused", async () => {
  const { parameters, data } = simulations;
  const options = { prior, parameters, data, ...quick };
  const rejects = (changed: object, message: RegExp | typeof ArgumentError) =>
    expect(trainPosterior({ ...options, ...changed } as never).result).rejects.toThrow(message as RegExp);
  await rejects({ network: mlp({ observed: 2 }) }, /observed to be 3/);
  await rejects({ embedding: perceptron({ widths: [4] }) }, /observed to be 4/);
  await rejects({ members: 0 }, ArgumentError);
  await rejects({ learning: 1 }, ArgumentError);
  await rejects({ data: zeros([3, 3], "float64") }, /expected \[2000, ...\]/);
  await rejects({ parameters: ndarray(new Float64Array(2 * n).fill(Number.NaN), [n, 2]) }, /finite numbers, found NaN/);
  await rejects({ parameters: zeros([10, 2], "float64"), data: zeros([10, 3], "float64") }, /at least 50 simulations/);
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await rejects({ signal: stop.signal }, /enough/);
  await expect(estimator.draw(ndarray(new Float64Array(2), [2]))).rejects.toThrow(ShapeError);
  await expect(estimator.draw(ndarray(new Float64Array(3).fill(Number.NaN), [3]))).rejects.toThrow(/finite/);
  await expect(estimator.draw(observation, { count: 3 } as never)).rejects.toThrow(ArgumentError);
  await expect(estimator.logDensity(zeros([1, 3]), observation)).rejects.toThrow(ShapeError);
});
