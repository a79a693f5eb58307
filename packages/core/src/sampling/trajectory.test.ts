import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { ddim } from "./ddim.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { heun } from "./heun.ts";
import { type SampleEvent, sample } from "./sample.ts";
import { sampleTrajectory } from "./trajectory.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const density = gaussianMixture({
  weights: [0.4, 0.6],
  means: [
    [-1, 0],
    [1, 1],
  ],
  covariances: [0.05, 0.05],
});
const model = exact(density, edm());
const row = (states: { data: ArrayLike<number> }, k: number, length: number) =>
  Array.from(states.data).slice(k * length, (k + 1) * length);

describe("all states", () => {
  const options = { count: 7, sampler: ddim({ steps: 6, eta: 1 }), seed: 2, runtime };

  test("run from the prior to the samples, at the grid's times and then 0", async () => {
    const { states, times, evaluations } = await sampleTrajectory(model, options);
    expect(states.shape).toEqual([7, 7, 2]);
    expect(times).toEqual([...options.sampler.grid(edm()), 0]);
    const prior = Array.from(normal([7, 2], { seed: 2, purpose: "prior" }).data, (z) => Math.fround(80 * z));
    expect(row(states, 0, 14)).toEqual(prior);
    expect(row(states, 6, 14)).toEqual(Array.from((await sample(model, options)).data));
    expect(evaluations).toBe(6);
  });

  test("in batches each state is in its place", async () => {
    const { states } = await sampleTrajectory(model, { ...options, batch: 3 });
    const events: SampleEvent[] = [];
    await sample(model, { ...options, batch: 3, onProgress: (event) => events.push(event) });
    for (const [i, { x, firstSample }] of events.entries()) {
      const kept = row(states, 1 + (i % 6), 14).slice(2 * firstSample, 2 * firstSample + 6);
      expect(kept).toEqual(Array.from(x.data as Float32Array).slice(0, kept.length));
    }
  });

  test("progress is reported as by sample", async () => {
    const [ours, theirs]: [SampleEvent[], SampleEvent[]] = [[], []];
    await sampleTrajectory(model, { ...options, batch: 4, onProgress: (event) => ours.push(event) });
    await sample(model, { ...options, batch: 4, onProgress: (event) => theirs.push(event) });
    expect(ours).toEqual(theirs);
    expect(theirs.map((event) => event.evaluations)).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
  });
});

test("every k-th state, and always the first and the last", async () => {
  const options = { count: 2, sampler: heun({ steps: 9 }), dtype: "float64", runtime } as const;
  const all = await sampleTrajectory(model, options);
  expect(all.states.shape[0]).toBe(10);
  expect(all.evaluations).toBe(17);
  for (const [every, kept] of [
    [3, [0, 3, 6, 9]],
    [4, [0, 4, 8, 9]],
    [100, [0, 9]],
  ] as const) {
    const { states, times } = await sampleTrajectory(model, { ...options, every });
    expect(times).toEqual(kept.map((k) => all.times[k]));
    for (const [i, k] of kept.entries()) expect(row(states, i, 4)).toEqual(row(all.states, k, 4));
  }
});

test("states that would not fit are refused before anything is computed, with what would", async () => {
  const options = { count: 1000, sampler: ddim({ steps: 99 }), memoryLimit: 100_000, runtime };
  let steps = 0;
  const trying = sampleTrajectory(model, { ...options, onProgress: () => steps++ });
  // 100 states of 8,000 bytes.
  await expect(trying).rejects.toThrow(/at most 100000 bytes, found 100 states of 1000 samples, 800000 bytes/);
  await expect(trying).rejects.toThrow(ArgumentError);
  expect(steps).toBe(0);
  const { states } = await sampleTrajectory(model, { ...options, every: 10 });
  expect(states.data.byteLength).toBeLessThanOrEqual(100_000);
});

test("no samples, and bad options", async () => {
  const { states, evaluations } = await sampleTrajectory(model, { count: 0, sampler: ddim({ steps: 3 }), runtime });
  expect(states.shape).toEqual([4, 0, 2]);
  expect(evaluations).toBe(0);
  await expect(sampleTrajectory(model, { count: 1, every: 0, runtime })).rejects.toThrow(/every: expected a positive/);
  await expect(sampleTrajectory(model, { count: -1, runtime })).rejects.toThrow(ArgumentError);
  const sampler = dormandPrince() as never;
  await expect(sampleTrajectory(model, { count: 1, sampler, runtime })).rejects.toThrow(/found an adaptive/);
});
