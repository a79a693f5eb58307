import { castArray, compile, type NdArray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { sample } from "../sampling/sample.ts";
import { dataset } from "../training/dataset.ts";
import { train } from "../training/train.ts";
import { conditional } from "./conditional.ts";
import type { ScoreModel } from "./score-model.ts";
import { trainedModel } from "./trained.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const means = [-2, 0, 2];

/** A network that has learnt N(means[class], 0.1^2). */
const learnt = async () => {
  const values = normal([600, 1], { seed: 1 });
  const labels = Int32Array.from({ length: 600 }, (_, i) => i % 3);
  for (let i = 0; i < 600; i++) values.data[i] = means[labels[i]!]! + 0.1 * values.data[i]!;
  const network = mlp({ width: 32, depth: 2, classes: 3 });
  return train({ data: dataset(values, labels), process: edm(), network, steps: 1500, batch: 128, runtime }).result;
};

const average = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

test("samples follow the classes, in lists too, for any batch", async () => {
  const model = await learnt();
  for (const [k, mean] of means.entries()) {
    const { data } = await sample(conditional(model, k), { count: 64, seed: 1, runtime });
    // The network is small: it lets some samples stray, but keeps the classes apart on average.
    expect(Math.abs(average(data) - mean)).toBeLessThan(0.3);
  }
  const given = { class: Array.from({ length: 20 }, (_, i) => [2, 0, 1][i % 3]!) };
  const all = await sample(model, { count: 20, seed: 1, given, runtime });
  expect(all.shape).toEqual([20, 1]);
  for (const [k, of] of [2, 0, 1].entries())
    expect(Math.abs(average(all.data.filter((_, i) => i % 3 === k)) - means[of]!)).toBeLessThan(0.5);
  const small = await sample(model, { count: 20, seed: 1, batch: 5, given, runtime });
  for (const [i, x] of small.data.entries()) expect(Math.abs(x - all.data[i]!)).toBeLessThan(1e-4);
});

test("no class is the plain model", async () => {
  const network = mlp({ width: 8, depth: 2, classes: 2 });
  const values = normal([20, 1], { seed: 1 });
  const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
  const model = await train({ data: dataset(values, labels), process: edm(), network, steps: 20, batch: 8, runtime })
    .result;
  const at = async (some: ScoreModel): Promise<NdArray> => {
    const compiled = await compile((x: Tensor, t: Tensor) => some.denoise(x, t), [{ shape: [4, 1] }, { shape: [4] }], {
      runtime,
    });
    return compiled(normal([4, 1], { seed: 2 }), castArray(normal([4], { seed: 3 }), "float32"));
  };
  expect(await at(conditional(model, null))).toEqual(await at(model));
  expect(await at(conditional(model, 1))).not.toEqual(await at(model));
});

test("what cannot be", async () => {
  const network = mlp({ width: 8, depth: 2, classes: 2 });
  const plain = normal([20, 1], { seed: 1 });
  const options = { process: edm(), steps: 1, batch: 4, runtime };
  await expect(train({ ...options, network, data: plain }).result).rejects.toThrow(
    /expected labels for a network of 2/,
  );
  const beyond = Int32Array.from({ length: 20 }, (_, i) => i % 3);
  await expect(train({ ...options, network, data: dataset(plain, beyond) }).result).rejects.toThrow(
    /labels from 0 to 1, found 2 for sample 2/,
  );
  const model = await train({ ...options, network: mlp({ width: 8 }), data: plain }).result;
  expect(() => conditional(model, 0)).toThrow(ArgumentError);
  const known = trainedModel({ ...model, network }, model.parameters, model.shape);
  expect(() => conditional(known, 2)).toThrow(/a class from 0 to 1, or null for none; found 2/);
  expect(() => conditional(known, undefined as never)).toThrow(/null for none; found undefined/);
  expect(() => conditional(known, [0, 1] as never)).toThrow(/given: { class: \[...\] }/);
});
