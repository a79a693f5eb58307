import {
  ArgumentError,
  convolutional,
  dataset,
  edm,
  featureNetworkFromRecipe,
  normal,
  perceptron,
  ve,
} from "@scorefield/core";
import { glyphs } from "@scorefield/domain";
import {
  compile,
  flattenTree,
  isNdArray,
  type NdArray,
  ndarray,
  ShapeError,
  softmax,
  type Tensor,
} from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { type Classifier, classifier } from "./classifier.ts";
import { accuracy, mapBatches, predictClasses } from "./predict.ts";
import { trainClassifier } from "./train-classifier.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Two classes N(-1, 1) and N(1, 1) on the line, in turn. */
const twoNormals = (count: number, seed: number) => {
  const x = normal([count, 1], { seed });
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  for (let i = 0; i < count; i++) x.data[i]! += labels[i] ? 1 : -1;
  return dataset(x, labels);
};

const probabilities = async ({ logits }: Classifier, x: NdArray<"float32">, t?: NdArray<"float32">) => {
  const specs = [{ shape: x.shape }, ...(t ? [{ shape: t.shape }] : [])];
  const compiled = await compile((x: Tensor, t?: Tensor) => softmax(logits(x, t), 1), specs, { runtime });
  const { data } = await compiled(...([x, ...(t ? [t] : [])] as NdArray[]));
  await compiled.dispose();
  return data as Float32Array;
};

const points = [-2, -1, -0.3, 0, 0.5, 1.5];

test("finds Bayes' answer between two normal distributions", async () => {
  const trained = await trainClassifier({
    data: twoNormals(20_000, 1),
    network: perceptron({ widths: [16] }),
    steps: 1500,
    seed: 2,
    runtime,
  });
  const found = await probabilities(trained, ndarray(Float32Array.from(points), [points.length, 1]));
  // log p(1 | x) - log p(0 | x) = 2 x; with 20,000 rows a logit's standard error is about 0.02 in the middle.
  for (const [i, x] of points.entries())
    expect(Math.abs(found[2 * i + 1]! - 1 / (1 + Math.exp(-2 * x)))).toBeLessThan(0.03);
});

test("of noisy samples: the answer blurs with the noise", async () => {
  const process = ve({ sigmaMin: 0.1, sigmaMax: 10 });
  const losses: number[] = [];
  const trained = await trainClassifier({
    data: twoNormals(20_000, 1),
    process,
    network: perceptron({ widths: [48, 48], noiseFeatures: 16 }),
    steps: 3000,
    batch: 256,
    seed: 2,
    runtime,
    onProgress: ({ loss }) => losses.push(loss),
  });
  expect(losses).toHaveLength(30);
  for (const time of [0.2, 0.6, 0.9]) {
    const t = ndarray(new Float32Array(points.length).fill(time));
    const compiled = await compile((t: Tensor) => process.sigma(t), [{ shape: [points.length] }], { runtime });
    const sigma = Number((await compiled(t)).data[0]);
    await compiled.dispose();
    const x = points.map((point) => point * Math.sqrt(1 + sigma ** 2));
    const found = await probabilities(trained, ndarray(Float32Array.from(x), [x.length, 1]), t);
    for (const [i, value] of x.entries())
      expect(Math.abs(found[2 * i + 1]! - 1 / (1 + Math.exp((-2 * value) / (1 + sigma ** 2))))).toBeLessThan(0.06);
  }
  expect(() => trained.logits(undefined as never)).toThrow();
  await expect(predictClasses(trained, normal([3, 1], { seed: 0 }), { runtime })).rejects.toThrow(/expected times/);
});

test("on a process whose times lie far above the data: as good at little noise as at much", async () => {
  // Two classes N(-0.2, 0.05^2) and N(0.2, 0.05^2): with edm, uniform times see them apart in 1 of 400 draws.
  const narrow = normal([20_000, 1], { seed: 1 });
  const labels = Int32Array.from({ length: 20_000 }, (_, i) => i % 2);
  for (let i = 0; i < 20_000; i++) narrow.data[i] = 0.05 * narrow.data[i]! + (labels[i] ? 0.2 : -0.2);
  const process = edm();
  const trained = await trainClassifier({
    data: dataset(narrow, labels),
    process,
    network: perceptron({ widths: [48, 48], noiseFeatures: 16 }),
    steps: 2000,
    seed: 2,
    runtime,
  });
  for (const sigma of [0.01, 0.1, 0.3, 1]) {
    const variance = 0.05 ** 2 + sigma ** 2;
    const x = [-2, -1, -0.5, 0, 0.5, 1, 2].map((u) => u * Math.sqrt(variance + 0.2 ** 2));
    const t = ndarray(new Float32Array(x.length).fill(process.timeOfLogSnr(-2 * Math.log(sigma))));
    const found = await probabilities(trained, ndarray(Float32Array.from(x), [x.length, 1]), t);
    for (const [i, value] of x.entries())
      expect(
        Math.abs(found[2 * i + 1]! - 1 / (1 + Math.exp((-0.4 * value) / variance))),
        `sigma ${sigma}`,
      ).toBeLessThan(0.08);
  }
});

