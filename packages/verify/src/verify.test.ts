import {
  ArgumentError,
  edm,
  euler,
  eulerMaruyama,
  heun,
  langevin,
  levelAt,
  noise,
  oneStep,
  type Sampler,
  samplerKinds,
  vp,
} from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { chainCheck } from "./chain-checks.ts";
import { absolute, type Check, estimate, passes, relative, sameNumbers, worst } from "./check.ts";
import { checks } from "./checks.ts";
import { correctorCheck } from "./corrector-checks.ts";
import { orderCheck } from "./order-checks.ts";
import { chosenChecks, verify } from "./verify.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());
const context = { runtime, signal: new AbortController().signal };

/** Heun's method with another weight for the second slope; 1/2 is right. */
const weighted =
  (weight: number) =>
  (steps: number): Sampler =>
    oneStep({
      ...heun({ steps, denoiseLast: false }),
      step: (model, x, from, to) => {
        const [at, next] = [levelAt(model.process, from, x), levelAt(model.process, to, x)];
        const stride = next.r.subtract(at.r);
        const y = x.divide(at.alpha);
        const slope = noise(model, x, from);
        const second = noise(model, y.add(stride.multiply(slope)).multiply(next.alpha), to);
        const mean = slope.multiply(1 - weight).add(second.multiply(weight));
        return y.add(stride.multiply(mean)).multiply(next.alpha);
      },
    });

/** Euler-Maruyama with too much noise. */
const noisy =
  (factor: number) =>
  (steps: number): Sampler => {
    const sampler = eulerMaruyama({ steps, grid: "karras" });
    return {
      ...sampler,
      step: (model, state, times, draws) =>
        sampler.step(
          model,
          state,
          times,
          draws.map((z) => z.multiply(factor)),
        ),
    };
  };

describe("a defect fails its check", () => {
  const truth = { name: "sampler", source: "test" };

  test("a wrong coefficient in Heun's method: the slope falls from 2 to 1", async () => {
    const check = (weight: number) =>
      orderCheck({ ...truth, towards: "flow", order: 2, sampler: weighted(weight) }, edm(), false).run(context);
    expect(passes(await check(0.5))).toBe(true);
    for (const weight of [0.45, 0.51]) {
      const found = await check(weight);
      expect(passes(found), `weight ${weight}, slope ${found.found}`).toBe(false);
      expect(found.unit).toBe("slope");
    }
    expect((await check(0.45)).found).toBeLessThan(1.5);
  });

  test("a percent too much noise in Euler-Maruyama", async () => {
    const check = (factor: number) =>
      orderCheck({ ...truth, towards: "distribution", order: 1, steps: 100, sampler: noisy(factor) }, vp(), false).run(
        context,
      );
    expect(passes(await check(1))).toBe(true);
    expect(passes(await check(1.01))).toBe(false);
  });

  test("a Langevin chain with half the step in its drift", async () => {
    const right = langevin({ steps: 300, stepSize: 0.1 });
    const wrong: Sampler = {
      ...right,
      step: (model, state, times, draws) =>
        langevin({ stepSize: 0.05 }).step(
          model,
          state,
          times,
          draws.map((z) => z.multiply(Math.SQRT2)),
        ),
    };
    const variance = (1 + 0.002 ** 2) * (2 / (2 - 0.1 / (1 + 0.002 ** 2)));
    const check = (sampler: Sampler) => chainCheck({ ...truth, runs: [{ sampler, s: 1, variance }] }).run(context);
    expect(passes(await check(right))).toBe(true);
    expect(passes(await check(wrong))).toBe(false);
  });

  test("a predictor that goes on from what it carries, and not from where the corrector left x", async () => {
    const right = euler;
    const wrong = (options: { steps: number }): Sampler => ({
      ...right(options),
      carries: 1,
      remembers: "denoised",
      memory: 1,
      step: (model, { x, carried }, times, draws) => {
        const from = times.before.length > 0 ? carried[0]! : x;
        const next = right(options).step(model, { x: from, carried: [] }, times, draws);
        return { x: next.x, carried: [next.x] };
      },
    });
    const check = (make: typeof wrong) =>
      correctorCheck({ name: "sampler", make: (steps) => make({ steps }) }).run(context);
    expect(passes(await check(right))).toBe(true);
    expect(passes(await check(wrong))).toBe(false);
  });
});

