import {
  ddim,
  dpmSolver,
  edm,
  edmPreconditioning,
  exact,
  forest,
  gaussianMixture,
  logDensity,
  mixedPreconditioning,
  mlp,
  networkFromRecipe,
  normal,
  sample,
  type TrainedModel,
  train,
  trainedModel,
  uniform,
} from "@scorefield/core";
import { compile, defaultRuntime, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trainForest } from "./train-forest.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const process = edm();
const small = { levels: 12, lowest: 0.05, highest: 20, trees: 20, depth: 4, shrinkage: 0.3, smallestLeaf: 20 };

const denoised = async (model: Pick<TrainedModel, "denoise">, x: NdArray, t: NdArray): Promise<Float64Array> => {
  const f = await compile((x, t) => model.denoise(x, t), [
    { shape: x.shape, dtype: "float64" },
    { shape: t.shape, dtype: "float64" },
  ] as const);
  const { data } = await f(x as NdArray<"float64">, t as NdArray<"float64">);
  await f.dispose();
  return data as Float64Array;
};

test("on many rows of a normal distribution the denoised estimate is near the exact one, at the grid's levels and halfway between them", async () => {
  const deviation = 0.5;
  const rows = ndarray(
    normal([2000, 1], { seed: 1 }).data.map((z) => deviation * z),
    [2000, 1],
  );
  const network = forest({ ...small, smallestLeaf: 50 });
  const model = await trainForest({ data: rows, process, network, seed: 1 }).result;
  const truth = exact(gaussianMixture({ weights: [1], means: [[0]], covariances: [[[deviation ** 2]]] }), process);
  const step = (20 / 0.05) ** (1 / 11);
  // Between two levels the trees of a noise 1.3 times as large or small are used.
  for (const [level, tolerance] of [0, 0.5, 2, 4, 4.5, 6, 6.5, 8, 11].map((k) => [k, k % 1 ? 0.25 : 0.12] as const)) {
    const r = 0.05 * step ** level;
    const n = 400;
    const spread = Math.hypot(deviation, r);
    const x = ndarray(
      normal([n, 1], { seed: 2, dtype: "float64" }).data.map((z) => spread * z),
      [n, 1],
    );
    const t = ndarray(new Float64Array(n).fill(process.timeOfLogSnr(-2 * Math.log(r)) as number));
    const [found, wanted] = [await denoised(model, x, t), await denoised(truth, x, t)];
    // In units of the posterior's deviation, which is how far the data are from their mean.
    const posterior = (deviation * r) / spread;
    const error = Math.sqrt(found.reduce((sum, d, i) => sum + (d - wanted[i]!) ** 2, 0) / n) / posterior;
    expect(error, `noise ${r}`).toBeLessThan(tolerance);
  }
});

// Two normal numbers that depend on a category of two levels.
const layout = { columns: [1, 1, 2], scale: 1 };
const mixedRows = (n: number, seed: number): NdArray<"float32"> => {
  const z = normal([n, 2], { seed }).data;
  const u = uniform([n], { seed, step: 1 }).data;
  const rows = new Float32Array(n * 4);
  for (let i = 0; i < n; i++) {
    const second = u[i]! < 0.3 ? 1 : 0;
    rows.set([(second ? 1.2 : -0.5) + 0.3 * z[2 * i]!, z[2 * i + 1]!, 1 - second, second], 4 * i);
  }
  return ndarray(rows, [n, 4]);
};
const mixed = () => ({
  data: mixedRows(300, 3),
  process,
  network: forest({ ...small, ...layout, duplicates: 20 }),
  preconditioning: mixedPreconditioning(layout),
  seed: 4,
});

