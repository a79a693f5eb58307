import { samplerKinds } from "@scorefield/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { recipeJsonSchema } from "./json-schema.ts";
import { parseRecipe } from "./parse.ts";

const schema = JSON.parse(JSON.stringify(recipeJsonSchema()));
const check = z.fromJSONSchema(schema);

test.each([
  { data: "table.csv" },
  { $schema: "./recipe.schema.json", data: { set: "moons", count: 500 }, process: "vp", network: { width: 64 } },
  { data: { path: "photos", flip: true }, network: { kind: "unet", multipliers: [1, 2] } },
  { data: "moons", objective: { noiseDistribution: "uniform" }, sampler: { kind: "unipc", order: 2, steps: 8 } },
  { data: "moons", objective: { kind: "fokker-planck", objective: "sliced" } },
  { data: "moons", sampler: { kind: "predictor-corrector", predictor: "ancestral", variance: "transition" } },
  { data: "moons", preconditioning: { kind: "predict", prediction: "noise" }, training: { steps: 10 } },
])("%j is a recipe, for the schema and for us", (recipe) => {
  expect(check.safeParse(recipe).error?.issues ?? []).toEqual([]);
  expect(() => parseRecipe(recipe)).not.toThrow();
});

test.each([
  {},
  { data: "table.csv", trainign: {} },
  { data: "table.csv", process: "vpp" },
  { data: "table.csv", process: { kind: "vp", sigmaMin: 1 } },
  { data: "table.csv", network: { width: 0 } },
  { data: "moons", objective: { noiseDistribution: { mean: "low" } } },
  { data: "moons", sampler: { kind: "unipc", order: 4 } },
  { data: "moons", preconditioning: { kind: "predict" } },
])("%j is not a recipe", (recipe) => {
  expect(check.safeParse(recipe).success).toBe(false);
  expect(() => parseRecipe(recipe)).toThrow();
});

test("every setting of a sampler has its help and its default", () => {
  const options: readonly {
    properties: Record<string, { const?: string; description?: string; default?: unknown }>;
  }[] = schema.properties.sampler.anyOf.slice(1);
  expect(options.map(({ properties }) => properties.kind!.const)).toEqual(samplerKinds);
  for (const { properties } of options)
    for (const [name, { description }] of Object.entries(properties))
      if (name !== "kind") expect(description, name).toMatch(/\w/);
  expect(options[0]!.properties.steps).toMatchObject({ type: "integer", minimum: 1, default: 18 });
});
