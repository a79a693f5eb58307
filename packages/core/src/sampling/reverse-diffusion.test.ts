import { native } from "@scorefield/tensor/native";
import { affineSteps, marginalVariance } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { reverseDiffusion } from "./reverse-diffusion.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("reverse-diffusion", runtime);

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];
const deviations = [1, 0.3];

describe("on N(0, s^2)", () => {
  test("each step is (2 - a) x + G^2 score + G z with the forward transition's a and G", async () => {
    for (const process of processes) {
      const sampler = reverseDiffusion({ steps: 15 });
      const grid = sampler.grid(process);
      const { alpha, sigma } = process;
      for (const [k, { a, b }] of (await affineSteps(sampler, process, deviations, runtime)).entries()) {
        const [from, to] = [grid[k]!, grid[k + 1]!];
        const shrink = alpha(from) / alpha(to);
        const g2 = sigma(from) ** 2 - (shrink * sigma(to)) ** 2;
        for (const [i, s] of deviations.entries()) {
          expect(a[i]!).toBeCloseTo(2 - shrink - g2 / marginalVariance(process, from, s), 9);
          expect(b[i]! / Math.sqrt(g2)).toBeCloseTo(1, 9);
        }
      }
    }
  });

  test("on the grid of a discrete chain it is the chain's: (2 - sqrt(1 - beta)) x + beta score + sqrt(beta) z", async () => {
    const process = vp();
    const probe = await affineSteps(reverseDiffusion({ steps: 20, grid: "uniform" }), process, [1], runtime);
    const grid = reverseDiffusion({ steps: 20, grid: "uniform" }).grid(process);
    for (const [k, { a, b }] of probe.entries()) {
      const beta = 1 - (process.alpha(grid[k]!) / process.alpha(grid[k + 1]!)) ** 2;
      expect(a[0]!).toBeCloseTo(2 - Math.sqrt(1 - beta) - beta, 10);
      expect(b[0]!).toBeCloseTo(Math.sqrt(beta), 10);
    }
  });
});

test("one evaluation per step and one to denoise; recipe and options", () => {
  expect(evaluations(reverseDiffusion({ steps: 30 }), vp())).toBe(31);
  expect(reverseDiffusion().recipe).toEqual({ kind: "reverse-diffusion", steps: 500, grid: "log-snr" });
  expect(() => reverseDiffusion({ steps: 0 })).toThrow(ArgumentError);
  expect(() => reverseDiffusion({ grid: "sigma" as never })).toThrow(ArgumentError);
});
