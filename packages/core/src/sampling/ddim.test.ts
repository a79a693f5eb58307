import { native } from "@scorefield/tensor/native";
import {
  affineSteps,
  flowOrders,
  flowProcesses,
  marginalVariance,
  orderOf,
  pointError,
  variancesAfter,
} from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vp } from "../process/variance-preserving.ts";
import { ddim } from "./ddim.ts";
import { evaluations } from "./sampler.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());
const deviations = [1, 0.3];

describe("without noise, on N(0, s^2)", () => {
  for (const process of flowProcesses)
    test(`${process.recipe.kind}: order 1 towards the flow's closed form`, async () => {
      const make = (steps: number) => ddim({ steps, denoiseLast: false });
      const { orders, errors } = await flowOrders(make, [64, 128, 256, 512], process, deviations, runtime);
      for (const order of orders) {
        expect(order, `errors ${errors}`).toBeGreaterThan(0.95);
        expect(order, `errors ${errors}`).toBeLessThan(1.05);
      }
    });
});

describe("with noise, on N(0, s^2)", () => {
  for (const process of flowProcesses)
    for (const eta of [0.5, 1])
      test(`${process.recipe.kind}, eta ${eta}: weak order 1 towards the exact marginal`, async () => {
        const sizes = [100, 200, 400, 800];
        const { first, last } = process.times;
        const start = deviations.map((s) => marginalVariance(process, last, s));
        const errors: number[][] = [];
        for (const steps of sizes) {
          const probe = await affineSteps(ddim({ steps, eta, denoiseLast: false }), process, deviations, runtime);
          errors.push(
            variancesAfter(probe, start).map((v, i) => v / marginalVariance(process, first, deviations[i]!) - 1),
          );
        }
        for (const i of deviations.keys()) {
          const column = errors.map((row) => row[i]!);
          const order = orderOf(sizes, column);
          expect(order, `errors ${column}`).toBeGreaterThan(0.9);
          expect(order, `errors ${column}`).toBeLessThan(1.1);
        }
      });

  test("with vp each step is equations 12 and 16 of Song, Meng & Ermon 2021 written out", async () => {
    const process = vp();
    for (const eta of [0, 0.4, 1]) {
      const sampler = ddim({ steps: 9, eta });
      const grid = sampler.grid(process);
      const probe = await affineSteps(sampler, process, [0.6], runtime);
      for (const [k, { a, b }] of probe.entries()) {
        // Their alpha is the square of ours.
        const [bar, barNext] = [process.alpha(grid[k]!) ** 2, process.alpha(grid[k + 1]!) ** 2];
        const s = eta * Math.sqrt((1 - barNext) / (1 - bar)) * Math.sqrt(1 - bar / barNext);
        const noise = Math.sqrt(1 - bar) / (0.36 * bar + 1 - bar);
        const denoised = (1 - Math.sqrt(1 - bar) * noise) / Math.sqrt(bar);
        const expected = Math.sqrt(barNext) * denoised + Math.sqrt(1 - barNext - s * s) * noise;
        expect(Math.abs(a[0]! - expected)).toBeLessThan(1e-10);
        expect(Math.abs(b[0]! - s)).toBeLessThan(1e-10);
      }
    }
  });
});

describe("on a point", () => {
  test("exact in one step without noise", async () => {
    for (const process of flowProcesses)
      expect(await pointError(ddim({ steps: 1, denoiseLast: false }), process, runtime)).toBeLessThan(1e-10);
  });

  test("the right variance after one step with any noise", async () => {
    for (const process of flowProcesses)
      for (const eta of [0.3, 1]) {
        const probe = await affineSteps(ddim({ steps: 1, eta, denoiseLast: false }), process, [0], runtime);
        const [variance] = variancesAfter(probe, [process.sigma(process.times.last) ** 2]);
        expect(variance! / process.sigma(process.times.first) ** 2).toBeCloseTo(1, 8);
      }
  });
});

test("as many evaluations as steps", () => {
  for (const process of flowProcesses) expect(evaluations(ddim({ steps: 30, eta: 1 }), process)).toBe(30);
});

test("recipe and options", () => {
  expect(ddim().recipe).toEqual({ kind: "ddim", steps: 18, grid: "karras", denoiseLast: true, eta: 0 });
  expect(ddim().noises).toBe(0);
  expect(ddim({ eta: 0.1 }).noises).toBe(1);
  expect(() => ddim({ eta: 1.1 })).toThrow(/ddim eta: expected a number in \[0, 1\], found 1.1/);
  expect(() => ddim({ eta: Number.NaN })).toThrow(ArgumentError);
  expect(() => ddim({ steps: 1.5 })).toThrow(ArgumentError);
});
