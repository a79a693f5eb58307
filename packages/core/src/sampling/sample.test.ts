import { sampleCovariance, sampleMean, slicedWasserstein } from "@scorefield/assess";
import { type NdArray, type Runtime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { heun } from "./heun.ts";
import { type SampleEvent, sample } from "./sample.ts";
import { evaluations, type Sampler } from "./sampler.ts";

const engine = native({ threads: 1 });
afterAll(() => engine.dispose());

let open = 0;
let loaded = 0;
/** The native runtime, which counts sessions. */
const runtime: Runtime = {
  ...engine,
  load: async (model) => {
    const session = await engine.load(model);
    open++;
    loaded++;
    return {
      ...session,
      dispose: () => {
        open--;
        return session.dispose();
      },
    };
  },
};

const mixture = gaussianMixture({
  weights: [0.2, 0.5, 0.3],
  means: [
    [-1.5, 0],
    [1, 1],
    [0.5, -1.5],
  ],
  covariances: [
    [
      [0.05, 0.03],
      [0.03, 0.1],
    ],
    [0.02, 0.08],
    0.04,
  ],
});
const means = [
  [-1.5, 0],
  [1, 1],
  [0.5, -1.5],
] as const;

/** How often each mode is the nearest; the modes lie six deviations and more apart. */
const modeCounts = ({ data, shape }: NdArray): number[] => {
  const counts = [0, 0, 0];
  for (let i = 0; i < shape[0]!; i++) {
    const squares = means.map(([a, b]) => (Number(data[2 * i]) - a) ** 2 + (Number(data[2 * i + 1]) - b) ** 2);
    counts[squares.indexOf(Math.min(...squares))]!++;
  }
  return counts;
};

describe("samples of an exact mixture", () => {
  const count = 2000;
  const samplers: [Sampler, string][] = [
    [heun({ steps: 40 }), "heun"],
    [eulerMaruyama({ steps: 400 }), "eulerMaruyama"],
  ];
  for (const process of [edm(), vp(), rectifiedFlow()])
    for (const [sampler, name] of samplers)
      test(`${name}, ${process.recipe.kind}: weights and shape are the mixture's`, async () => {
        const samples = await sample(exact(mixture, process), { count, sampler, seed: 3, batch: count, runtime });
        expect(samples.shape).toEqual([count, 2]);
        for (const [k, found] of modeCounts(samples).entries()) {
          const p = mixture.weights[k]!;
          expect(Math.abs(found / count - p) / Math.sqrt((p * (1 - p)) / count), `mode ${k}`).toBeLessThan(4);
        }
        // For comparison, the same distance between sets of exact samples: 20 draws give its mean and deviation.
        const reference = mixture.sample(count, 1000);
        const distance = (set: NdArray) => slicedWasserstein(set, reference, { projections: 32 });
        const floor = Array.from({ length: 20 }, (_, i) => distance(mixture.sample(count, i)));
        const mean = floor.reduce((sum, value) => sum + value, 0) / floor.length;
        const deviation = Math.sqrt(floor.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (floor.length - 1));
        expect((distance(samples) - mean) / deviation).toBeLessThan(4);
      });

  test("any data shape, in float64: moments of a correlated Gaussian on [2, 1, 2]", async () => {
    const factor = [0.9, 0.1, -0.3, 0.2, 0, 0.5, 0.2, 0.1, 0, 0, 0.7, -0.4, 0, 0, 0, 0.3];
    const covariance = Array.from({ length: 4 }, (_, i) =>
      Array.from({ length: 4 }, (_, j) =>
        [0, 1, 2, 3].reduce((s, k) => s + factor[4 * i + k]! * factor[4 * j + k]!, 0),
      ),
    );
    const density = gaussian({ mean: [[[1, -2]], [[0.5, 0]]], covariance });
    const n = 4000;
    const samples = await sample(exact(density, edm({ sigmaMax: 300 })), {
      count: n,
      sampler: heun({ steps: 60 }),
      dtype: "float64",
      runtime,
    });
    expect(samples.dtype).toBe("float64");
    expect(samples.data).toBeInstanceOf(Float64Array);
    expect(samples.shape).toEqual([n, 2, 1, 2]);
    const mean = sampleMean(samples).data;
    for (const [i, expected] of [1, -2, 0.5, 0].entries())
      expect(Math.abs(mean[i]! - expected) / Math.sqrt(covariance[i]![i]! / n)).toBeLessThan(4);
    const found = sampleCovariance(samples).data;
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        const [vi, vj, vij] = [covariance[i]![i]!, covariance[j]![j]!, covariance[i]![j]!];
        expect(Math.abs(found[4 * i + j]! - vij) / Math.sqrt((vi * vj + vij ** 2) / n)).toBeLessThan(4);
      }
  });
});

