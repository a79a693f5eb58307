import { native } from "@scorefield/tensor/native";
import { affineSteps, marginalVariance, variancesAfter } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("euler-maruyama", runtime);

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];
const deviations = [1, 0.3];

describe("on N(0, s^2)", () => {
  for (const process of processes) {
    test(`${process.recipe.kind}: each step is x (1 - h f - h g^2 / m) + g sqrt(h) z`, async () => {
      const sampler = eulerMaruyama({ steps: 20 });
      const grid = sampler.grid(process);
      const probe = await affineSteps(sampler, process, deviations, runtime);
      for (const [k, { a, b }] of probe.entries()) {
        const t = grid[k]!;
        const h = t - grid[k + 1]!;
        // g^2 = -(sigma / alpha)^2 alpha^2 d logSnr / dt, by a central difference of the log-SNR.
        const e = 1e-5 * Math.min(t, 1 - t, h) || 1e-6 * t;
        const g2 = process.sigma(t) ** 2 * ((process.logSnr(t - e) - process.logSnr(t + e)) / (2 * e));
        const f = (Math.log(process.alpha(t + e)) - Math.log(process.alpha(t - e))) / (2 * e);
        for (const [i, s] of deviations.entries()) {
          const expected = 1 - h * f - (h * g2) / marginalVariance(process, t, s);
          expect(Math.abs(a[i]! - expected)).toBeLessThan(1e-4 * (1 + Math.abs(h * f) + Math.abs(expected)));
          expect(b[i]! / Math.sqrt(g2 * h)).toBeCloseTo(1, 4);
        }
      }
    });
  }

  test("500 steps on the default grid leave the deviation within 0.8 % at every scale and process", async () => {
    for (const process of processes) {
      const scales = [1, 0.3, 0.1, 0.03];
      const probe = await affineSteps(eulerMaruyama(), process, scales, runtime);
      const start = scales.map((s) => marginalVariance(process, process.times.last, s));
      for (const [i, variance] of variancesAfter(probe, start).entries()) {
        const expected = marginalVariance(process, process.times.first, scales[i]!);
        expect(Math.abs(Math.sqrt(variance / expected) - 1), `${process.recipe.kind} ${scales[i]}`).toBeLessThan(0.008);
      }
    }
  });

  test("the table of grids in the docstring", async () => {
    const scales = [1, 0.1, 0.03];
    const table: Record<string, number[]> = {};
    for (const process of [edm(), vp()])
      for (const grid of ["uniform", "karras", "log-snr"] as const) {
        const probe = await affineSteps(eulerMaruyama({ grid }), process, scales, runtime);
        const { first } = process.times;
        table[`${process.recipe.kind} ${grid}`] = variancesAfter(
          probe,
          scales.map(() => process.priorDeviation ** 2),
        ).map((variance, i) => {
          const s = scales[i]!;
          const denoised = (process.alpha(first) * s * s) / marginalVariance(process, first, s);
          return Number((100 * ((denoised * Math.sqrt(variance)) / s - 1)).toPrecision(2));
        });
      }
    expect(table).toEqual({
      "edm uniform": [0.46, 170, 1100],
      "edm karras": [0.44, 0.6, 0.52],
      "edm log-snr": [0.53, 0.51, 0.31],
      "vp uniform": [0.14, 0.56, 6.2],
      "vp karras": [0.27, 0.69, 0.57],
      "vp log-snr": [0.27, 0.52, 0.15],
    });
  });
});

test("one evaluation per step and one to denoise", () => {
  for (const process of processes) expect(evaluations(eulerMaruyama({ steps: 30 }), process)).toBe(31);
});

test("its recipe is plain JSON", () => {
  expect(eulerMaruyama().recipe).toEqual({ kind: "euler-maruyama", steps: 500, grid: "log-snr" });
  expect(eulerMaruyama({ grid: () => [1] }).recipe).toEqual({ kind: "euler-maruyama", steps: 500, grid: "custom" });
});

test("steps and grid are checked", () => {
  expect(() => eulerMaruyama({ steps: -1 })).toThrow(ArgumentError);
  expect(() => eulerMaruyama({ grid: "sigma" as never })).toThrow(ArgumentError);
});
