import { expect, test } from "vitest";
import { distilMethods, expectedSteps, methodNamed } from "./distil-methods.ts";

test("halvings are spread over the steps, of which a training by the clock has as many as the speed of the run allows", () => {
  expect(distilMethods.ect.objective(1600).recipe).toMatchObject({ kind: "consistency", stage: 200, stages: 8 });
  expect(distilMethods.consistency.objective(3).recipe).toMatchObject({ stage: 1 });
  const metrics = [100, 300, 200].map((samplesPerSecond, step) => ({
    ...{ step, loss: 1, gradientNorm: 1, learningRate: 1, samplesPerSecond },
  }));
  // 600 s x 200 samples/s, of which each costs 4/3.
  expect(expectedSteps(distilMethods.ect, { minutes: 10, batch: 50 }, metrics)).toBe(1800);
  expect(expectedSteps(distilMethods.ect, { minutes: 1e-6, batch: 50 }, [])).toBe(1);
});

test("methods are found by their own names alone", () => {
  expect(methodNamed("shortcut")).toBe(distilMethods.shortcut);
  expect(methodNamed("constructor")).toBeUndefined();
});
