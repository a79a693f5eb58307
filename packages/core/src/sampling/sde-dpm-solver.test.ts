import { native } from "@scorefield/tensor/native";
import { orderOf, varianceErrors, variancePath } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { evaluations } from "./sampler.ts";
import { sdeDpmSolver } from "./sde-dpm-solver.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("sde-dpm-solver++", runtime);

describe("on N(0, s^2)", () => {
  test("order 2 holds on a grid whose steps differ", async () => {
    const sizes = [100, 200, 400, 800];
    const errors: number[] = [];
    for (const steps of sizes)
      errors.push((await varianceErrors(sdeDpmSolver({ steps, grid: "karras" }), edm(), [1], runtime))[0]!);
    expect(orderOf(sizes, errors)).toBeGreaterThan(1.9);
    expect(orderOf(sizes, errors)).toBeLessThan(2.1);
  });

  test("two steps with edm, written out for s = 1", async () => {
    const process = edm();
    const sigmas = [80, 4, 0.5];
    const sampler = sdeDpmSolver({ steps: 2, grid: () => sigmas.map((sigma) => sigma / 80) });
    const path = await variancePath(sampler, process, [1], runtime);
    const denoise = (sigma: number) => 1 / (1 + sigma ** 2);
    const h = [Math.log(80 / 4), Math.log(4 / 0.5)] as const;
    const kept = h.map((each) => Math.exp(-2 * each));
    // y_1 = a y_0 + n z_0, y_2 = b y_1 + c y_0 + m z_1
    const a = kept[0]! + (1 - kept[0]!) * denoise(80);
    const n = 4 * Math.sqrt(1 - kept[0]!);
    const line = (h[1] - (1 - kept[1]!) / 2) / h[0];
    const b = kept[1]! + (1 - kept[1]! + line) * denoise(4);
    const c = -line * denoise(80);
    const m = 0.5 * Math.sqrt(1 - kept[1]!);
    expect(path[1]![0]! / (a ** 2 * 6401 + n ** 2)).toBeCloseTo(1, 10);
    expect(path[2]![0]! / ((b * a + c) ** 2 * 6401 + (b * n) ** 2 + m ** 2)).toBeCloseTo(1, 10);
  });
});

test("one evaluation per step and one to denoise; recipe and options", () => {
  expect(evaluations(sdeDpmSolver({ steps: 30 }), vp())).toBe(31);
  expect(sdeDpmSolver().recipe).toEqual({ kind: "sde-dpm-solver++", steps: 50, grid: "log-snr" });
  expect(() => sdeDpmSolver({ steps: 0.5 })).toThrow(ArgumentError);
  expect(() => sdeDpmSolver({ grid: "sigma" as never })).toThrow(ArgumentError);
});
