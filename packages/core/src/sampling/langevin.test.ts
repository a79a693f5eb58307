import { native } from "@scorefield/tensor/native";
import { variancePath } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { langevin } from "./langevin.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("langevin", runtime);

test("at a step of 1 the stationary variance of N(0, 1) is 2", async () => {
  const path = await variancePath(langevin({ steps: 400, stepSize: 1 }), edm({ sigmaMin: 1e-8 }), [1], runtime);
  expect(path.at(-1)![0]).toBeCloseTo(2, 12);
});

test("each step takes the variance V to (1 - eta / v)^2 V + 2 eta, from where it starts", async () => {
  const path = await variancePath(langevin({ steps: 3, stepSize: 0.1 }), edm(), [1], runtime, { start: 9 });
  const v = 1 + 0.002 ** 2;
  let expected = 9;
  for (const [found] of path) {
    expect(found).toBeCloseTo(expected, 12);
    expected = (1 - 0.1 / v) ** 2 * expected + 0.2;
  }
});

test("one evaluation per step, and the data's own mean", async () => {
  expect(evaluations(langevin({ steps: 30 }), edm())).toBe(30);
  const model = exact(gaussian({ mean: [3, -2], covariance: 0.25 }), edm());
  const count = 500;
  const sampler = langevin({ steps: 300, stepSize: 0.05 });
  const { data } = await sample(model, { count, sampler, runtime });
  for (const [j, expected] of [3, -2].entries()) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += data[2 * i + j]! / count;
    expect(Math.abs(mean - expected) / Math.sqrt((0.25 * 2) / (2 - 0.05 / 0.25) / count)).toBeLessThan(4);
  }
});

test("options are checked", () => {
  expect(() => langevin({ steps: 0 })).toThrow(ArgumentError);
  expect(() => langevin({ stepSize: 0 })).toThrow(/langevin stepSize: expected a positive number, found 0/);
  expect(() => langevin({ time: 1e-6 }).grid(edm())).toThrow(
    /langevin time: expected one in \[0.000025, 1\], found 0.000001/,
  );
  expect(() => langevin({ time: 2 })).toThrow(/langevin time: expected a number in \[0, 1\], found 2/);
});
