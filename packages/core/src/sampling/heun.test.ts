import { native } from "@scorefield/tensor/native";
import { affineSteps, marginalVariance, pointError } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { type GridName, gridNames } from "./grid.ts";
import { heun } from "./heun.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("heun", runtime);

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];

describe("on N(0, s^2)", () => {
  test("with edm it is algorithm 1 of Karras et al. 2022, written out for s = 1", async () => {
    const probe = await affineSteps(heun(), edm(), [1], runtime);
    const sigmas = Array.from(
      { length: 18 },
      (_, i) => (80 ** (1 / 7) + (i / 17) * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7,
    );
    const slope = (x: number, sigma: number) => (x - x / (1 + sigma ** 2)) / sigma;
    for (const [i, { a }] of probe.entries()) {
      const [from, to] = [sigmas[i]!, sigmas[i + 1]!];
      const d = slope(1, from);
      const expected = 1 + ((to - from) * (d + slope(1 + (to - from) * d, to))) / 2;
      expect(a[0]! / expected).toBeCloseTo(1, 9);
    }
    expect(probe.reduce((x, { a }) => x * a[0]!, 1) * Math.sqrt(6401 / (1 + 0.002 ** 2))).toBeCloseTo(1.0448, 4);
  });

  test("every grid converges", async () => {
    const process = vp();
    const { first, last } = process.times;
    const expected = Math.sqrt(marginalVariance(process, first, 1) / marginalVariance(process, last, 1));
    const errorOf = async (steps: number, grid: GridName) => {
      const probe = await affineSteps(heun({ steps, grid }), process, [1], runtime);
      return Math.abs(probe.reduce((x, { a }) => x * a[0]!, 1) / expected - 1);
    };
    for (const grid of gridNames) expect(await errorOf(800, grid), grid).toBeLessThan((await errorOf(200, grid)) / 12);
  });
});

describe("with fresh noise, on N(0, s^2)", () => {
  test("with edm it is algorithm 2 of Karras et al. 2022, written out for s = 1", async () => {
    const [sChurn, sMin, sMax, sNoise] = [5, 0.05, 30, 1.007];
    const sampler = heun({ sChurn, sMin, sMax, sNoise });
    const sigmas = sampler.grid(edm()).map((t) => 80 * t);
    const probe = await affineSteps(sampler, edm(), [1], runtime);
    const slope = (x: number, sigma: number) => (x * sigma) / (1 + sigma ** 2);
    let raised = 0;
    for (const [i, { a, b }] of probe.entries()) {
      const [sigma, to] = [sigmas[i]!, sigmas[i + 1]!];
      const gamma = sigma >= sMin && sigma <= sMax ? Math.min(sChurn / 18, Math.SQRT2 - 1) : 0;
      if (gamma > 0) raised++;
      const hat = sigma * (1 + gamma);
      const d = slope(1, hat);
      const move = 1 + ((to - hat) * (d + slope(1 + (to - hat) * d, to))) / 2;
      expect(a[0]! / move).toBeCloseTo(1, 9);
      expect(b[0]).toBeCloseTo(move * sNoise * Math.sqrt(hat ** 2 - sigma ** 2), 8);
    }
    expect(raised).toBeGreaterThan(5);
    expect(raised).toBeLessThan(17);
  });

  test("gamma is at most sqrt 2 - 1, and 0 where it would pass the last time", async () => {
    const probe = await affineSteps(heun({ sChurn: 1000 }), edm(), [1], runtime);
    expect(probe[0]!.b[0]).toBe(0);
    const sigmas = heun()
      .grid(edm())
      .map((t) => 80 * t);
    const k = sigmas.findIndex((sigma) => sigma < 1);
    const [hat, to] = [sigmas[k]! * Math.SQRT2, sigmas[k + 1]!];
    const slope = (x: number, sigma: number) => (x * sigma) / (1 + sigma ** 2);
    const d = slope(1, hat);
    const move = 1 + ((to - hat) * (d + slope(1 + (to - hat) * d, to))) / 2;
    expect(probe[k]!.a[0]).toBeCloseTo(move, 10);
    expect(probe[k]!.b[0]).toBeCloseTo(move * sigmas[k]!, 8);
  });
});

test("on a point, where the noise does not change, exact in one step and in many", async () => {
  for (const process of [edm(), ve(), vp()])
    for (const steps of [1, 5]) {
      const error = await pointError(heun({ steps, denoiseLast: false }), process, runtime);
      // The slope at the end carries rounding of the start's size, over the last noise.
      expect(error, process.recipe.kind).toBeLessThan(1e-6);
    }
});

test("2 steps - 1 evaluations, at any grid; no noise unless asked for", () => {
  expect([heun().noises, heun({ sChurn: 1 }).noises]).toEqual([0, 1]);
  for (const steps of [1, 2, 18, 40])
    for (const process of processes) expect(evaluations(heun({ steps }), process)).toBe(2 * steps - 1);
});

test("its recipe is plain JSON", () => {
  expect(heun().recipe).toEqual({
    kind: "heun",
    steps: 18,
    grid: "karras",
    denoiseLast: true,
    sChurn: 0,
    sMin: 0,
    sMax: null,
    sNoise: 1,
  });
  expect(heun({ steps: 5, grid: "uniform" }).recipe).toMatchObject({ steps: 5, grid: "uniform" });
});

test("options are checked", () => {
  expect(() => heun({ sChurn: -1 })).toThrow(/heun sChurn: expected a finite number of at least 0, found -1/);
  expect(() => heun({ sMax: Number.POSITIVE_INFINITY })).toThrow(ArgumentError);
  expect(() => heun({ sNoise: Number.NaN })).toThrow(ArgumentError);
  expect(() => heun({ steps: 0 })).toThrow(ArgumentError);
  expect(() => heun({ steps: 2.5 })).toThrow(/heun steps: expected a positive whole number, found 2.5/);
  expect(() => heun({ grid: "linear" as never })).toThrow(
    /expected uniform, log-snr, karras, cosine or a function, found linear/,
  );
});
