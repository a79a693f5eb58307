import { fromNested, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussianNoise } from "./gaussian.ts";
import { laplaceNoise } from "./laplace.ts";
import { mixedNoise } from "./mixed.ts";
import { noiseSuite } from "./noise.case.ts";
import type { Noise } from "./noise.ts";
import { noiseFromText, noiseKinds } from "./noises.ts";
import { poissonNoise } from "./poisson.ts";
import { ricianMean } from "./rician.case.ts";
import { ricianNoise } from "./rician.ts";
import { uniformNoise } from "./uniform.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const covariance = [
  [2, 0.5, 0, 0.1],
  [0.5, 1, 0.2, 0],
  [0, 0.2, 0.5, 0],
  [0.1, 0, 0, 1],
];

/** How to make each, and the mean of y given z where it is not z. */
const all: Readonly<Record<string, readonly [() => Noise, ((z: number) => number)?]>> = {
  Gaussian: [() => gaussianNoise({ sigma: 0.3 })],
  "Gaussian, a deviation for each number": [
    () => gaussianNoise({ deviations: ndarray(Float64Array.of(1, 2, 0.5, 0.1)) }),
  ],
  "Gaussian of a covariance": [() => gaussianNoise({ covariance: fromNested(covariance, "float64") })],
  Laplace: [() => laplaceNoise({ scale: 0.4 })],
  Poisson: [() => poissonNoise({ gain: 0.2 })],
  "Poisson with offset and background": [() => poissonNoise({ gain: 0.01, offset: 1, background: 3 })],
  mixed: [() => mixedNoise({ gain: 0.1, sigma: 0.2 })],
  "mixed with offset and background": [() => mixedNoise({ gain: 0.5, offset: 1, background: 0.2, sigma: 0.1 })],
  uniform: [() => uniformNoise({ step: 0.25 })],
  Rician: [() => ricianNoise({ sigma: 0.8 }), ricianMean(0.8, 0)],
  "Rician with offset": [() => ricianNoise({ sigma: 0.2, offset: -0.5 }), ricianMean(0.2, -0.5)],
};

for (const [name, [make, mean]] of Object.entries(all)) noiseSuite(name, make, runtime, mean);

test("every kind is in the suite", () => {
  const kinds = new Set(Object.values(all).map(([make]) => make().kind));
  expect(noiseKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test("a noise of a text", () => {
  expect(noiseFromText("gaussian:0.05").sigma).toBe(0.05);
  expect(noiseFromText("gaussian:sigma=0.05").recipe).toEqual(gaussianNoise({ sigma: 0.05 }).recipe);
  expect(noiseFromText("poisson:0.1,offset=1").recipe).toEqual(poissonNoise({ gain: 0.1, offset: 1 }).recipe);
  expect(noiseFromText("rician:0.2,offset=1").recipe).toEqual(ricianNoise({ sigma: 0.2, offset: 1 }).recipe);
  expect(noiseFromText("gaussian:covariance=[[1,0],[0,1]]").kind).toBe("gaussian");
  expect(() => noiseFromText("gaussian")).toThrow(/expected one of sigma, deviations and covariance/);
  expect(() => noiseFromText("gausian:1")).toThrow(/did you mean gaussian/);
});
