import { compile, constant, grad, type NdArray, ndarray, stopGradient, type Tensor, tanh } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { denoiser } from "../model/trained.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { denoising } from "./denoising.ts";
import { weightings } from "./weighting.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];
const timesOf = ({ times: { first, last } }: Process): number[] =>
  [0.01, 0.2, 0.5, 0.9].map((u) => first + u * (last - first));

/** Data +-s and noise +-1 in all pairings: their mean is the expectation of any quadratic over x_0 ~ N(0, s^2), z. */
const quadrature = (s: number): { x: NdArray<"float64">; noise: NdArray<"float64"> } => ({
  x: ndarray(Float64Array.of(s, s, -s, -s), [4, 1]),
  noise: ndarray(Float64Array.of(1, -1, 1, -1), [4, 1]),
});

const four: { shape: number[]; dtype: "float64" } = { shape: [4, 1], dtype: "float64" };
const fourTimes: { shape: number[]; dtype: "float64" } = { shape: [4], dtype: "float64" };

/** Expected losses of a linear denoiser, D = k x, on N(0, s^2): by weighting, then by time; with d loss / d k. */
const linearLosses = async (process: Process, s: number, k: (t: number) => number, times: readonly number[]) => {
  const compiled = await compile(
    (x: Tensor, t: Tensor, noise: Tensor, factor: Tensor) =>
      weightings.map((weighting) => {
        const objective = denoising({ weighting, sigmaData: s });
        const loss = (f: Tensor) => objective.loss((noisy) => noisy.multiply(f), process, { x, t, noise });
        return [loss(factor), grad(loss)(factor)];
      }),
    [four, fourTimes, four, { shape: [], dtype: "float64" }],
    { runtime },
  );
  const { x, noise } = quadrature(s);
  const results = [];
  for (const t of times) {
    const at = ndarray(new Float64Array(4).fill(t));
    const found = await compiled(x, at, noise, ndarray(Float64Array.of(k(t)), []));
    results.push(found.map(([loss, slope]) => ({ loss: Number(loss!.data[0]), slope: Number(slope!.data[0]) })));
  }
  await compiled.dispose();
  return results;
};

describe("a linear denoiser D = k x on N(0, s^2)", () => {
  for (const process of processes)
    test(`${process.recipe.kind}: each weighting is its definition`, async () => {
      const times = timesOf(process);
      const [s, k] = [0.7, 0.4];
      const results = await linearLosses(process, s, () => k, times);
      for (const [i, t] of times.entries()) {
        const [alpha, sigma, g] = [process.alpha(t), process.sigma(t), process.diffusion(t)];
        const denoised = (k * alpha - 1) ** 2 * s ** 2 + (k * sigma) ** 2;
        // score(x) + z / sigma with score = (alpha k - 1) x / sigma^2, as a combination of x_0 and z.
        const slope = (alpha * k - 1) / sigma ** 2;
        const score = (slope * alpha * s) ** 2 + (slope * sigma + 1 / sigma) ** 2;
        const r = sigma / alpha;
        const expected = {
          edm: ((r ** 2 + s ** 2) / (r * s) ** 2) * denoised,
          "sigma^2": sigma ** 2 * score,
          likelihood: g ** 2 * score,
          "min-snr": Math.min(1 / r ** 2, 5) * denoised,
        };
        for (const [w, weighting] of weightings.entries())
          expect(results[i]![w]!.loss / expected[weighting], `${weighting} at ${t}`).toBeCloseTo(1, 8);
      }
    });

  for (const process of processes)
    test(`${process.recipe.kind}: the exact denoiser minimises every weighting, and its noise has the floor`, async () => {
      const times = timesOf(process);
      const s = 0.7;
      const exactFactor = (t: number) => {
        const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
        return (alpha * s ** 2) / (alpha ** 2 * s ** 2 + sigma ** 2);
      };
      const best = await linearLosses(process, s, exactFactor, times);
      const above = await linearLosses(process, s, (t) => exactFactor(t) * 1.01, times);
      for (const [i, t] of times.entries()) {
        for (const [w, weighting] of weightings.entries()) {
          const { loss, slope } = best[i]![w]!;
          expect(Math.abs(slope) * exactFactor(t), `${weighting} at ${t}`).toBeLessThan(1e-7 * loss);
          expect(above[i]![w]!.loss, `${weighting} at ${t}`).toBeGreaterThan(loss);
        }
        const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
        const floor = (alpha * s) ** 2 / ((alpha * s) ** 2 + sigma ** 2);
        expect(best[i]![1]!.loss / floor).toBeCloseTo(1, 8);
      }
    });

  test("denoising minus explicit score matching is 1/2 (1 / sigma^2 - 1 / (v + sigma^2)), for any model", async () => {
    const process = edm();
    const times = timesOf(process);
    const v = 0.49;
    for (const a of [0, 0.3, 2]) {
      // score = -a x is D = (1 - a sigma^2) x
      const results = await linearLosses(process, 0.7, (t) => 1 - a * process.sigma(t) ** 2, times);
      for (const [i, t] of times.entries()) {
        const variance = process.sigma(t) ** 2;
        const m = v + variance;
        const difference = results[i]![1]!.loss / (2 * variance) - ((a - 1 / m) ** 2 * m) / 2;
        const scale = 1 / variance + a ** 2 * m;
        expect(Math.abs(difference - (1 / variance - 1 / m) / 2)).toBeLessThan(1e-9 * scale);
      }
    }
  });
});

