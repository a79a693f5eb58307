import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { mixtureOf } from "../model/composition/mixture.ts";
import { conditional } from "../model/conditional.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { eulerMaruyama } from "../sampling/euler-maruyama.ts";
import { sample } from "../sampling/sample.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { dataset } from "../training/dataset.ts";
import { train } from "../training/train.ts";
import { superpose } from "./superpose.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("superpose", runtime);

const means = [
  [-3, -3],
  [2, 1],
];
const count = 2000;

/** Without their own densities or scores, as networks are. */
const silent = ({ process, shape, denoise }: ScoreModel): ScoreModel => ({ process, shape, denoise });

test.each([edm({ sigmaMin: 0.02, sigmaMax: 200 }), vp()])(
  "$recipe.kind: the samples of the mixture that knows its densities, up to the estimate's error",
  async (process) => {
    const models = means.map((mean, k) => exact(gaussian({ mean, covariance: k ? 0.5 : 1.5 }), process));
    const weights = [0.2, 0.8];
    const found = await superpose(models.map(silent), { weights, count, steps: 300, seed: 3, runtime });
    const sampler = { ...eulerMaruyama({ steps: 300 }), denoiseLast: false };
    const known = await sample(mixtureOf(models, { weights }), { count, sampler, seed: 3, runtime });
    const differences = Array.from(found.data, (value, i) => Math.abs(value - known.data[i]!)).sort((a, b) => a - b);
    expect(differences[count]).toBeLessThan(0.1);
  },
);

test("two classes of one network make their union, in the shares asked for, and the third stays out", async () => {
  const [values, centres] = [normal([3000, 2], { seed: 1 }), [-2, 0, 2]];
  const labels = Int32Array.from({ length: 3000 }, (_, i) => i % 3);
  for (let i = 0; i < 6000; i++) values.data[i] = 0.3 * values.data[i]! + centres[labels[i >> 1]!]!;
  const network = mlp({ width: 48, depth: 3, classes: 3 });
  const trained = await train({
    data: dataset(values, labels),
    process: edm(),
    network,
    steps: 2000,
    batch: 128,
    runtime,
  }).result;
  const both = [conditional(trained, 0), conditional(trained, 2)];
  const { data } = await superpose(both, { count: 600, weights: [1, 3], steps: 200, runtime });
  const counts = [0, 0, 0];
  for (let i = 0; i < 600; i++) counts[Math.abs(data[2 * i]!) < 1 ? 1 : data[2 * i]! < 0 ? 0 : 2]!++;
  expect(counts[1]).toBeLessThan(12);
  // The networks' own error in the densities comes on top of chance.
  expect(Math.abs(counts[0]! / 600 - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 600) + 0.05);
});

test("what is refused", () => {
  const model = exact(gaussian({ mean: [0] }), edm());
  expect(() => superpose([], { count: 1 })).toThrow(/at least one/);
  expect(() => superpose([model], { count: 1, weights: [-1] })).toThrow(/positive weights/);
  expect(() => superpose([model], { count: 1, steps: 0 })).toThrow(/steps/);
});
