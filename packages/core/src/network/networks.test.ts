import { expect, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import { mlp } from "./mlp.ts";
import { networkFromRecipe, networkKinds } from "./networks.ts";

test("a network is rebuilt from the JSON of its recipe, with the same parameters", () => {
  const network = mlp({ width: 24, depth: 2, noiseFeatures: 8 });
  const rebuilt = networkFromRecipe(JSON.parse(JSON.stringify(network.recipe)));
  expect(rebuilt.recipe).toEqual(network.recipe);
  expect(rebuilt.learningRate).toBe(network.learningRate);
  expect(rebuilt.initialise([3], 5)).toEqual(network.initialise([3], 5));
});

test("left-out settings take their defaults, for every kind", () => {
  for (const kind of networkKinds) expect(networkFromRecipe({ kind }).recipe.kind).toBe(kind);
  expect(networkFromRecipe({ kind: "mlp", width: 5 }).recipe).toEqual({ ...mlp().recipe, width: 5 });
});

test("unknown kinds and settings are named together with the known ones", () => {
  expect(() => networkFromRecipe({ kind: "resnet" })).toThrow(RecipeError);
  expect(() => networkFromRecipe({ kind: "resnet" })).toThrow(/among mlp.*found resnet/);
  expect(() => networkFromRecipe({ kind: "toString" })).toThrow(RecipeError);
  expect(() => networkFromRecipe({ kind: "mlp", widht: 8 })).toThrow(/unknown setting widht; known are width/);
  expect(() => networkFromRecipe({ kind: "mlp", width: 0.5 })).toThrow(ArgumentError);
});