test("the EDM-weighted loss of a zero network is 1 at every level, and no affine network is better", async () => {
  for (const process of processes)
    for (const s of [0.5, 1, 3]) {
      const compiled = await compile(
        (x: Tensor, t: Tensor, noise: Tensor) => {
          const loss = ({ factor, shift }: { factor: Tensor; shift: Tensor }) => {
            const network = {
              recipe: { kind: "affine" },
              learningRate: 1,
              initialise: () => ({}),
              apply: (_: unknown, input: Tensor) => input.multiply(factor).add(shift),
            };
            const denoise = denoiser({ process, network, preconditioning: edmPreconditioning({ sigmaData: s }) });
            const objective = denoising({ sigmaData: s });
            return objective.loss((noisy, time) => denoise({}, noisy, time), process, { x, t, noise });
          };
          const zero = { factor: constant(0, "float64"), shift: constant(0, "float64") };
          return { loss: loss(zero), slope: grad(loss)(zero) };
        },
        [four, fourTimes, four],
        { runtime },
      );
      const { x, noise } = quadrature(s);
      for (const t of timesOf(process)) {
        const { loss, slope } = await compiled(x, ndarray(new Float64Array(4).fill(t)), noise);
        expect(Number(loss.data[0])).toBeCloseTo(1, 9);
        expect(Math.abs(Number(slope.factor.data[0]))).toBeLessThan(1e-7);
        expect(Math.abs(Number(slope.shift.data[0]))).toBeLessThan(1e-7);
      }
      await compiled.dispose();
    }
});

test("on a mixture, moving the exact denoiser along tanh(2 x) lowers no weighting (4 standard errors)", async () => {
  const n = 500;
  const batches = 40;
  const density = gaussianMixture({ weights: [0.3, 0.7], means: [[-1], [0.5]], covariances: [0.04, 0.01] });
  const process = vp();
  const model = exact(density, process);
  const compiled = await compile(
    (x: Tensor, t: Tensor, noise: Tensor) =>
      weightings.map((weighting) =>
        grad((epsilon: Tensor) =>
          denoising({ weighting }).loss(
            (noisy, time) => stopGradient(model.denoise(noisy, time)).add(tanh(noisy.multiply(2)).multiply(epsilon)),
            process,
            { x, t, noise },
          ),
        )(constant(0)),
      ),
    [{ shape: [n, 1] }, { shape: [n] }, { shape: [n, 1] }],
    { runtime },
  );
  const slopes: number[][] = [];
  for (let b = 0; b < batches; b++) {
    const t = ndarray(Float32Array.from({ length: n }, (_, i) => 0.05 + (0.9 * i) / n));
    const results = await compiled(density.sample(n, 1, b * n), t, normal([n, 1], { seed: 2, firstSample: b * n }));
    slopes.push(results.map(({ data }) => Number(data[0])));
  }
  await compiled.dispose();
  for (const [w, weighting] of weightings.entries()) {
    const column = slopes.map((row) => row[w]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / batches;
    const error = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (batches * (batches - 1)));
    expect(Math.abs(mean / error), weighting).toBeLessThan(4);
  }
});

