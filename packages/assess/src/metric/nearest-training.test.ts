import { normal } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { closerThanHeldOut, nearestTraining } from "./nearest-training.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("the nearest of all pairs, over several blocks, far from the origin", async () => {
  const d = 5;
  const training = normal([9000, 1, d], { seed: 1 });
  const samples = normal([20, 1, d], { seed: 2 });
  for (const { data } of [training, samples]) for (let i = 0; i < data.length; i++) data[i]! += 100;
  // A copy, and one that is nearly so, in the last block, which reaches back.
  samples.data.set(training.data.subarray(8999 * d), 3 * d);
  samples.data.set(training.data.subarray(17 * d, 18 * d), 4 * d);
  samples.data[4 * d]! += 1e-3;
  const { indices, distances } = await nearestTraining(samples, training, { runtime });
  for (let i = 0; i < 20; i++) {
    let [least, at] = [Number.POSITIVE_INFINITY, -1];
    for (let j = 0; j < 9000; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (samples.data[i * d + k]! - training.data[j * d + k]!) ** 2;
      if (square < least) [least, at] = [square, j];
    }
    expect(indices.data[i]).toBe(at);
    expect(distances.data[i]).toBeCloseTo(Math.sqrt(least), 12);
  }
  expect(distances.data[3]).toBe(0);
});

test("samples of the data's own distribution are as near as held-out rows; copies are nearer", async () => {
  const training = normal([500, 2], { seed: 1 });
  const near = async (seed: number) =>
    (await nearestTraining(normal([300, 2], { seed }), training, { runtime })).distances;
  const heldOut = await near(3);
  // The standard error of the share under equal distributions is sqrt((n + m + 1) / (12 n m)) = 0.024.
  expect(Math.abs(closerThanHeldOut(await near(2), heldOut) - 0.5)).toBeLessThan(5 * 0.024);
  const copies = await nearestTraining(training, training, { runtime });
  expect(Array.from(copies.indices.data)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(closerThanHeldOut(copies.distances, heldOut)).toBe(1);
});

test("the share of nearer pairs by hand, ties counting one half", () => {
  const distances = (...values: number[]) => ndarray(Float64Array.from(values));
  // Of the pairs (1, 1), (1, 3), (2, 1), (2, 3): a tie, nearer, further, nearer.
  expect(closerThanHeldOut(distances(2, 1), distances(1, 3))).toBe(2.5 / 4);
});

test("samples of another shape are refused", async () => {
  const rows = ndarray(new Float32Array(6), [2, 3]);
  await expect(nearestTraining(rows, ndarray(new Float32Array(4), [2, 2]), { runtime })).rejects.toThrow(ShapeError);
  await expect(nearestTraining(rows, ndarray(new Float32Array(0), [0, 3]), { runtime })).rejects.toThrow(ShapeError);
});
