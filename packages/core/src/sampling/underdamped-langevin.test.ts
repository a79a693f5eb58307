import { native } from "@scorefield/tensor/native";
import { variancePath } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";
import { underdampedLangevin } from "./underdamped-langevin.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("underdamped-langevin", runtime);

test("without friction to speak of it swings: the variance of x returns after the period 2 pi s", async () => {
  const steps = Math.round((2 * Math.PI) / 0.01);
  const sampler = underdampedLangevin({ steps, stepSize: 0.01, friction: 1e-9 });
  const path = await variancePath(sampler, edm(), [1], runtime, { start: 4 });
  expect(path[Math.round(steps / 4)]![0]).toBeLessThan(1e-3);
  expect(path.at(-1)![0]).toBeCloseTo(4, 3);
});

test("moments of a mixture, within 4 standard errors", async () => {
  const mixture = gaussianMixture({ weights: [0.3, 0.7], means: [[-1], [1]], covariances: [0.5, 0.2] });
  const count = 4000;
  const sampler = underdampedLangevin({ steps: 300, stepSize: 0.15, friction: 2 });
  const { data } = await sample(exact(mixture, edm()), { count, sampler, runtime });
  const moment = (f: (x: number) => number): number => data.reduce((sum, x) => sum + f(x) / count, 0);
  const mean = 0.4;
  const variance = 0.3 * 1.5 + 0.7 * 1.2 - mean ** 2;
  expect(Math.abs(moment((x) => x) - mean) / Math.sqrt(variance / count)).toBeLessThan(4);
  const found = moment((x) => x * x);
  const spread = Math.sqrt((moment((x) => x ** 4) - found ** 2) / count);
  expect(Math.abs(found - (variance + mean ** 2)) / spread).toBeLessThan(4);
});

test("one evaluation per step; options are checked", () => {
  expect(evaluations(underdampedLangevin({ steps: 30 }), edm())).toBe(30);
  expect(() => underdampedLangevin({ steps: 0 })).toThrow(ArgumentError);
  expect(() => underdampedLangevin({ stepSize: Number.NaN })).toThrow(/underdampedLangevin stepSize/);
  expect(() => underdampedLangevin({ friction: 0 })).toThrow(/underdampedLangevin friction/);
});