describe("reproducibility", () => {
  const model = exact(mixture, edm());
  for (const sampler of [heun({ steps: 12 }), eulerMaruyama({ steps: 60 })])
    test(`${sampler.recipe.kind}: sample i depends on the seed and i alone`, async () => {
      const draw = (count: number, batch: number, seed = 5) =>
        sample(model, { count, batch, seed, sampler, runtime }).then(({ data }) => data);
      const all = await draw(7, 7);
      expect(await draw(7, 7), "the same again, bit for bit").toEqual(all);
      // 3 + 3 + 1: the last batch is not full.
      const parts = await draw(7, 3);
      expect(await draw(5, 3), "a shorter run in the same batches, bit for bit").toEqual(parts.slice(0, 10));
      const alone = await draw(7, 1);
      for (const other of [parts, alone])
        for (let i = 0; i < all.length; i++) expect(Math.abs(other[i]! - all[i]!)).toBeLessThan(2e-5);
      expect((await draw(7, 7, 6))[0]).not.toBe(all[0]);
    });

  test("float32 and float64 samples of the same noise differ by rounding alone", async () => {
    // The types draw different noise, so hand the same to both: the model is linear, and zero noise has one outcome.
    const process = { ...edm(), priorDeviation: 0 };
    const options = { count: 3, runtime, sampler: heun() };
    const single = await sample(exact(mixture, process), options);
    const double = await sample(exact(mixture, process), { ...options, dtype: "float64" });
    for (const [i, value] of double.data.entries()) expect(Math.abs(single.data[i]! - value)).toBeLessThan(2e-5);
  });
});

describe("progress and cancellation", () => {
  const model = exact(mixture, vp());

  test("one event per step of every batch, the last at time 0", async () => {
    const events: SampleEvent[] = [];
    const sampler = heun({ steps: 6 });
    const samples = await sample(model, {
      count: 8,
      batch: 3,
      sampler,
      runtime,
      onProgress: (event) => events.push(event),
    });
    expect(events.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(new Set(events.map(({ steps }) => steps))).toEqual(new Set([18]));
    expect(events.map(({ firstSample }) => firstSample)).toEqual(
      Array.from({ length: 18 }, (_, i) => 3 * Math.floor(i / 6)),
    );
    const grid = sampler.grid(model.process);
    expect(events.slice(0, 6).map(({ t }) => t)).toEqual([...grid.slice(1), 0]);
    expect(events[5]!.x.shape).toEqual([3, 2]);
    // Events keep their states: the last of a batch is what is returned.
    expect(samples.data.slice(0, 6)).toEqual(events[5]!.x.data);
    expect(samples.data.slice(12)).toEqual((events[17]!.x.data as Float32Array).slice(0, 4));
    expect(open).toBe(0);
  });

  test("aborting in the middle rejects at the next step with the signal's reason and frees the sessions", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let seen = 0;
    const sampling = sample(model, {
      count: 1000,
      sampler: eulerMaruyama({ steps: 10_000 }),
      signal: controller.signal,
      runtime,
      onProgress: ({ step }) => {
        seen = step;
        if (step === 3) controller.abort(reason);
      },
    });
    await expect(sampling).rejects.toBe(reason);
    expect(seen).toBe(3);
    expect(open).toBe(0);
  });

  test("a timer can abort: the event loop keeps running", async () => {
    const start = performance.now();
    const sampling = sample(model, {
      count: 500,
      sampler: eulerMaruyama({ steps: 100_000 }),
      signal: AbortSignal.timeout(300),
      runtime,
    });
    await expect(sampling).rejects.toThrow(/timeout/i);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(open).toBe(0);
  });

  test("aborted before: nothing is compiled", async () => {
    const before = loaded;
    await expect(sample(model, { count: 1, signal: AbortSignal.abort(), runtime })).rejects.toThrow(/abort/i);
    expect(loaded).toBe(before);
  });

  test("an error in onProgress rejects and frees the sessions", async () => {
    const onProgress = () => {
      throw new Error("mine");
    };
    await expect(sample(model, { count: 1, onProgress, runtime })).rejects.toThrow("mine");
    expect(open).toBe(0);
  });

  test("a denoiser that does not trace frees the step that did", async () => {
    const sampler: Sampler = { ...heun(), step: (_, x) => x };
    const denoise = () => {
      throw new Error("no denoiser");
    };
    await expect(sample({ ...model, denoise }, { count: 1, sampler, runtime })).rejects.toThrow("no denoiser");
    expect(open).toBe(0);
  });
});

