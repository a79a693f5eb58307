import { RecipeError } from "@scorefield/core";
import { expect, test } from "vitest";
import { applySettings } from "./settings.ts";

test("values are JSON where they parse as such, else text, at any depth", () => {
  const recipe = { data: "x.csv", training: { batch: 64 } };
  expect(applySettings(recipe, ["training.steps=500", "process=vp", 'data.columns=["a"]', "seed=3"])).toEqual({
    data: { path: "x.csv", columns: ["a"] },
    training: { batch: 64, steps: 500 },
    process: "vp",
    seed: 3,
  });
  expect(recipe).toEqual({ data: "x.csv", training: { batch: 64 } });
});

test("a part named by its kind keeps it, and later settings win", () => {
  expect(applySettings({ process: "vp" }, ["process.betaMax=10", "process.betaMax=12"])).toEqual({
    process: { kind: "vp", betaMax: 12 },
  });
  expect(applySettings({ data: "moons" }, ["data.count=50"])).toEqual({ data: { set: "moons", count: 50 } });
  expect(applySettings({ data: "glyphs" }, ["data.size=16"])).toEqual({ data: { kind: "glyphs", size: 16 } });
  expect(applySettings({}, ["a.b=x=y"])).toEqual({ a: { b: "x=y" } });
});

test("a setting without a value, or without a name, is refused", () => {
  for (const bad of ["steps", "=3", "a..b=1", "__proto__.x=1"])
    expect(() => applySettings({}, [bad])).toThrow(RecipeError);
});
