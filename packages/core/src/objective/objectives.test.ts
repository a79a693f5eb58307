import { describe, expect, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { constrained } from "./constrained.ts";
import { meanConstraint } from "./constraint.ts";
import { denoising } from "./denoising.ts";
import { finiteDifference } from "./finite-difference.ts";
import { fokkerPlanck } from "./fokker-planck.ts";
import { implicit } from "./implicit.ts";
import {
  fixedNoise,
  geometricNoise,
  logNormalNoise,
  noiseDistributionFromRecipe,
  noiseDistributionKinds,
  uniformTimes,
} from "./noise-distribution.ts";
import { objectiveFromRecipe, objectiveKinds } from "./objectives.ts";
import { sliced } from "./sliced.ts";

const process = edm();

describe("noiseDistributionFromRecipe", () => {
  test.each([
    uniformTimes(),
    logNormalNoise({ mean: -0.5, deviation: 1 }),
    geometricNoise({ highest: 2, lowest: 0.1, count: 4 }),
  ])("rebuilds $recipe from its JSON, with the same times", (noise) => {
    expect(noiseDistributionKinds).toContain(noise.recipe.kind);
    const rebuilt = noiseDistributionFromRecipe(JSON.parse(JSON.stringify(noise.recipe)));
    expect(rebuilt.recipe).toEqual(noise.recipe);
    for (const u of [0.1, 0.5, 0.9]) expect(rebuilt.time(process, u)).toBe(noise.time(process, u));
  });

  test("refuses unknown kinds and settings", () => {
    expect(() => noiseDistributionFromRecipe({ kind: "lognormal" })).toThrow(
      /log-normal, geometric, fixed; found lognormal/,
    );
    expect(() => noiseDistributionFromRecipe({ kind: "uniform", count: 3 })).toThrow(
      /unknown setting count; it has none/,
    );
  });
});

describe("objectiveFromRecipe", () => {
  test("rebuilds an objective with its noise distribution from its JSON", () => {
    const objective = denoising({ weighting: "min-snr", noiseDistribution: geometricNoise(), sigmaData: 0.5 });
    const rebuilt = objectiveFromRecipe(JSON.parse(JSON.stringify(objective.recipe)));
    expect(rebuilt.recipe).toEqual(objective.recipe);
    expect(objectiveFromRecipe({ kind: "denoising" }).recipe).toEqual(denoising().recipe);
  });

  test.each([
    implicit({ weighting: "none", noiseDistribution: fixedNoise({ ratio: 0.3 }) }),
    sliced({ projections: 2, varianceReduced: false }),
    finiteDifference({ difference: 0.1 }),
    fokkerPlanck(sliced(), { projections: 2 }),
    constrained(fokkerPlanck(denoising()), meanConstraint({ values: [1, 2] }), { weight: 2, schedule: "constant" }),
  ])("rebuilds $recipe.kind, and what it is made of", (objective) => {
    const rebuilt = objectiveFromRecipe(JSON.parse(JSON.stringify(objective.recipe)));
    expect(rebuilt.recipe).toEqual(objective.recipe);
    expect(rebuilt.probes).toBe(objective.probes);
    expect(objectiveKinds).toContain(objective.recipe.kind);
  });

  test("refuses unknown kinds, settings and weightings, in the noise distribution too", () => {
    expect(() => objectiveFromRecipe({ kind: "slices" })).toThrow(RecipeError);
    expect(() => objectiveFromRecipe({ kind: "denoising", weigth: "edm" })).toThrow(/unknown setting weigth/);
    expect(() => objectiveFromRecipe({ kind: "denoising", weighting: "snr" })).toThrow(ArgumentError);
    expect(() => objectiveFromRecipe({ kind: "denoising", noiseDistribution: { kind: "x" } })).toThrow(
      /noiseDistribution: expected a kind/,
    );
  });
});