describe("borders", () => {
  const model = exact(mixture, edm());

  test("no samples: an empty array, and nothing is compiled", async () => {
    const before = loaded;
    const samples = await sample(model, { count: 0, dtype: "float64", runtime });
    expect(samples).toEqual({ dtype: "float64", shape: [0, 2], data: new Float64Array(0) });
    expect(loaded).toBe(before);
  });

  test("one step is the denoised prior", async () => {
    const density = gaussian({ mean: [3], covariance: 4 });
    const samples = await sample(exact(density, edm()), { count: 5, sampler: heun({ steps: 1 }), seed: 2, runtime });
    const prior = normal([5, 1], { seed: 2, purpose: "prior" }).data;
    for (const [i, z] of prior.entries()) expect(samples.data[i]).toBeCloseTo(3 + (4 * (80 * z - 3)) / (4 + 6400), 4);
  });

  test("the number of model evaluations is as announced, 2 N - 1 for heun", async () => {
    let traced = 0;
    const counting: ScoreModel = {
      ...model,
      score: (x, t) => {
        traced++;
        return model.score(x, t);
      },
      denoise: (x, t) => {
        traced++;
        return model.denoise(x, t);
      },
    };
    for (const sampler of [heun(), eulerMaruyama()]) {
      traced = 0;
      await sample(counting, { count: 1, sampler: { ...sampler, grid: () => [1, 0.5] }, runtime });
      // Traced once each: the step, and the last denoising.
      expect(traced).toBe(sampler.evaluationsPerStep + 1);
    }
    expect(evaluations(heun({ steps: 18 }), edm())).toBe(35);
  });

  test("a sample that is not finite is named", async () => {
    const broken: ScoreModel = { process: edm(), shape: [2], denoise: (x) => x.log() };
    const prior = normal([9, 2], { seed: 1, purpose: "prior" }).data;
    const first = Math.floor(prior.findIndex((z) => z < 0) / 2);
    const options = { count: 9, batch: 1, sampler: heun({ steps: 1 }), seed: 1, runtime };
    const sampling = sample(broken, options);
    await expect(sampling).rejects.toThrow(SamplingError);
    await expect(sampling).rejects.toThrow(`heun: sample ${first} is not finite; take more steps`);
    expect(open).toBe(0);
  });

  test("bad options", async () => {
    for (const bad of [
      { count: -1 },
      { count: 2 ** 32 + 1 },
      { count: 1.5 },
      { count: Number.NaN },
      { count: 2, batch: 0 },
      { count: 2, batch: 0.5 },
    ])
      await expect(sample(model, { ...bad, runtime })).rejects.toThrow(ArgumentError);
    await expect(sample(model, { count: 1, seed: -1, runtime })).rejects.toThrow(/seed/);
    await expect(sample(model, { count: 2 ** 32, runtime })).rejects.toThrow(/at most \d+ samples of shape .* at once/);
    const sampler = heun({ grid: () => [0.5, 0.1] });
    await expect(sample(model, { count: 1, sampler, runtime })).rejects.toThrow(/expected the first time to be 1/);
    expect(open).toBe(0);
  });
});

test("the default batch holds about four million numbers", async () => {
  const shape = [3, 700, 1000];
  const batches: number[] = [];
  const model: ScoreModel = { process: edm(), shape, denoise: (x) => x.multiply(0) };
  const samples = await sample(model, {
    count: 3,
    sampler: heun({ steps: 1 }),
    runtime,
    onProgress: ({ x }) => batches.push(x.shape[0]!),
  });
  expect(batches).toEqual([1, 1, 1]);
  expect(samples.data.length).toBe(3 * sizeOf(shape));
});

test("an element type that no computation has is refused", async () => {
  const model = exact(gaussian({ mean: [0, 0] }), edm());
  for (const dtype of [null, "float16", "int32"] as never[])
    await expect(sample(model, { count: 1, dtype })).rejects.toThrow(/sample: expected dtype to be float32 or float64/);
});
