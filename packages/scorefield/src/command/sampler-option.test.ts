import { RecipeError, samplerFromRecipe, samplerKinds } from "@scorefield/core";
import { expect, test } from "vitest";
import { parseSampler, settingText } from "./sampler-option.ts";

test("a kind alone, and with settings of every type", () => {
  for (const kind of samplerKinds) expect(parseSampler(kind)).toEqual({ kind });
  expect(parseSampler("dpm-solver++:order=3,steps=10")).toEqual({ kind: "dpm-solver++", order: 3, steps: 10 });
  expect(parseSampler("heun:grid=karras,denoiseLast=false")).toEqual({
    kind: "heun",
    grid: "karras",
    denoiseLast: false,
  });
  expect(parseSampler('restart:intervals=[{"a":1,"b":2},{"a":3}], steps=8')).toEqual({
    kind: "restart",
    intervals: [{ a: 1, b: 2 }, { a: 3 }],
    steps: 8,
  });
  expect(parseSampler('heun:name="a,b"')).toEqual({ kind: "heun", name: "a,b" });
});

test("what is wrong is named", () => {
  expect(() => parseSampler("dpm-solver:steps=3")).toThrow(/unknown sampler; did you mean dpm-solver\+\+/);
  for (const text of ["heun:", "heun:steps", "heun:=3", "heun:steps=", "heun:steps=3,,", "heun:kind=euler"])
    expect(() => parseSampler(text), text).toThrow(/expected name=value/);
  expect(() => parseSampler("heun:steps=3,steps=4")).toThrow(/steps twice/);
  expect(() => samplerFromRecipe(parseSampler("dpm-solver++:ordre=3"))).toThrow(RecipeError);
  expect(() => samplerFromRecipe(parseSampler("dpm-solver++:ordre=3"))).toThrow(/known are .*order/);
});

test("intervals of restart in short", () => {
  const intervals = [
    { low: 0.06, high: 0.3, steps: 2, repeats: 2 },
    { low: 1, high: 10, steps: 4, repeats: 3 },
  ];
  expect(parseSampler("restart:intervals=0.06:0.3:2:2/1:1e1:4:3,steps=8")).toEqual({
    kind: "restart",
    intervals,
    steps: 8,
  });
  expect(parseSampler(`restart:intervals=${settingText(intervals)}`).intervals).toEqual(intervals);
  for (const text of ["3", "1:2:3", "1:2:3:4:5", "1:2:x:4", "1::3:4", "1:2:3:4/"])
    expect(() => parseSampler(`restart:intervals=${text}`), text).toThrow(/low:high:steps:repeats.*found/);
});
