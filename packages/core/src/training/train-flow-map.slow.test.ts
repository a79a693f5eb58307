import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { exact } from "../model/exact.ts";
import { gaussianFlowMap } from "../model/flow-map/gaussian-flow-map.ts";
import { odeFlowMap } from "../model/flow-map/ode-flow-map.ts";
import type { TrainedFlowMap } from "../model/flow-map/trained-flow-map.ts";
import { mlp } from "../network/mlp.ts";
import { continuousConsistency } from "../objective/flow-map/continuous-consistency.ts";
import type { FlowMapObjective } from "../objective/flow-map/flow-map-objective.ts";
import { meanFlow } from "../objective/flow-map/mean-flow.ts";
import { progressive } from "../objective/flow-map/progressive.ts";
import { shortcut } from "../objective/flow-map/shortcut.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { sampleFlowMap } from "../sampling/flow-map-samples.ts";
import { heun } from "../sampling/heun.ts";
import { sample } from "../sampling/sample.ts";
import { trainFlowMap } from "./train-flow-map.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm();
const mixture = exact(
  gaussianMixture({
    means: [
      [-1.2, -0.6],
      [1.2, -0.6],
      [0, 1.2],
    ],
    covariances: [0.04, 0.1, 0.2],
  }),
  process,
);
const count = 500;
const initial = normal([count, 2], { seed: 11 });
initial.data.forEach((value, i) => {
  initial.data[i] = value * 80;
});

const distance = (a: NdArray, b: NdArray): number => {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (Number(a.data[i]) - Number(b.data[i])) ** 2;
  return Math.sqrt(sum / a.data.length);
};

const network = mlp({ width: 64, target: true });
const options = { process, network, batch: 256, learningRate: 2e-3, averageDecay: 0.99, seed: 1, runtime };

describe("a map of a mixture of three, whose coordinates have deviation 1", async () => {
  const data = await sample(mixture, { count: 8_000, seed: 0, sampler: heun({ steps: 20 }), runtime });
  const right = await sampleFlowMap(odeFlowMap(mixture, { steps: 48 }), { count, initial, runtime });
  const cases: [string, FlowMapObjective, steps: number, most: number][] = [
    ["meanFlow", meanFlow(), 600, 0.4],
    ["continuousConsistency", continuousConsistency(), 600, 0.4],
    ["shortcut", shortcut(), 1_500, 0.35],
  ];
  for (const [name, objective, steps, most] of cases)
    test(`one step of ${name} is near the exact flow`, async () => {
      const map = await trainFlowMap({ ...options, data, objective, steps }).result;
      expect(distance(await sampleFlowMap(map, { count, initial, runtime }), right)).toBeLessThan(most);
    });
});

test("progressive distillation halves the steps of a Gaussian's sampler, and leads to one", async () => {
  const model = exact(
    gaussian({
      mean: [1, -1],
      covariance: [
        [0.25, 0],
        [0, 1],
      ],
    }),
    process,
  );
  const drawn = normal([4_000, 2], { seed: 2 });
  const data = ndarray(
    drawn.data.map((value, i) => (i % 2 ? -1 + value : 1 + 0.5 * value)) as Float32Array<ArrayBuffer>,
    [4_000, 2],
  );
  const right = await sampleFlowMap(gaussianFlowMap({ mean: [1, -1], deviation: [0.5, 1] }, process), {
    count,
    initial,
    runtime,
  });
  let map: TrainedFlowMap | undefined;
  const found: number[] = [];
  for (const steps of [8, 4, 2, 1]) {
    const from = map === undefined ? { teacher: model } : { teacher: map, start: map };
    map = await trainFlowMap({ ...options, ...from, data, objective: progressive({ steps }), steps: 400 }).result;
    found.push(distance(await sampleFlowMap(map, { count, steps, initial, runtime }), right));
  }
  for (const error of found) expect(error).toBeLessThan(0.15);
});

test("what does not fit is refused", async () => {
  const data = normal([100, 2], { seed: 1 });
  const map = gaussianFlowMap({ mean: [0, 0] }, process);
  const trial = (more: object) => trainFlowMap({ ...options, data, steps: 1, objective: meanFlow(), ...more }).result;
  await expect(trial({ objective: progressive() })).rejects.toThrow(/learns from steps of a teacher, found none/);
  await expect(trial({ teacher: map })).rejects.toThrow(/expected a score model, .* found a flow map/);
  await expect(trial({ teacher: gaussianFlowMap({ mean: [0] }, process), objective: progressive() })).rejects.toThrow(
    /samples \[2\], found \[1\]/,
  );
  const made = await trial({});
  await expect(trial({ start: made, network: mlp({ width: 32, target: true }) })).rejects.toThrow(/take start.network/);
  const other = mlp({ width: 64, target: true, noiseEmbedding: "log" });
  await expect(trial({ start: made, network: other })).rejects.toThrow(/noiseEmbedding "share"/);
});
