import { expect, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { denoising } from "../objective/denoising.ts";
import { objectiveFromRecipe } from "../objective/objectives.ts";
import { upgradeRecipe } from "./earlier-names.ts";

const noise = { kind: "fixed", ratio: 0.2 };

test("a recipe of an earlier version gets the names of now, at any depth", () => {
  const objective = { kind: "denoising", levels: noise, dataDeviation: 0.5 };
  expect(upgradeRecipe({ kind: "fokker-planck", weight: 0.01, objective })).toEqual({
    kind: "fokker-planck",
    weight: 0.01,
    objective: { kind: "denoising", noiseDistribution: noise, sigmaData: 0.5 },
  });
  const now = denoising({ sigmaData: 2 }).recipe;
  expect(upgradeRecipe(now)).toEqual(now);
});

test("a setting that there is no more is left out", () => {
  const objective = { kind: "denoising", relative: false };
  expect(upgradeRecipe({ kind: "fokker-planck", objective })).toEqual({
    kind: "fokker-planck",
    objective: { kind: "denoising" },
  });
  expect(upgradeRecipe({ kind: "other", relative: 1 })).toEqual({ kind: "other", relative: 1 });
});

test("a number of levels is another setting", () => {
  const sampler = { kind: "annealed-langevin", levels: 100, stepsPerLevel: 5, betas: [1, 2] };
  expect(upgradeRecipe(sampler)).toEqual(sampler);
});

test("both names of one setting are refused", () => {
  const both = upgradeRecipe({ kind: "denoising", sigmaData: 1, dataDeviation: 2 });
  expect(() => objectiveFromRecipe(both)).toThrow(/dataDeviation is now called sigmaData/);
});

test("code and recipes that use an earlier name are refused with the new one", () => {
  const options = { dataDeviation: 2 } as object;
  expect(() => edmPreconditioning(options)).toThrow(ArgumentError);
  expect(() => edmPreconditioning(options)).toThrow("edmPreconditioning: dataDeviation is now called sigmaData");
  const recipe = () => objectiveFromRecipe({ kind: "denoising", levels: noise });
  expect(recipe).toThrow(RecipeError);
  expect(recipe).toThrow("objective denoising: levels is now called noiseDistribution");
});
