import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { denoising } from "../objective/denoising.ts";
import { geometricNoise, logNormalNoise, type NoiseDistribution } from "../objective/noise-distribution.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { augment } from "./augmentation.ts";
import { batchSource } from "./batches.ts";
import { dataset } from "./dataset.ts";

/** Row i of the data is [i, i + 0.5]. */
const rows = (n: number) =>
  ndarray(
    Float32Array.from({ length: 2 * n }, (_, k) => k / 2),
    [n, 2],
  );
const source = (
  n: number,
  batch: number,
  { seed = 1, accumulate = 1, noiseDistribution = logNormalNoise() as NoiseDistribution } = {},
) =>
  batchSource({
    data: dataset(rows(n)),
    network: {},
    classDropout: 0,
    batch,
    accumulate,
    seed,
    process: edm(),
    objective: denoising({ noiseDistribution }),
  });
const visited = async (n: number, batch: number, from: number, steps: number): Promise<number[]> => {
  const { x } = await source(n, batch)(from, steps);
  const indices = [];
  for (let i = 0; i < x.data.length; i += 2) {
    expect(x.data[i + 1]).toBe(Number(x.data[i]) + 0.5);
    indices.push(Number(x.data[i]));
  }
  return indices;
};

describe("rows", () => {
  for (const [n, batch] of [
    [10, 5],
    [10, 3],
    [7, 16],
    [1, 4],
  ] as const)
    test(`${n} rows in batches of ${batch}: every row once per epoch, in a new order`, async () => {
      const steps = Math.ceil((4 * n) / batch);
      const order = await visited(n, batch, 0, steps);
      const all = Array.from({ length: n }, (_, i) => i);
      const epochs = [0, 1, 2, 3].map((epoch) => order.slice(epoch * n, (epoch + 1) * n));
      for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual(all);
      if (n === 10) expect(new Set(epochs.map(String)).size).toBe(4);
    });
});

describe("inputs depend on the seed and the step alone", () => {
  test("for any blocks that they are made in, and for anything made before", async () => {
    const whole = await source(10, 3)(0, 12);
    const jumping = source(10, 3);
    for (const [from, count] of [
      [7, 5],
      [0, 4],
      [4, 3],
    ] as const) {
      const part = await jumping(from, count);
      for (const key of ["x", "t", "noise"] as const) {
        const each = whole[key].data.length / 12;
        expect(part[key].data, key).toEqual(whole[key].data.slice(from * each, (from + count) * each));
        expect(part[key].shape).toEqual([count, ...whole[key].shape.slice(1)]);
      }
    }
  });

  test("another seed gives other rows, times and noise", async () => {
    const [a, b] = [await source(10, 4)(0, 2), await source(10, 4, { seed: 2 })(0, 2)];
    for (const key of ["x", "t", "noise"] as const) expect(b[key].data).not.toEqual(a[key].data);
  });

  test("steps differ from each other", async () => {
    const { t, noise } = await source(10, 4)(0, 2);
    expect(t.data.slice(4)).not.toEqual(t.data.slice(0, 4));
    expect(noise.data.slice(8)).not.toEqual(noise.data.slice(0, 8));
  });
});

test("shapes", async () => {
  const { x, t, noise } = await source(10, 4)(5, 3);
  expect(x.shape).toEqual([3, 4, 2]);
  expect(noise.shape).toEqual([3, 4, 2]);
  expect(t.shape).toEqual([3, 4]);
});

test("micro-batches cut the samples of a step and change none", async () => {
  const [whole, cut] = [await source(10, 6)(4, 2), await source(10, 6, { accumulate: 3 })(4, 2)];
  for (const key of ["x", "t", "noise"] as const) {
    expect(cut[key].data).toEqual(whole[key].data);
    expect(cut[key].shape).toEqual([6, 2, ...whole[key].shape.slice(2)]);
  }
});

test("noise is standard normal and levels follow their distribution (4 standard errors)", async () => {
  const n = 200 * 64;
  const { t, noise } = await source(10, 64, { noiseDistribution: geometricNoise({ count: 4 }) })(0, 200);
  const mean = (noise.data as Float32Array).reduce((sum, z) => sum + z, 0) / (2 * n);
  const square = (noise.data as Float32Array).reduce((sum, z) => sum + z * z, 0) / (2 * n);
  expect(Math.abs(mean) * Math.sqrt(2 * n)).toBeLessThan(4);
  expect(Math.abs(square - 1) / Math.sqrt(2 / (2 * n))).toBeLessThan(4);
  const counts = new Map<number, number>();
  for (const time of t.data as Float32Array) counts.set(time, (counts.get(time) ?? 0) + 1);
  expect(counts.size).toBe(4);
  for (const count of counts.values()) expect(Math.abs(count - n / 4) / Math.sqrt((n * 3) / 16)).toBeLessThan(4);
});

