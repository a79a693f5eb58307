/**
 * A trained network reaches the conditional distributions of an AR(1), x_t = phi x_{t-1} + sqrt(1 - phi^2) e_t, which are known: of the
 * future given the past, of a gap given both sides, and of all given nothing. The network starts from a line between known values.
 */
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mlp } from "../../network/mlp.ts";
import { denoising } from "../../objective/denoising.ts";
import { logNormalNoise } from "../../objective/noise-distribution.ts";
import { edm } from "../../process/edm.ts";
import { normal } from "../../random/normal.ts";

import { sample } from "../../sampling/sample.ts";
import { unipc } from "../../sampling/unipc.ts";
import { train } from "../../training/train.ts";
import type { TrainedModel } from "../trained.ts";
import { partialPreconditioning } from "./preconditioning.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const [length, phi, series] = [6, 0.8, 20_000];
const draws = 2000;
let model: TrainedModel;

beforeAll(async () => {
  const z = normal([series, length], { seed: 5 }).data;
  const x = new Float32Array(series * length);
  for (let i = 0; i < x.length; i++)
    x[i] = i % length === 0 ? Number(z[i]) : phi * x[i - 1]! + Math.sqrt(1 - phi ** 2) * Number(z[i]);
  model = await train({
    data: ndarray(x, [series, 1, length]),
    process: edm(),
    network: mlp({ width: 96, depth: 3, observed: 2 * length }),
    preconditioning: partialPreconditioning({ shape: [1, length], baseline: "line" }),
    objective: denoising({ noiseDistribution: logNormalNoise({ mean: -0.4, deviation: 1.6 }) }),
    steps: 6000,
    batch: 256,
    knownShare: 0.8,
    learningRate: 5e-3,
    averageDecay: 0.998,
    seed: 0,
    runtime,
  }).result;
}, 600_000);

/** Mean and variance of place t given the known places, of which the nearest on each side matter alone. */
const exact = (
  t: number,
  known: ReadonlyMap<number, number>,
): { readonly mean: number; readonly deviation: number } => {
  const left = [...known.keys()].filter((k) => k < t).at(-1);
  const right = [...known.keys()].find((k) => k > t);
  const past = (steps: number): number => 1 - phi ** (2 * steps);
  if (left === undefined && right === undefined) return { mean: 0, deviation: 1 };
  if (left === undefined || right === undefined) {
    const near = (left ?? right)!;
    const steps = Math.abs(t - near);
    return { mean: phi ** steps * known.get(near)!, deviation: Math.sqrt(past(steps)) };
  }
  const [a, b] = [t - left, right - t];
  const whole = past(a + b);
  return {
    mean: (phi ** a * past(b) * known.get(left)! + phi ** b * past(a) * known.get(right)!) / whole,
    deviation: Math.sqrt((past(a) * past(b)) / whole),
  };
};

const cases: readonly [string, ReadonlyMap<number, number>][] = [
  [
    "a forecast from a low value",
    new Map([
      [0, -0.4],
      [1, -0.9],
      [2, -1.3],
    ]),
  ],
  [
    "a forecast from a high value",
    new Map([
      [0, 0.9],
      [1, 1.6],
      [2, 1.4],
    ]),
  ],
  [
    "a gap",
    new Map([
      [0, 0.3],
      [1, 1.1],
      [5, -0.6],
    ]),
  ],
  [
    "points here and there",
    new Map([
      [1, 0.8],
      [3, -0.5],
    ]),
  ],
  ["nothing", new Map()],
];

test.each(cases)("%s: means within 0.12 deviations and deviations within 12 %%", async (_, known) => {
  const row = new Float32Array(2 * length);
  for (const [t, value] of known) [row[t], row[length + t]] = [value, 1];
  const { data } = await sample(model, {
    count: draws,
    given: { observed: ndarray(row, [2 * length]) },
    sampler: unipc({ steps: 24 }),
    seed: 1,
    runtime,
  });
  for (let t = 0; t < length; t++) {
    const own = Array.from({ length: draws }, (_, i) => Number(data[i * length + t]));
    const mean = own.reduce((a, b) => a + b) / draws;
    const deviation = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / draws);
    const value = known.get(t);
    if (value !== undefined) {
      expect(mean).toBeCloseTo(value, 5);
      expect(deviation).toBeLessThan(1e-4);
      continue;
    }
    const truth = exact(t, known);
    // A standard error is 0.022 of the mean and 0.016 of the deviation.
    expect.soft(Math.abs(mean - truth.mean) / truth.deviation, `mean at ${t}`).toBeLessThan(0.12);
    expect.soft(Math.abs(deviation / truth.deviation - 1), `deviation at ${t}`).toBeLessThan(0.12);
  }
});
