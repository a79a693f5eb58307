import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { mixtureOf } from "../model/composition/mixture.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { annealedImportance } from "./annealed-importance.ts";
import { evaluate } from "./evaluate.case.ts";
import { normalised } from "./normalised.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("annealedImportance", runtime);

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