test("a convolutional network classifies glyphs, and is rebuilt from recipe and parameters", async () => {
  const draw = glyphs({ size: 12 });
  const { images, labels } = draw(1500, 0);
  const network = convolutional({ width: 8, features: 32 });
  const trained = await trainClassifier({
    data: dataset(images, labels.data),
    network,
    steps: 400,
    batch: 64,
    seed: 3,
    runtime,
  });
  const fresh = draw(300, 1);
  const found = await accuracy(trained, fresh.images, fresh.labels.data, { batch: 128, runtime });
  // Chance is 0.1 +- 0.017.
  expect(found).toBeGreaterThan(0.6);
  const rebuilt = classifier(
    { network: featureNetworkFromRecipe(JSON.parse(JSON.stringify(network.recipe))), classes: 10, shape: [1, 12, 12] },
    trained.parameters,
  );
  expect(await accuracy(rebuilt, fresh.images, fresh.labels.data, { batch: 128, runtime })).toBe(found);
  const features = await mapBatches((x) => trained.features(x), fresh.images, { batch: 128, runtime });
  expect(features.shape).toEqual([300, 32]);
  // Rows of the last batch, which reaches back, equal the rows of a separate batch.
  const alone = await mapBatches((x) => trained.features(x), fresh.images, { batch: 300, runtime });
  for (const i of [0, 9000, 9599]) expect(features.data[i]).toBeCloseTo(alone.data[i]!, 4);
});

test("the same for the same seed", async () => {
  const options = { data: twoNormals(100, 1), network: perceptron({ widths: [4] }), steps: 20, runtime };
  const [a, b, c] = await Promise.all([0, 0, 1].map((seed) => trainClassifier({ ...options, seed })));
  const leaves = ({ parameters }: Classifier) => flattenTree<NdArray>(parameters, isNdArray).leaves;
  expect(leaves(a!)).toEqual(leaves(b!));
  expect(leaves(a!)).not.toEqual(leaves(c!));
});

test("signals of one axis and volumes are taken, with the noise level", () => {
  const network = convolutional({ width: 8, noiseFeatures: 4 });
  for (const shape of [
    [2, 33],
    [1, 9, 10, 5],
  ])
    expect(() => network.initialise(shape, 0)).not.toThrow();
  expect(() => network.initialise([5], 0)).toThrow(ShapeError);
});

test("bad input is named", async () => {
  const data = twoNormals(10, 0);
  const { labels: _, ...unlabelled } = data;
  await expect(trainClassifier({ data: unlabelled, runtime })).rejects.toThrow(/a label for every sample/);
  await expect(trainClassifier({ data, classes: 1, runtime })).rejects.toThrow(/from 0 to 0, found 1 for sample 1/);
  await expect(trainClassifier({ data, steps: 0, runtime })).rejects.toThrow(ArgumentError);
  await expect(trainClassifier({ data, step: 5, runtime } as never)).rejects.toThrow(/unknown option step/);
  await expect(trainClassifier({ data: [[0, 1]], runtime } as never)).rejects.toThrow(/expected a dataset/);
  await expect(trainClassifier({ data, network: "perceptron", runtime } as never)).rejects.toThrow(/network such as/);
  await expect(trainClassifier({ data, process: "edm", runtime } as never)).rejects.toThrow(/process such as/);
  await expect(trainClassifier({ data, network: perceptron({ noiseFeatures: 4 }), runtime })).rejects.toThrow(
    /process/,
  );
  expect(() => convolutional({ width: 9 })).toThrow(/multiple of 8/);
  expect(() => perceptron({ widths: [] })).toThrow(ArgumentError);
});
