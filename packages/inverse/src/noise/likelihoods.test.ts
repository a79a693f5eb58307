/** Likelihoods of noise against sums and integrals. */
import { type NdArray, ndarray, type Tensor, vjp } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { laplaceNoise } from "./laplace.ts";
import { hostLogFactorial, logFactorial } from "./log-factorial.ts";
import { mixedNoise } from "./mixed.ts";
import type { Noise } from "./noise.ts";
import { poissonNoise } from "./poisson.ts";
import { poissonQuantile } from "./poisson-quantile.ts";
import { uniformNoise } from "./uniform.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const column = (values: readonly number[]): NdArray<"float64"> =>
  ndarray(Float64Array.from(values), [values.length, 1]);

/** log p(y | z) of numbers one by one. */
const logDensity = async (noise: Noise, y: readonly number[], z: readonly number[]): Promise<number[]> => {
  const { l } = await evaluated((y, z) => ({ l: noise.logLikelihood(y!, z!) }), [column(y), column(z)], runtime);
  return Array.from(l!.data as Float64Array);
};

const exactLogFactorial = (k: number): number => {
  let sum = 0;
  for (let i = 2; i <= k; i++) sum += Math.log(i);
  return sum;
};

test("log k!", async () => {
  const counts = [0, 1, 2, 5, 7, 8, 20, 170];
  const { l } = await evaluated((k) => ({ l: logFactorial(k!) }), [column(counts)], runtime);
  for (const [i, k] of counts.entries()) {
    expect(l!.data[i]).toBeCloseTo(exactLogFactorial(k), 11);
    expect(hostLogFactorial(k)).toBeCloseTo(exactLogFactorial(k), 11);
  }
});

test("counts by inversion", () => {
  for (const mean of [0, 0.3, 4, 40, 900]) {
    let below = 0;
    for (let k = 0; k < mean + 5; k++) {
      const probability = mean === 0 ? (k === 0 ? 1 : 0) : Math.exp(k * Math.log(mean) - mean - exactLogFactorial(k));
      if (probability > 1e-9) expect(poissonQuantile(below + probability / 2, mean)).toBe(k);
      below += probability;
    }
  }
  expect(poissonQuantile(1 - 2 ** -53, 3)).toBeLessThan(40);
  expect(() => poissonQuantile(0.5, 1e10)).toThrow(/at most 1e9/);
});

describe("poisson", () => {
  const noise = poissonNoise({ gain: 0.5, offset: 1, background: 0.2 });
  const toY = (k: number): number => 0.5 * (k - 0.2) - 1;

  test("is the probability of the count, and sums to 1", async () => {
    for (const z of [-1.5, -0.9, 1.3, 40]) {
      const mean = Math.max(z + 1, 0) / 0.5 + 0.2;
      const counts = Array.from({ length: 200 }, (_, k) => k);
      const found = await logDensity(
        noise,
        counts.map(toY),
        counts.map(() => z),
      );
      for (const k of [0, 1, 7, 8, 9, 60])
        expect(found[k]).toBeCloseTo(k * Math.log(mean) - mean - exactLogFactorial(k), 8);
      expect(found.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 10);
    }
  });

  test("below all counts there is none; without a signal and a background there is 0 alone", async () => {
    expect(await logDensity(noise, [toY(-1)], [1])).toEqual([Number.NEGATIVE_INFINITY]);
    const dark = poissonNoise({ gain: 1 });
    const [none, one] = await logDensity(dark, [0, 1], [0, 0]);
    expect(none).toBeCloseTo(0, 10);
    expect(one).toBe(Number.NEGATIVE_INFINITY);
  });
});

/** The integral of the density over y, by the midpoint rule. */
const integral = async (noise: Noise, z: number, from: number, to: number, n: number): Promise<number> => {
  const ys = Array.from({ length: n }, (_, i) => from + ((i + 0.5) * (to - from)) / n);
  const found = await logDensity(
    noise,
    ys,
    ys.map(() => z),
  );
  return (found.reduce((sum, l) => sum + Math.exp(l), 0) * (to - from)) / n;
};

describe("mixed", () => {
  test("is the sum over counts", async () => {
    for (const [gain, sigma] of [
      [0.5, 0.1],
      [0.1, 0.6],
      [1, 2],
    ] as const) {
      const noise = mixedNoise({ gain, sigma, offset: 1, background: 0.3 });
      const pairs = [
        [-1, -1],
        [0.2, 0.1],
        [3, 2.5],
        [8, 6],
        [-1.2, -0.9],
        [2, 9],
      ] as const;
      const found = await logDensity(
        noise,
        pairs.map(([y]) => y),
        pairs.map(([, z]) => z),
      );
      for (const [i, [y, z]] of pairs.entries()) {
        const mean = Math.max(z + 1, 0) / gain + 0.3;
        let sum = 0;
        for (let k = 0; k < 400; k++) {
          const error = y - (gain * (k - 0.3) - 1);
          sum += Math.exp(k * Math.log(mean) - mean - exactLogFactorial(k) - error ** 2 / (2 * sigma ** 2));
        }
        expect(found[i]).toBeCloseTo(Math.log(sum) - Math.log(sigma) - Math.log(2 * Math.PI) / 2, 8);
      }
    }
  });

  test("integrates to 1", async () => {
    expect(await integral(mixedNoise({ gain: 0.5, sigma: 0.2 }), 2, -3, 14, 4000)).toBeCloseTo(1, 8);
  });

  test("refuses counts that cannot be told apart", () => {
    expect(() => mixedNoise({ gain: 0.001, sigma: 1 })).toThrow(/take gaussianNoise/);
  });
});

test("laplace: closed form, and integrates to 1", async () => {
  const noise = laplaceNoise({ scale: 0.4 });
  expect((await logDensity(noise, [1.2], [1]))[0]).toBeCloseTo(-0.2 / 0.4 - Math.log(0.8), 12);
  expect(await integral(noise, 1, -14, 16, 6000)).toBeCloseTo(1, 4);
});

test("uniform: closed form within the step, and nothing beyond", async () => {
  const noise = uniformNoise({ step: 0.5 });
  expect(await logDensity(noise, [1.24, 1.26], [1, 1])).toEqual([-Math.log(0.5), Number.NEGATIVE_INFINITY]);
});

test.each([
  ["poisson", poissonNoise({ gain: 0.5 }), [0, 2, 30]],
  ["mixed", mixedNoise({ gain: 0.5, sigma: 0.3 }), [0.1, 2.2, 30]],
  ["laplace", laplaceNoise({ scale: 2 }), [0, 2, 30]],
] as const)("the derivative of %s by z", async (_, noise, ys) => {
  const [z, h] = [[0.7, 2.9, 25], 1e-5];
  const { slope } = await evaluated(
    (y, z) => {
      const [l, back] = vjp((z: Tensor) => noise.logLikelihood(y!, z), z!);
      return { slope: back(l.multiply(0).add(1)) as Tensor };
    },
    [column(ys), column(z)],
    runtime,
  );
  const [up, down] = await Promise.all(
    [h, -h].map((step) =>
      logDensity(
        noise,
        ys,
        z.map((value) => value + step),
      ),
    ),
  );
  for (let i = 0; i < 3; i++) expect(slope!.data[i]).toBeCloseTo((up![i]! - down![i]!) / (2 * h), 5);
});
