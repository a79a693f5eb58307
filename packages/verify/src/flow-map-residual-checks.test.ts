import {
  type AverageVelocity,
  consistency,
  continuousConsistency,
  type FlowMapObjective,
  lagrangian,
  meanFlow,
  shortcut,
} from "@scorefield/core";
import { stopGradient, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { passes } from "./check.ts";
import { residualCheck, residualOf } from "./flow-map-residual-checks.ts";
import { gaussianAverageVelocity, gaussianVelocity } from "./probe/gaussian-flow.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());
const context = { runtime, signal: new AbortController().signal };

const d = 0.5;
const exact = gaussianAverageVelocity(d);

/** The same value with a derivative that is `factor` times the right one. */
const turned = (value: Tensor, factor: number): Tensor =>
  stopGradient(value)
    .multiply(1 - factor)
    .add(value.multiply(factor));

/** Exact maps with a wrong derivative in one argument. */
const wrong = (argument: "z" | "s" | "r", factor: number): AverageVelocity => {
  const of = (name: string, value: Tensor): Tensor => (name === argument ? turned(value, factor) : value);
  return (z, s, r) => exact(of("z", z), of("s", s), of("r", r));
};

describe("a wrong derivative fails its check", () => {
  const cases: [string, FlowMapObjective, ("z" | "s" | "r")[]][] = [
    ["meanFlow", meanFlow({ improved: false }), ["z", "s"]],
    ["meanFlow, improved", meanFlow(), ["z", "s"]],
    ["continuousConsistency", continuousConsistency({ sigmaData: d }), ["z", "s"]],
    ["lagrangian", lagrangian(), ["r"]],
  ];
  for (const [name, objective, argumentsOf] of cases)
    test(name, async () => {
      expect(passes(await residualCheck(name, "test", () => objective, { deviations: [d] }).run(context))).toBe(true);
      // Wrong sign, no derivative at all, and one that is a percent off.
      for (const argument of argumentsOf)
        for (const factor of [-1, 0, 1.01]) {
          const check = residualCheck(name, "test", () => objective, { map: wrong(argument, factor), deviations: [d] });
          expect(passes(await check.run(context)), `derivative in ${argument} times ${factor}`).toBe(false);
        }
    });
});

test("a wrong velocity, and a map that is a thousandth off, fail", async () => {
  const half = (z: Tensor, s: Tensor): Tensor => gaussianVelocity(d)(z, s).multiply(0.5);
  const reversed = (z: Tensor, s: Tensor): Tensor => gaussianVelocity(d)(z, s).negate();
  const off: AverageVelocity = (z, s, r) => exact(z, s, r).multiply(1.001);
  for (const objective of [meanFlow(), lagrangian(), shortcut(), continuousConsistency({ sigmaData: d })]) {
    expect(await residualOf(objective, { d, teacher: half }, runtime)).toBeGreaterThan(1e-4);
    expect(await residualOf(objective, { d, teacher: reversed }, runtime)).toBeGreaterThan(1e-4);
    expect(await residualOf(objective, { d, map: off }, runtime)).toBeGreaterThan(1e-9);
  }
  const still = gaussianAverageVelocity(0);
  const late: AverageVelocity = (z, s, r) => still(z, s, r).multiply(1.001);
  expect(await residualOf(consistency(), { d: 0, map: late, teacher: null }, runtime)).toBeGreaterThan(1e-9);
});