test("the loss is the mean over samples and elements, each at its own time", async () => {
  const process = edm();
  const model = exact(gaussian({ mean: [[0, 0, 0]] }), process);
  const objective = denoising({ weighting: "sigma^2" });
  const compiled = await compile(
    (x: Tensor, t: Tensor, noise: Tensor) =>
      objective.loss((noisy, time) => model.denoise(noisy, time), process, { x, t, noise }),
    [{ shape: [2, 1, 3] }, { shape: [2] }, { shape: [2, 1, 3] }],
    { runtime },
  );
  const x = normal([2, 1, 3], { seed: 1 });
  const noise = normal([2, 1, 3], { seed: 2 });
  const sigmas = [0.5, 2];
  const { data } = await compiled(x, ndarray(Float32Array.from(sigmas, (sigma) => sigma / 80)), noise);
  await compiled.dispose();
  let expected = 0;
  for (let i = 0; i < 6; i++) {
    const sigma = sigmas[Math.floor(i / 3)]!;
    const noisy = x.data[i]! + sigma * noise.data[i]!;
    expected += (noisy / (1 + sigma ** 2) - x.data[i]!) ** 2 / sigma ** 2 / 6;
  }
  expect(Number(data[0]) / expected).toBeCloseTo(1, 5);
});

test("recipe and bad options", () => {
  expect(denoising().recipe).toEqual({
    kind: "denoising",
    weighting: "edm",
    noiseDistribution: { kind: "log-normal", mean: -1.2, deviation: 1.2 },
    sigmaData: 1,
    uncertainty: false,
    logarithm: false,
  });
  expect(() => denoising({ weighting: "snr" as never })).toThrow(ArgumentError);
  expect(() => denoising({ sigmaData: 0 })).toThrow(/sigmaData: expected a positive number, found 0/);
  expect(() => denoising({ sigmaData: Number.POSITIVE_INFINITY })).toThrow(ArgumentError);
  expect(() => denoising({ uncertainty: true, logarithm: true })).toThrow(
    /expected uncertainty or logarithm, found both/,
  );
});

test("logarithm: of the weighted error of each sample, plus 0.001; each weighs one over its error", async () => {
  const process = edm();
  const compiled = await compile(
    (x: Tensor, t: Tensor, noise: Tensor, shift: Tensor) => {
      const objective = denoising({ logarithm: true, weighting: "sigma^2" });
      const loss = (by: Tensor) => objective.loss(() => x.add(by.reshape([2, 1])), process, { x, t, noise });
      return [loss(shift), grad(loss)(shift)];
    },
    [
      { shape: [2, 3], dtype: "float64" },
      { shape: [2], dtype: "float64" },
      { shape: [2, 3], dtype: "float64" },
      { shape: [2], dtype: "float64" },
    ],
    { runtime },
  );
  const x = ndarray(Float64Array.of(2, -2, 2, 0.1, 0.1, -0.1), [2, 3]);
  const shifts = [0.5, -0.02];
  const times = [0.2, 0.6];
  const zero = ndarray(new Float64Array(6), [2, 3]);
  const found = await compiled(x, ndarray(Float64Array.from(times)), zero, ndarray(Float64Array.from(shifts)));
  const factors = times.map((t) => (process.alpha(t) / process.sigma(t)) ** 2);
  const errors = shifts.map((shift, i) => shift ** 2 * factors[i]! + 0.001);
  expect(Number(found[0]!.data[0])).toBeCloseTo((Math.log(errors[0]!) + Math.log(errors[1]!)) / 2, 12);
  for (const [i, shift] of shifts.entries())
    expect(found[1]!.data[i]).toBeCloseTo((shift * factors[i]!) / errors[i]!, 10);
  await compiled.dispose();
});
