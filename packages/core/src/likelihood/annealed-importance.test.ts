import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { mixtureOf } from "../model/composition/mixture.ts";
import { negate, productOf, temper } from "../model/composition/product.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { annealedImportance } from "./annealed-importance.ts";
import { evaluate } from "./evaluate.case.ts";
import { normalised } from "./normalised.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = gaussianMixture({
  means: [
    [-1.4, -0.35],
    [0.6, 0.15],
  ],
  covariances: [0.15, 0.3],
  weights: [0.3, 0.7],
});

/** A density that is not normalised: exp(start + slope t) times a known one. */
const shifted = (model: ReturnType<typeof exact>, start: number, slope: number): ScoreModel => ({
  ...model,
  logDensity: (x, t) => model.logDensity(x, t).add(t.multiply(slope)).add(start),
});

describe.each([edm(), vp()])("$recipe.kind", (process) => {
  test("log Z of a mixture with a shift that grows with time, at every level, within its standard error", async () => {
    const model = shifted(exact(mixture, process), 3, 5);
    const found = await annealedImportance(model, { chains: 600, levels: 60, runtime, seed: 2 });
    expect(found.times[0]).toBe(process.times.last);
    for (const [k, t] of found.times.entries()) {
      const error = found.logNormaliser[k]! - (3 + 5 * t);
      expect(Math.abs(error), `level ${k}`).toBeLessThan(4 * found.standardError[k]! + 1e-4);
    }
    expect(found.effectiveSampleSize.at(-1)).toBeGreaterThan(200);
    expect(found.standardError.at(-1)).toBeLessThan(0.1);
    // The weighted chains are draws of the mixture: the share of the first mode.
    const weights = found.logWeights.map(Math.exp);
    const total = weights.reduce((sum, w) => sum + w, 0);
    let share = 0;
    for (let i = 0; i < 600; i++) if (found.x.data[2 * i]! < -0.55) share += weights[i]! / total;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / found.effectiveSampleSize.at(-1)!) + 0.03);
  });

  test("normalised, two energies of unknown constants mix with the right weights", async () => {
    const parts = [-1.4, 0.6].map((mean, k) =>
      exact(gaussian({ mean: [mean, mean / 4], covariance: k ? 0.3 : 0.15 }), process),
    );
    const energies = await Promise.all(
      parts.map(async (part, k) => {
        const model = shifted(part, 2 - 5 * k, 4 * k);
        return normalised(model, await annealedImportance(model, { chains: 600, levels: 60, runtime }));
      }),
    );
    const found = mixtureOf(energies, { weights: [0.3, 0.7] });
    const truth = exact(mixture, process);
    const x = mixture.sample(20, 1);
    for (const time of [0.05, 0.3, 0.8]) {
      const [a, b] = [await evaluate(found.denoise, x, time, runtime), await evaluate(truth.denoise, x, time, runtime)];
      for (const [i, value] of b.data.entries()) expect(Math.abs(Number(a.data[i]) - Number(value))).toBeLessThan(0.08);
    }
  });
});

test("log Z of products and powers of Gaussians", async () => {
  const process = edm({ sigmaMin: 0.05 });
  const [a, b] = [
    exact(gaussian({ mean: [0.5], covariance: 0.5 }), process),
    exact(gaussian({ mean: [-0.3] }), process),
  ];
  // log of the integral of prod N(x; m_k, v_k)^e_k, by completing the square.
  const logZ = (e: number, f: number, s2: number): number => {
    const [v, w] = [0.5 + s2, 1 + s2];
    const precision = e / v + f / w;
    const linear = (e * 0.5) / v + (f * -0.3) / w;
    const constant = (e * 0.25) / v + (f * 0.09) / w;
    const logs = e * Math.log(2 * Math.PI * v) + f * Math.log(2 * Math.PI * w);
    return 0.5 * (linear ** 2 / precision - constant - logs + Math.log((2 * Math.PI) / precision));
  };
  for (const [model, e, f] of [
    [productOf([a, b]), 1, 1],
    [temper(a, 2), 2, 0],
    [negate(a, b, { strength: 0.5 }), 1, -0.5],
  ] as const) {
    const found = await annealedImportance(model, { chains: 800, levels: 80, runtime });
    for (const k of [0, 40, 79]) {
      const sigma = process.sigma(found.times[k]!);
      const error = found.logNormaliser[k]! - logZ(e, f, sigma ** 2);
      expect(Math.abs(error), `level ${k}`).toBeLessThan(4 * found.standardError[k]! + 1e-3);
    }
  }
});

test("data of unit variance: every weight is 1, and chains follow from the seed", async () => {
  const model = exact(gaussian({ mean: [0, 0] }), vp());
  const options = { chains: 20, levels: 10, dtype: "float64", runtime } as const;
  const found = await annealedImportance(model, options);
  for (const value of found.logWeights) expect(Math.abs(value)).toBeLessThan(1e-9);
  expect(found.effectiveSampleSize.at(-1)).toBeCloseTo(20, 6);
  for (const value of found.acceptance) expect(value).toBeGreaterThan(0.5);
  expect((await annealedImportance(model, options)).x).toEqual(found.x);
  expect((await annealedImportance(model, { ...options, seed: 1 })).x).not.toEqual(found.x);
});

test("what is refused", async () => {
  const model = exact(mixture, vp());
  const { logDensity: _, ...silent } = model;
  await expect(annealedImportance(silent, { runtime })).rejects.toThrow(/with logDensity/);
  await expect(annealedImportance(model, { chains: 1, runtime })).rejects.toThrow(ArgumentError);
  await expect(annealedImportance(model, { snr: 0, runtime })).rejects.toThrow(/snr/);
  await expect(annealedImportance(model, { signal: AbortSignal.abort(new Error("no")), runtime })).rejects.toThrow(
    "no",
  );
  expect(() => normalised(silent, { times: [1, 0.5], logNormaliser: new Float64Array(2) })).toThrow(/logDensity/);
  expect(() => normalised(model, { times: [1], logNormaliser: new Float64Array(1) })).toThrow(/at least 2 levels/);
});
