import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { energyForms, energyPreconditioning } from "./energy/preconditioning.ts";
import { edmPreconditioning, type Prediction, predict } from "./preconditioning.ts";
import { preconditioningFromRecipe, preconditioningKinds } from "./preconditionings.ts";

const predictions: readonly Prediction[] = ["noise", "data", "score", "velocity"];

describe("preconditioningFromRecipe", () => {
  test.each([
    edmPreconditioning({ sigmaData: 0.5 }),
    ...energyForms.map((form) => energyPreconditioning({ form, sigmaData: 3 })),
    ...predictions.map((prediction) => predict(prediction, { sigmaData: 2 })),
  ])("rebuilds $recipe from its JSON", ({ recipe }) => {
    expect(preconditioningKinds).toContain(recipe.kind);
    expect(preconditioningFromRecipe(JSON.parse(JSON.stringify(recipe))).recipe).toEqual(recipe);
  });

  test("left-out settings take their defaults", () => {
    expect(preconditioningFromRecipe({ kind: "edm" }).recipe).toEqual(edmPreconditioning().recipe);
  });

  test("refuses unknown kinds, settings and predictions", () => {
    expect(() => preconditioningFromRecipe({ kind: "none" })).toThrow(
      /among edm, predict, energy, mixed, partial, gain; found none/,
    );
    expect(() => preconditioningFromRecipe({ kind: "edm", deviation: 1 })).toThrow(/unknown setting deviation/);
    expect(() => preconditioningFromRecipe({ kind: "predict" })).toThrow(ArgumentError);
    expect(() => preconditioningFromRecipe({ kind: "predict", prediction: "v" })).toThrow(/velocity, found v/);
  });
});
