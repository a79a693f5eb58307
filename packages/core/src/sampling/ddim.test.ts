import { native } from "@scorefield/tensor/native";
import { affineSteps, flowProcesses } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vp } from "../process/variance-preserving.ts";
import { ddim } from "./ddim.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("ddim", runtime);

describe("with noise, on N(0, s^2)", () => {
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

test("one evaluation for each step", () => {
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
