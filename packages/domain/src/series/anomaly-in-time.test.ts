/** Windows are scored with a model that knows one shape: what differs from it is odd, and where it differs. */
import { edm, normal, type ScoreModel, unipc } from "@scorefield/core";
import { constant, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { anomalyInTime } from "./anomaly-in-time.ts";
import { seriesCodec } from "./series-codec.ts";
import type { SeriesModel } from "./series-model.ts";

const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);
afterAll(() => runtime.dispose());

const length = 16;
const shape = Float32Array.from({ length }, (_, t) => Math.sin((2 * Math.PI * t) / length));

/** Whatever the noise, a window is the one shape. */
const model: ScoreModel = {
  process: edm(),
  shape: [1, length],
  conditions: { observed: { shape: [2 * length] } },
  denoise: (x) => x.multiply(0).add(constant(ndarray(shape, [1, 1, length]))),
};
const codec = seriesCodec(
  { kind: "series", means: [0], deviations: [1], floors: [null], logs: [null], covariates: 0, missing: true },
  [1, length],
);
const run: SeriesModel = { model, codec, sampler: unipc({ steps: 4 }) };

const windowsOf = (n: number, seed: number, bump: number) => {
  const z = normal([n, length], { seed, dtype: "float64" }).data;
  return ndarray(
    z.map((value, i) => shape[i % length]! + 0.1 * value + (bump > 0 && i % length === bump ? 1 : 0)),
    [n, 1, length],
  );
};

test("windows like those of training score about 1; a bump scores more, and its place is found", async () => {
  const training = windowsOf(200, 1, 0);
  const usual = await anomalyInTime(run, training, windowsOf(100, 2, 0), { draws: 1 });
  const mean = usual.scores.reduce((a, b) => a + b) / 100;
  // The mean of 1,600 squares over that of 3,200: a standard error of 0.043.
  expect(Math.abs(mean - 1)).toBeLessThan(0.17);
  const odd = await anomalyInTime(run, training, windowsOf(20, 3, 5), { draws: 1 });
  for (let i = 0; i < 20; i++) {
    expect(odd.scores[i]).toBeGreaterThan(3);
    const own = Array.from(odd.errors.data.subarray(i * length, (i + 1) * length));
    expect(own.indexOf(Math.max(...own))).toBe(5);
  }
});

test("missing values count as no error, and a run that is not of series is refused", async () => {
  const training = windowsOf(50, 1, 0);
  const holes = windowsOf(2, 4, 0);
  holes.data[3] = Number.NaN;
  const { errors, scores } = await anomalyInTime(run, training, holes, { draws: 1 });
  expect(errors.data[3]).toBe(0);
  expect(scores.every(Number.isFinite)).toBe(true);
  await expect(anomalyInTime({ ...run, model: { ...model, conditions: {} } }, training, holes)).rejects.toThrow(
    /a run on series/,
  );
});

test("levels are the reader's choice, and must be above 0", async () => {
  const training = windowsOf(50, 1, 0);
  const { scores } = await anomalyInTime(run, training, windowsOf(50, 2, 0), { draws: 1, levels: [0.1] });
  const mean = scores.reduce((a, b) => a + b) / 50;
  // The mean of 800 squares over that of 800: a standard error of 0.07.
  expect(Math.abs(mean - 1)).toBeLessThan(0.28);
  for (const levels of [[], [0], [Number.NaN], "1"])
    await expect(anomalyInTime(run, training, training, { levels } as never)).rejects.toThrow(/levels: expected/);
  await expect(anomalyInTime(run, training, training, { level: 1 } as never)).rejects.toThrow(/level/);
});
