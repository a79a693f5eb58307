import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { exact } from "../model/exact.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { sampleFlowMap } from "../sampling/flow-map-samples.ts";
import { distilScores } from "./distil-scores.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const covariance = [
  [0.25, 0],
  [0, 1],
];
const teacher = exact(gaussian({ mean: [1, -1], covariance }), edm());
const network = mlp({ width: 32, depth: 2, target: true });

test("a generator of one step has the mean and deviation of its teacher's Gaussian", async () => {
  const training = distilScores({
    teacher,
    network,
    batch: 256,
    learningRate: 2e-3,
    averageDecay: 0.998,
    steps: 3_000,
    seed: 1,
    runtime,
  });
  const map = await training.result;
  expect(map.target).toBe("data");
  const count = 4_000;
  const { data } = await sampleFlowMap(map, { count, seed: 2, runtime });
  for (const k of [0, 1]) {
    const values = Array.from({ length: count }, (_, i) => data[2 * i + k]!);
    const mean = values.reduce((a, b) => a + b) / count;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (count - 1));
    const right = [0.5, 1][k]!;
    expect(Math.abs(mean - [1, -1][k]!)).toBeLessThan(0.1 * right);
    expect(Math.abs(deviation / right - 1)).toBeLessThan(0.15);
  }
});

test("what does not fit is refused", async () => {
  const trial = (more: object) => distilScores({ teacher, network, steps: 1, runtime, ...more }).result;
  await expect(trial({ network: mlp({ width: 8 }) })).rejects.toThrow(/target: true/);
  await expect(trial({ network: mlp({ width: 8, classes: 2, target: true }) })).rejects.toThrow(/without conditions/);
  await expect(trial({ sigmaData: -1 })).rejects.toThrow(/a positive number/);
  await expect(trial({ batch: 0 })).rejects.toThrow(/batch/);
  await expect(trial({ data: 1 })).rejects.toThrow(/data/);
});