test("a mixture of numbers and a category is sampled with the right weights, and the numbers go with the category", async () => {
  const options = mixed();
  const model = await trainForest(options).result;
  const count = 2000;
  const { data } = await sample(model, { count, sampler: ddim({ steps: 24, eta: 1 }), seed: 5 });
  const second = Array.from({ length: count }, (_, i) => data[4 * i + 3]! > data[4 * i + 2]!);
  const share = second.filter(Boolean).length / count;
  const own = options.data.data.filter((_, k) => k % 4 === 3).reduce((a, b) => a + b, 0) / 300;
  // Five standard errors of 2000 samples, and as much again for the trees.
  expect(Math.abs(share - own)).toBeLessThan(10 * Math.sqrt((own * (1 - own)) / count));
  const means = (data: ArrayLike<number>, rows: number, level: number): number => {
    const numbers = Array.from({ length: rows }, (_, i) => i).filter(
      (i) => (data[4 * i + 3]! > data[4 * i + 2]! ? 1 : 0) === level,
    );
    return numbers.reduce((sum, i) => sum + data[4 * i]!, 0) / numbers.length;
  };
  // Half the deviation of the numbers, where the means of the levels are 1.7 apart.
  for (const level of [0, 1])
    expect(Math.abs(means(data, count, level) - means(options.data.data, 300, level))).toBeLessThan(0.15);
});

test("the same seed gives the same forest, another seed another; resumed in the middle it ends with the same bits", async () => {
  const options = { ...mixed(), network: forest({ ...small, ...layout, levels: 4, duplicates: 5 }) };
  const bits = ({ parameters }: TrainedModel) => JSON.stringify(parameters);
  const events = [];
  const training = trainForest({ ...options, heldOut: mixedRows(50, 9) });
  for await (const event of training) events.push(event);
  const model = await training.result;
  expect(events.map(({ step, steps, share }) => [step, steps, share])).toEqual(
    [1, 2, 3, 4].map((step) => [step, 4, step / 4]),
  );
  for (const { loss, heldOutLoss } of events) expect(heldOutLoss!).toBeGreaterThan(0.9 * loss);
  const again = await trainForest({ ...options, resume: events[1]!.checkpoint }).result;
  expect(bits(again)).toBe(bits(model));
  expect(bits(await trainForest({ ...options, seed: 5 }).result)).not.toBe(bits(model));
  const rebuilt = trainedModel(
    { ...options, network: networkFromRecipe(JSON.parse(JSON.stringify(options.network.recipe))) },
    model.parameters,
    model.shape,
  );
  const how = { count: 20, sampler: dpmSolver({ steps: 5 }), seed: 1 };
  expect(await sample(rebuilt, how)).toEqual(await sample(model, how));
});

test("what needs a derivative, or another trainer, is refused with a sentence", async () => {
  const options = { ...mixed(), network: forest({ ...small, ...layout, levels: 2, trees: 2, duplicates: 2 }) };
  const model = await trainForest(options).result;
  await expect(logDensity(model, mixedRows(3, 1))).rejects.toThrow(/constant between the thresholds.*such as mlp/);
  await expect(train({ ...options, steps: 1 }).result).rejects.toThrow(/found forest; grow it with trainForest/);
  await expect(trainForest({ ...options, network: mlp() }).result).rejects.toThrow(/expected a forest, found mlp/);
  await expect(trainForest({ ...options, preconditioning: edmPreconditioning() }).result).rejects.toThrow(
    /mixedPreconditioning of its columns and scale/,
  );
  await expect(trainForest({ ...options, duplicates: 3 } as never).result).rejects.toThrow(/duplicates/);
  await expect(trainForest({ ...options, data: mixedRows(1, 1) }).result).rejects.toThrow(/at least 2 rows/);
  await expect(
    trainForest({ ...options, network: forest({ ...layout, levels: 2, duplicates: 1e6 }) }).result,
  ).rejects.toThrow(/fewer duplicates/);
  const stopped = new AbortController();
  const training = trainForest({ ...options, signal: stopped.signal, onProgress: () => stopped.abort() });
  await expect(training.result).rejects.toThrow(/abort/i);
});