describe("findings", () => {
  test("errors in each unit, and what passes", () => {
    expect(relative(2, 2.02, 0.02).error).toBeCloseTo(0.01, 12);
    expect(absolute(0, -3, 1)).toMatchObject({ error: 3, unit: "absolute" });
    expect(estimate(1, 1.5, 0.1)).toMatchObject({ error: 5, tolerance: 4 });
    expect(passes(estimate(1, 1.5, 0.1))).toBe(false);
    expect(passes(estimate(1, 1.39, 0.1))).toBe(true);
    for (const nothing of [relative(1, Number.NaN, 1), absolute(0, Number.NaN, 1), estimate(0, 1, Number.NaN)])
      expect(passes(nothing)).toBe(false);
  });

  test("lists of numbers: the largest difference, and no missing or broken one", () => {
    expect(sameNumbers([1, 2, 3], [1, 2.5, 3.25], 1).error).toBe(0.5);
    expect(passes(sameNumbers([1, 2], [1], 1))).toBe(false);
    expect(passes(sameNumbers([1, 2], [Number.NaN, 2], 1))).toBe(false);
  });

  test("the worst is the one nearest to its tolerance, or one that is not a number", () => {
    const small = absolute(0, 0.9, 1);
    expect(worst([absolute(0, 5, 100), small])).toBe(small);
    const broken = absolute(0, Number.NaN, 1);
    expect(worst([broken, small])).toBe(broken);
    expect(worst([small, broken])).toBe(broken);
  });
});

describe("a run", () => {
  const check = (name: string, run: Check["run"], slow = false): Check => ({
    name,
    group: "test",
    source: "",
    slow,
    run,
  });
  const from = [
    check("right", async () => absolute(1, 1, 0.1)),
    check("wrong", async () => absolute(1, 2, 0.1)),
    check("broken", async () => {
      throw new RangeError("no");
    }),
    check("long", async () => absolute(1, 1, 0), true),
  ];

  test("goes on after a failure; what throws has failed", async () => {
    const results = [];
    for await (const result of verify({ from, runtime, full: true })) results.push(result);
    expect(results.map(({ name, passed, index }) => [index, name, passed])).toEqual([
      [1, "right", true],
      [2, "wrong", false],
      [3, "broken", false],
      [4, "long", true],
    ]);
    expect(results[2]!.error).toBeInstanceOf(RangeError);
    expect(results[2]!.finding).toBeUndefined();
  });

  test("slow checks are for full runs and for those who name them", () => {
    expect(chosenChecks({ from }).length).toBe(3);
    expect(chosenChecks({ from, full: true }).length).toBe(4);
    expect(chosenChecks({ from, only: "LONG" }).map(({ name }) => name)).toEqual(["long"]);
    expect(chosenChecks({ from, only: "test: " }).length).toBe(4);
    expect(() => chosenChecks({ from, only: "nothing" })).toThrow(ArgumentError);
  });

  test("checks of one group; an unknown one is refused with the list", () => {
    const two = [...from, { ...check("other", async () => absolute(1, 1, 0)), group: "more" }];
    expect(chosenChecks({ from: two, group: "more" }).map(({ name }) => name)).toEqual(["other"]);
    expect(chosenChecks({ from: two, group: "test" }).length).toBe(3);
    expect(chosenChecks({ from: two, group: "test", full: true }).length).toBe(4);
    expect(chosenChecks({ from: two, group: "test", only: "long" }).length).toBe(1);
    expect(() => chosenChecks({ from: two, group: "mor" })).toThrow(/found mor; groups are test, more/);
    expect(() => chosenChecks({ from: two, group: "more", only: "long" })).toThrow(/no check of more with long/);
    expect(chosenChecks({ group: "inverse", full: true }).length).toBeGreaterThan(10);
  });

  test("stops with the signal's reason", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const run = async () => {
      for await (const { name } of verify({ from, runtime, signal: controller.signal })) {
        seen.push(name);
        controller.abort(new Error("enough"));
      }
    };
    await expect(run()).rejects.toThrow("enough");
    expect(seen).toEqual(["right"]);
  });
});

test("names are unique, sources are given, and every sampler has a check besides reproducibility", () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  for (const { name, source } of checks) expect(source.length, name).toBeGreaterThan(5);
  const about = checks.filter(({ group }) => group !== "reproducibility").map(({ sampler }) => sampler);
  for (const kind of samplerKinds) expect(about, kind).toContain(kind);
  for (const { sampler, name } of checks) if (sampler) expect(samplerKinds, name).toContain(sampler);
});