describe("what the network is conditioned on", () => {
  const labels = Int32Array.from({ length: 10 }, (_, i) => i % 3);
  const labelledSource = (classDropout: number) =>
    batchSource({
      data: dataset(rows(10), labels),
      network: { classes: 3, uniforms: () => 5 },
      classDropout,
      batch: 8,
      accumulate: 1,
      seed: 1,
      process: edm(),
      objective: { ...denoising(), probes: 2 },
    });

  test("each row's class as a one-hot row, uniform draws, and probes apart from the noise", async () => {
    const { x, noise, probes, conditions } = await labelledSource(0)(0, 4);
    expect(conditions.class!.shape).toEqual([4, 8, 3]);
    for (let i = 0; i < 32; i++)
      for (let c = 0; c < 3; c++)
        expect(conditions.class!.data[3 * i + c]).toBe(labels[Number(x.data[2 * i])] === c ? 1 : 0);
    expect(conditions.uniforms!.shape).toEqual([4, 8, 5]);
    expect(new Set(conditions.uniforms!.data as Float32Array).size).toBeGreaterThan(150);
    expect(probes.map(({ shape }) => shape)).toEqual([noise.shape, noise.shape]);
    expect(probes[0]!.data).not.toEqual(probes[1]!.data);
    expect(probes[0]!.data).not.toEqual(noise.data);
  });

  test("a share of the classes is withheld (4 standard errors)", async () => {
    const { conditions } = await labelledSource(0.25)(0, 500);
    const kept = (conditions.class!.data as Float32Array).reduce((sum, value) => sum + value, 0);
    expect(Math.abs(kept - 0.75 * 4000) / Math.sqrt(4000 * 0.25 * 0.75)).toBeLessThan(4);
  });

  test("how images were altered, and the images as they were then", async () => {
    const images = normal([10, 1, 6, 6], { seed: 4 });
    const made = (changes: object) =>
      batchSource({
        data: dataset(images),
        network: {},
        classDropout: 0,
        batch: 4,
        accumulate: 1,
        seed: 1,
        process: edm(),
        objective: denoising(),
        ...changes,
      });
    const augmentation = { probability: 0.5 };
    const [plain, found] = [await made({})(3, 2), await made({ augmentation, accumulate: 2 })(3, 2)];
    expect(plain.conditions.augmentation).toBeUndefined();
    expect(found.conditions.augmentation!.shape).toEqual([4, 2, 9]);
    for (const k of [0, 1]) {
      const part = ndarray((plain.x.data as Float32Array).slice(144 * k, 144 * (k + 1)), [4, 1, 6, 6]);
      const { images: altered, labels } = augment(part, augmentation, { seed: 1, step: 3 + k });
      expect(found.x.data.slice(144 * k, 144 * (k + 1))).toEqual(altered.data);
      expect(found.conditions.augmentation!.data.slice(36 * k, 36 * (k + 1))).toEqual(labels.data);
    }
    expect(found.noise.data).toEqual(plain.noise.data);
  });

  test("samples that are decoded are read ahead, once", async () => {
    const asked: number[] = [];
    const values = dataset(rows(10));
    const read = (wanted: readonly number[]) => {
      asked.push(wanted.length);
      return Promise.resolve(values.read(wanted));
    };
    const inputs = batchSource({
      data: { ...values, read, decodes: true },
      network: {},
      classDropout: 0,
      batch: 3,
      accumulate: 1,
      seed: 1,
      process: edm(),
      objective: denoising(),
    });
    inputs.prefetch(2, 2);
    expect(asked).toEqual([6]);
    expect((await inputs(2, 2)).x.data).toEqual((await source(10, 3)(2, 2)).x.data);
    expect(asked).toEqual([6]);
    await inputs(4, 1);
    expect(asked).toEqual([6, 3]);
  });
});

describe("a part of every batch", () => {
  const images = normal([20, 1, 4, 4], { seed: 5 });
  const common = {
    data: {
      ...dataset(
        images,
        Float32Array.from({ length: 20 }, (_, i) => i % 3),
      ),
      observed: undefined as never,
    },
    network: { classes: 3, uniforms: () => 2 },
    classDropout: 0.4,
    drawObserved: undefined,
    batch: 12,
    accumulate: 1,
    seed: 1,
    process: edm(),
    objective: { ...denoising(), probes: 2 },
  };
  test.each([
    ["drawn alone", {}],
    ["cut from altered images", { augmentation: { probability: 0.8 } }],
    [
      "cut from what is known",
      {
        drawObserved: (x: { shape: readonly number[] }, { step }: { step: number }) =>
          normal([x.shape[0]!, 3], { seed: 9, step }),
      },
    ],
  ])("has the samples, levels and noise of the whole: %s", async (_, changes) => {
    const whole = await batchSource({ ...common, ...changes } as never)(3, 2);
    for (const places of [2, 3])
      for (const accumulate of [1, 2])
        for (let place = 0; place < places; place++) {
          const part = await batchSource({ ...common, ...changes, accumulate, part: { place, places } } as never)(3, 2);
          const mine = 12 / places;
          const leaves = (inputs: typeof whole) => [
            inputs.x,
            inputs.t,
            inputs.noise,
            ...inputs.probes,
            ...Object.values(inputs.conditions),
          ];
          for (const [k, found] of leaves(part).entries()) {
            const all = leaves(whole)[k]!;
            const size = all.data.length / 24;
            const expected = [0, 1].flatMap((step) =>
              Array.from(all.data as Float32Array).slice(
                (12 * step + mine * place) * size,
                (12 * step + mine * (place + 1)) * size,
              ),
            );
            expect(Array.from(found.data as Float32Array)).toEqual(expected);
            expect(found.shape).toEqual([2 * accumulate, mine / accumulate, ...all.shape.slice(2)]);
          }
        }
  });
});
