import { expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { heun } from "./heun.ts";
import { plan, priorDraw, startDeviation, stepDraw } from "./plan.ts";
import type { Sampler } from "./sampler.ts";

const times = [1, 0.5, 0.2, 0.4, 0.3, 0.1];
const sampler = (parts: Partial<Sampler>): Sampler => ({ ...heun(), grid: () => times.slice(0, 3), ...parts });

test("steps see the times behind them, the latest first, and take draws in order", () => {
  const found = plan(sampler({ memory: 2, noises: 2, grid: () => [1, 0.5, 0.2, 0.1] }), vp());
  expect(found).toMatchObject({ start: 1, end: 0.1, draws: 6, steps: { length: 3 } });
  expect([...found.steps]).toEqual([
    { from: 1, to: 0.5, rises: false, before: [], draws: [0, 1] },
    { from: 0.5, to: 0.2, rises: false, before: [1], draws: [2, 3] },
    { from: 0.2, to: 0.1, rises: false, before: [0.5, 1], draws: [4, 5] },
  ]);
  expect(plan(sampler({}), vp()).draws).toBe(0);
});

test("a rise takes one draw, and what was before is forgotten", () => {
  const { steps, draws } = plan(sampler({ memory: 2, restarts: true, grid: () => times }), vp());
  expect(Array.from(steps, ({ rises }) => rises)).toEqual([false, false, true, false, false]);
  expect(Array.from(steps, ({ before }) => before)).toEqual([[], [1], [], [], [0.4]]);
  expect(Array.from(steps, (step) => step.draws)).toEqual([[], [], [2], [], []]);
  expect(draws).toBe(5);
});

test("a grid that does what the sampler does not say is refused", () => {
  expect(() => plan(sampler({ grid: () => times }), vp())).toThrow(ArgumentError);
  expect(() => plan(sampler({ grid: () => [0.5, 0.1] }), vp())).toThrow(/expected the first time to be 1/);
  expect(plan(sampler({ grid: () => [0.5, 0.1] }), vp(), true).start).toBe(0.5);
});

test("first states are as wide as the prior, or as unit data at another time", () => {
  expect(startDeviation(edm(), 1)).toBe(80);
  expect(startDeviation(edm(), 0.01)).toBeCloseTo(Math.hypot(1, 0.8), 14);
});

test("draws come from the generator, the prior's apart from the steps'", () => {
  const options = { seed: 3, firstSample: 5, dtype: "float64" } as const;
  expect(priorDraw([2, 2], options)).toEqual(normal([2, 2], { ...options, purpose: "prior" }));
  expect(stepDraw([2, 2], 4, options)).toEqual(normal([2, 2], { ...options, purpose: "sampler", step: 4 }));
});
