import { compile, type NdArray, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { exact } from "./exact.ts";
import type { ScoreModel } from "./score-model.ts";
import {
  denoisedFromNoise,
  denoisedFromScore,
  denoisedFromVelocity,
  noise,
  noiseFromDenoised,
  noiseFromScore,
  scheduleAt,
  score,
  scoreFromDenoised,
  scoreFromNoise,
  velocity,
  velocityFromDenoised,
} from "./tweedie.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const processes: [string, Process][] = [
  ["ve", ve()],
  ["vp", vp()],
  ["vp-cosine", vpCosine()],
  ["sub-vp", subVp()],
  ["edm", edm()],
  ["rectified-flow", rectifiedFlow()],
];

const n = 40;
const shape = [2, 3];
const points = normal([n, ...shape], { seed: 1, dtype: "float64" });
const timesOf = ({ times: { first, last } }: Process): NdArray<"float64"> =>
  ndarray(Float64Array.from({ length: n }, (_, i) => first + ((last - first) * i) / (n - 1)));

const evaluate = async <R extends Record<string, Tensor>>(f: (x: Tensor, t: Tensor) => R, x: NdArray, t: NdArray) => {
  const compiled = await compile(
    (x: Tensor, t: Tensor) => ({ ...f(x, t) }),
    [
      { shape: x.shape, dtype: x.dtype },
      { shape: t.shape, dtype: t.dtype },
    ],
    { runtime },
  );
  const result = (await compiled(x, t)) as unknown as Record<keyof R, NdArray<"float64">>;
  await compiled.dispose();
  return result;
};

describe.each(processes)("%s", (_, process) => {
  const t = timesOf(process);
  const deviation = 0.7;
  const model = exact(
    gaussian({ mean: ndarray(new Float64Array(6).fill(0.4), shape), covariance: deviation ** 2 }),
    process,
  );

  test("a Gaussian's score, noise and velocity in closed form", async () => {
    const found = await evaluate(
      (x, t) => ({ score: score(model, x, t), noise: noise(model, x, t), velocity: velocity(model, x, t) }),
      points,
      t,
    );
    for (let i = 0; i < n; i++) {
      const at = t.data[i]!;
      const { alpha, sigma, alphaRate, sigmaRate } = process;
      const variance = (alpha(at) * deviation) ** 2 + sigma(at) ** 2;
      const deviationRate = (alpha(at) * alphaRate(at) * deviation ** 2 + sigma(at) * sigmaRate(at)) / variance;
      for (let j = 6 * i; j < 6 * i + 6; j++) {
        const centred = points.data[j]! - alpha(at) * 0.4;
        const near = (value: number, expected: number) =>
          expect(Math.abs(value - expected)).toBeLessThan(1e-11 * (1 + Math.abs(expected)));
        near(found.score.data[j]!, -centred / variance);
        near(found.noise.data[j]!, (sigma(at) * centred) / variance);
        // The flow carries the quantiles of one marginal to the next: mean and deviation move, the place within stays.
        const expected = alphaRate(at) * 0.4 + deviationRate * centred;
        expect(Math.abs(found.velocity.data[j]! - expected)).toBeLessThan(
          1e-10 * (1 + Math.abs(sigmaRate(at) * centred)),
        );
      }
    }
  });

  test("a model without its own score gives the same by Tweedie's formula", async () => {
    const plain: ScoreModel = { process, shape, denoise: model.denoise };
    for (const quantity of [score, noise, velocity]) {
      const found = await evaluate(
        (x, t) => ({ own: quantity(model, x, t), derived: quantity(plain, x, t) }),
        points,
        t,
      );
      found.own.data.forEach((value, j) => {
        const at = t.data[Math.floor(j / 6)]!;
        // What cancellation leaves of a float64 point, divided as the quantity divides it.
        const divisor = quantity === score ? process.sigma(at) ** 2 : process.sigma(at) / (1 + process.sigmaRate(at));
        expect(Math.abs(found.derived.data[j]! - value)).toBeLessThan(1e-14 / divisor + 1e-12 * Math.abs(value));
      });
    }
  });

  test("every conversion is undone by its inverse", async () => {
    const found = await evaluate(
      (x, t) => {
        const level = scheduleAt(process, t, x);
        const denoised = x.sin().multiply(2);
        const epsilon = noiseFromDenoised(denoised, x, level);
        const gradient = scoreFromDenoised(denoised, x, level);
        return {
          denoised,
          epsilon,
          fromNoise: denoisedFromNoise(epsilon, x, level),
          fromScore: denoisedFromScore(gradient, x, level),
          fromVelocity: denoisedFromVelocity(velocityFromDenoised(denoised, x, level), x, level),
          sameNoise: noiseFromScore(gradient, level),
          sameScore: noiseFromScore(scoreFromNoise(epsilon, level), level),
        };
      },
      points,
      t,
    );
    for (const name of ["fromNoise", "fromScore", "fromVelocity"] as const)
      found[name].data.forEach((value, j) => {
        const alpha = process.alpha(t.data[Math.floor(j / 6)]!);
        expect(Math.abs(value - found.denoised.data[j]!)).toBeLessThan(name === "fromVelocity" ? 1e-9 : 2e-14 / alpha);
      });
    for (const name of ["sameNoise", "sameScore"] as const)
      found[name].data.forEach((value, j) => {
        expect(Math.abs(value - found.epsilon.data[j]!)).toBeLessThan(1e-14 * Math.abs(value));
      });
  });
});

test("rectified flow: the velocity is noise minus data", async () => {
  const process = rectifiedFlow();
  const model = exact(
    gaussian({
      mean: [1, -1],
      covariance: [
        [2, 0.5],
        [0.5, 1],
      ],
    }),
    process,
  );
  const x = normal([n, 2], { seed: 2, dtype: "float64" });
  const found = await evaluate(
    (x, t) => ({ v: velocity(model, x, t), difference: noise(model, x, t).subtract(model.denoise(x, t)) }),
    x,
    timesOf(process),
  );
  found.v.data.forEach((value, i) => {
    expect(Math.abs(value - found.difference.data[i]!)).toBeLessThan(1e-13 * (1 + Math.abs(value)));
  });
});

test("velocity converts also where nothing is left of the data", async () => {
  const level = { alpha: 0, sigma: 1, alphaRate: -1, sigmaRate: 1 };
  const found = await evaluate(
    (x) => ({ back: denoisedFromVelocity(velocityFromDenoised(x.cos(), x, level), x, level), denoised: x.cos() }),
    points,
    ndarray(new Float64Array(n)),
  );
  found.back.data.forEach((value, i) => {
    expect(Math.abs(value - found.denoised.data[i]!)).toBeLessThan(1e-14);
  });
});

test("times that do not fit the samples are named", async () => {
  const model = exact(gaussian({ mean: [0, 0] }), ve());
  const compileWith = (x: number[], t: number[]) =>
    compile((x: Tensor, t: Tensor) => score(model, x, t), [{ shape: x }, { shape: t }], { runtime });
  await expect(compileWith([3, 2], [4])).rejects.toThrow(ShapeError);
  await expect(compileWith([3, 2], [3, 1])).rejects.toThrow(/x \[n, 2\] and t \[n\], found x \[3,2\] and t \[3,1\]/);
  await expect(compileWith([3, 5], [3])).rejects.toThrow(ShapeError);
  await expect(
    compile((x: Tensor, t: Tensor) => scheduleAt(ve(), t, x), [{ shape: [3, 2] }, { shape: [2] }], { runtime }),
  ).rejects.toThrow(/one time per sample/);
});
