import { native } from "@scorefield/tensor/native";
import { affineSteps, flowErrors, flowProcesses } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { ddim } from "./ddim.ts";
import { euler } from "./euler.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("euler", runtime);

describe("on N(0, s^2)", () => {
  test("with edm each step is x (1 + (sigma' - sigma) sigma / (s^2 + sigma^2))", async () => {
    const sampler = euler({ steps: 12 });
    const sigmas = sampler.grid(edm()).map((t) => 80 * t);
    const probe = await affineSteps(sampler, edm(), [0.7], runtime);
    expect(probe).toHaveLength(11);
    for (const [k, { a }] of probe.entries()) {
      const expected = 1 + ((sigmas[k + 1]! - sigmas[k]!) * sigmas[k]!) / (0.49 + sigmas[k]! ** 2);
      expect(a[0]! / expected).toBeCloseTo(1, 10);
    }
  });

  test("it is ddim without noise", async () => {
    for (const process of flowProcesses) {
      const options = { steps: 10, denoiseLast: false } as const;
      const [a, b] = [
        await flowErrors(euler(options), process, [1, 0.1], runtime),
        await flowErrors(ddim(options), process, [1, 0.1], runtime),
      ];
      for (const [i, value] of a.entries()) expect(Math.abs(value - b[i]!)).toBeLessThan(1e-9);
    }
  });
});

test("one evaluation for each step, with and without the last to the denoised estimate", () => {
  for (const steps of [1, 5, 40])
    for (const process of flowProcesses)
      for (const denoiseLast of [true, false]) expect(evaluations(euler({ steps, denoiseLast }), process)).toBe(steps);
});

test("recipe and options", () => {
  expect(euler().recipe).toEqual({ kind: "euler", steps: 18, grid: "karras", denoiseLast: true });
  expect(() => euler({ steps: 0 })).toThrow(/euler steps: expected a positive whole number, found 0/);
  expect(() => euler({ grid: "linear" as never })).toThrow(ArgumentError);
});
