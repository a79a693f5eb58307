import { native } from "@scorefield/tensor/native";
import { marginalVariance, variancePath } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { langevin } from "./langevin.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("its stationary variance on N(0, v) is v 2 / (2 - eta / v), at any time of any process", async () => {
  const deviations = [1, 0.5];
  for (const [process, time] of [
    [edm(), undefined],
    [edm(), 0.02],
    [vp(), 0.3],
  ] as const)
    for (const stepSize of [0.02, 0.2, 0.4]) {
      const sampler = langevin({ steps: 5000, stepSize, ...(time !== undefined && { time }) });
      const path = await variancePath(sampler, process, deviations, runtime);
      for (const [i, s] of deviations.entries()) {
        const v = marginalVariance(process, time ?? process.times.first, s);
        expect(path.at(-1)![i]! / ((v * 2) / (2 - stepSize / v))).toBeCloseTo(1, 10);
      }
    }
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
