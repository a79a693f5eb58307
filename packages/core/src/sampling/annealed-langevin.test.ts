import { native } from "@scorefield/tensor/native";
import { varianceErrors, variancePath } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { annealedLangevin, annealingRatio } from "./annealed-langevin.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("annealed-langevin", runtime);

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];

test("from a level to the next y = x / alpha stays: without steps to speak of the data's share is kept", async () => {
  const process = vp();
  const path = await variancePath(annealedLangevin({ levels: 3, stepsPerLevel: 1, snr: 1e-8 }), process, [1], runtime, {
    start: 1,
  });
  const [start, , end] = annealedLangevin({ levels: 3, stepsPerLevel: 1 }).grid(process);
  expect(path.at(-1)![0]! / (process.alpha(end!) / process.alpha(start!)) ** 2).toBeCloseTo(1, 9);
});

test("the default r is the best in the long run of levels on a point of data", async () => {
  const process = edm();
  const levels = 200;
  for (const stepsPerLevel of [2, 5]) {
    const gamma = Math.exp(
      (process.logSnr(process.times.first) - process.logSnr(process.times.last)) / 2 / (levels - 1),
    );
    const best = annealingRatio(gamma, stepsPerLevel);
    const excess = async (snr: number) =>
      (await varianceErrors(annealedLangevin({ levels, stepsPerLevel, snr }), process, [0], runtime))[0]!;
    const least = await excess(best);
    expect(least).toBeLessThan(await excess(best * 1.05));
    expect(least).toBeLessThan(await excess(best / 1.05));
    expect((await varianceErrors(annealedLangevin({ levels, stepsPerLevel }), process, [0], runtime))[0]).toBe(least);
    // Technique 4 of Song & Ermon 2020 looks at one level alone.
    const technique4 = { 2: 0.219, 5: 0.2039 }[stepsPerLevel]!;
    expect(least).toBeLessThan(0.9 * (await excess(technique4)));
  }
});

test("the variance left by the defaults is within 12 % at every scale and process, and falls with the levels", async () => {
  for (const process of processes) {
    const found = await varianceErrors(annealedLangevin(), process, [1, 0.3, 0.03], runtime);
    for (const error of found) {
      expect(error, process.recipe.kind).toBeGreaterThan(0);
      expect(error, process.recipe.kind).toBeLessThan(0.12);
    }
  }
  const [more] = await varianceErrors(annealedLangevin({ levels: 800 }), edm(), [1], runtime);
  const [few] = await varianceErrors(annealedLangevin({ levels: 200 }), edm(), [1], runtime);
  expect(more).toBeLessThan(few! / 1.7);
});

test("levels times steps evaluations and one to denoise", () => {
  const sampler = annealedLangevin({ levels: 10, stepsPerLevel: 4 });
  expect(evaluations(sampler, edm())).toBe(41);
  expect(evaluations(annealedLangevin({ levels: 10, stepsPerLevel: 4, denoiseLast: false }), edm())).toBe(40);
  const grid = sampler.grid(edm());
  expect(grid).toHaveLength(41);
  expect(new Set(grid).size).toBe(10);
});

test("options are checked", () => {
  expect(() => annealedLangevin({ levels: 1 })).toThrow(/levels: expected a whole number of at least 2, found 1/);
  expect(() => annealedLangevin({ stepsPerLevel: 0 })).toThrow(ArgumentError);
  expect(() => annealedLangevin({ snr: -0.1 })).toThrow(/annealedLangevin snr/);
});
