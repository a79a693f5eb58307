import { compile, type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import { vpCosine } from "./cosine.ts";
import { edm } from "./edm.ts";
import { ouve } from "./ouve.ts";
import type { Process } from "./process.ts";
import { processFromRecipe, processKinds } from "./processes.ts";
import { rectifiedFlow } from "./rectified-flow.ts";
import { sbVe } from "./sb-ve.ts";
import { sbVp } from "./sb-vp.ts";
import { subVp } from "./sub-vp.ts";
import { ve } from "./variance-exploding.ts";
import { vp } from "./variance-preserving.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const sigmas = fc
  .record({
    sigmaMin: fc.double({ min: 1e-4, max: 1, noNaN: true }),
    ratio: fc.double({ min: 2, max: 1e5, noNaN: true }),
  })
  .map(({ sigmaMin, ratio }) => ({ sigmaMin, sigmaMax: sigmaMin * ratio }));
const betas = fc
  .record({ betaMin: fc.double({ min: 0.01, max: 2, noNaN: true }), rise: fc.double({ min: 0, max: 40, noNaN: true }) })
  .map(({ betaMin, rise }) => ({ betaMin, betaMax: betaMin + rise }));

/** Every kind: its default, and others over its options. */
const kinds: [kind: string, byDefault: Process, any: fc.Arbitrary<Process>][] = [
  ["ve", ve(), sigmas.map(ve)],
  ["vp", vp(), betas.map(vp)],
  ["vp-cosine", vpCosine(), fc.double({ min: 0.001, max: 1, noNaN: true }).map((offset) => vpCosine({ offset }))],
  ["sub-vp", subVp(), betas.map(subVp)],
  ["edm", edm(), sigmas.map(edm)],
  ["rectified-flow", rectifiedFlow(), fc.constant(rectifiedFlow())],
  [
    "ouve",
    ouve(),
    fc
      .record({
        gamma: fc.double({ min: 0.1, max: 5, noNaN: true }),
        ratio: fc.double({ min: 2, max: 100, noNaN: true }),
      })
      .map(({ gamma, ratio }) => ouve({ gamma, sigmaMin: 0.03, sigmaMax: 0.03 * ratio })),
  ],
  [
    "sb-ve",
    sbVe(),
    fc
      .record({ k: fc.double({ min: 1.1, max: 20, noNaN: true }), c: fc.double({ min: 0.01, max: 10, noNaN: true }) })
      .map(sbVe),
  ],
  ["sb-vp", sbVp(), betas.map((rates) => sbVp({ ...rates, c: 0.5 }))],
];

const methods = ["alpha", "sigma", "alphaRate", "sigmaRate", "drift", "diffusion", "logSnr", "timeOfLogSnr"] as const;

/** Times from first to last, finer towards both ends, where schedules are steep. */
const timesOf = ({ times: { first, last } }: Process, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const u = i / (count - 1);
    return i === count - 1 ? last : first + (last - first) * u ** 3 * (10 - 15 * u + 6 * u * u);
  });

/** Integrates V' = slope(t, V) by the classical Runge-Kutta method over the given times. */
const integrate = (slope: (t: number, v: number) => number, times: readonly number[], v: number): number => {
  for (let i = 1; i < times.length; i++) {
    const t = times[i - 1]!;
    const h = times[i]! - t;
    const k1 = slope(t, v);
    const k2 = slope(t + h / 2, v + (h / 2) * k1);
    const k3 = slope(t + h / 2, v + (h / 2) * k2);
    const k4 = slope(t + h, v + h * k3);
    v += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return v;
};

const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);

describe.each(kinds)("%s", (kind, byDefault, any) => {
  test("the SDE's variance is the schedule's: V' = 2 f V + g^2 gives alpha^2 V(0) + sigma^2", () => {
    const check = (process: Process, dataVariance: number) => {
      const { first, last } = process.times;
      const { alpha, sigma, drift, diffusion } = process;
      // Steps equal in the log-SNR resolve both ends, where drift and diffusion may be steep.
      const [high, low] = [process.logSnr(first), process.logSnr(last)];
      const times = Array.from({ length: 2001 }, (_, i) => process.timeOfLogSnr(high + ((low - high) * i) / 2000));
      const variance = (t: number) => alpha(t) ** 2 * dataVariance + sigma(t) ** 2;
      const reached = integrate((t, v) => 2 * drift(t) * v + diffusion(t) ** 2, times, variance(first));
      expect(relative(reached, variance(last))).toBeLessThan(1e-6);
    };
    check(byDefault, 0);
    fc.assert(fc.property(any, fc.double({ min: 0, max: 10, noNaN: true }), check), { numRuns: 20, seed: 1 });
  });

  test("rates are the derivatives, drift and diffusion follow from them", () => {
    const check = (process: Process) => {
      const { first, last } = process.times;
      for (const t of timesOf(process, 41).slice(1, -1)) {
        // Central differences of fourth order, on a step that stays inside and is small against t and 1 - t.
        const h = 1e-3 * Math.min(t - first * (1 - 1e-3), last - t);
        const slope = (f: (t: number) => number) =>
          (8 * (f(t + h) - f(t - h)) - (f(t + 2 * h) - f(t - 2 * h))) / (12 * h);
        const { alpha, sigma } = process;
        const tolerance = (value: number, size: number) => 1e-8 * Math.abs(value) + (1e-14 * size) / h;
        const near = (found: number, expected: number, size: number) =>
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance(expected, size));
        near(slope(alpha), process.alphaRate(t), alpha(t));
        near(slope(sigma), process.sigmaRate(t), sigma(t));
        near(
          slope((s) => Math.log(alpha(s))),
          process.drift(t),
          1 + Math.abs(Math.log(alpha(t))),
        );
        const variance = (s: number) => sigma(s) ** 2;
        const f = process.drift(t);
        // The formula as published; for it alone the difference may cancel, so it is compared with its larger term.
        expect(Math.abs(slope(variance) - 2 * f * variance(t) - process.diffusion(t) ** 2)).toBeLessThanOrEqual(
          tolerance(process.diffusion(t) ** 2 + Math.abs(2 * f * variance(t)), variance(t)),
        );
      }
    };
    check(byDefault);
    fc.assert(fc.property(any, check), { numRuns: 30, seed: 2 });
  });

  test("the log-SNR is log(alpha^2 / sigma^2), falls, and is inverted", () => {
    const check = (process: Process) => {
      let before = Number.POSITIVE_INFINITY;
      for (const t of timesOf(process, 200)) {
        const value = process.logSnr(t);
        expect(value).toBeLessThan(before);
        before = value;
        expect(Math.abs(value - 2 * Math.log(process.alpha(t) / process.sigma(t)))).toBeLessThan(1e-10);
        // An error of the logarithm, relative to its slope, is all that may be lost.
        const slope = 2 * (process.drift(t) - process.sigmaRate(t) / process.sigma(t));
        expect(Math.abs(process.timeOfLogSnr(value) - t)).toBeLessThan(
          1e-15 * (1 + 4 * t) + Math.abs((2e-14 * (1 + Math.abs(value))) / slope),
        );
      }
    };
    check(byDefault);
    fc.assert(fc.property(any, check), { numRuns: 30, seed: 3 });
  });

  test("numbers and float64 tensors agree, also through the inverse", async () => {
    const times = timesOf(byDefault, 300);
    for (const process of [byDefault, ...fc.sample(any, { numRuns: 2, seed: 4 })]) {
      const inside = times.map((t) => Math.min(process.times.last, Math.max(process.times.first, t)));
      const found = await evaluate(process, "float64", inside);
      for (const method of methods)
        for (const [i, t] of inside.entries()) {
          const expected = process[method](method === "timeOfLogSnr" ? process.logSnr(t) : t);
          const scale = method === "logSnr" ? 1 + Math.abs(expected) : Math.abs(expected);
          const error = Math.abs(found[method].data[i]! - expected);
          expect(error, `${method}(${t})`).toBeLessThanOrEqual((method === "timeOfLogSnr" ? 1e-11 : 1e-12) * scale);
        }
    }
  });

  test("float32 tensors keep five digits everywhere", async () => {
    // Times that float32 holds exactly, so that only the formulas are judged.
    const { first, last } = byDefault.times;
    const times = timesOf(byDefault, 300).map((t) => {
      const rounded = Math.fround(t);
      return rounded < first || rounded > last ? Math.fround((first + last) / 2) : rounded;
    });
    const found = await evaluate(byDefault, "float32", times);
    for (const method of methods)
      for (const [i, t] of times.entries()) {
        const argument = method === "timeOfLogSnr" ? Math.fround(byDefault.logSnr(t)) : t;
        const expected = byDefault[method](argument);
        // The log-SNR counts absolutely; where it starts at time 0, so does the time.
        // The rate of a noise that rises and falls again passes through 0: there it counts against the noise.
        const turns = method === "sigmaRate" && kind.startsWith("sb-") ? byDefault.sigma(argument) : 0;
        const scale =
          method === "logSnr" ? 1 : method === "timeOfLogSnr" && first === 0 ? 1 : Math.max(turns, Math.abs(expected));
        expect(Math.abs(found[method].data[i]! - expected), `${method}(${t})`).toBeLessThanOrEqual(1e-5 * scale);
      }
  });

  test("its recipe, through JSON, rebuilds it", () => {
    fc.assert(
      fc.property(any, (process) => {
        expect(process.recipe.kind).toBe(kind);
        const again = processFromRecipe(JSON.parse(JSON.stringify(process.recipe)));
        expect(again.recipe).toEqual(process.recipe);
        for (const t of timesOf(process, 7)) expect(again.sigma(t)).toBe(process.sigma(t));
      }),
      { numRuns: 20, seed: 5 },
    );
    expect(byDefault.recipe).toEqual(processFromRecipe({ kind }).recipe);
  });

  test("sampling starts at the noise of the last time", () => {
    expect(byDefault.priorDeviation).toBe(byDefault.sigma(byDefault.times.last));
  });
});

const evaluate = async (process: Process, dtype: "float32" | "float64", times: readonly number[]) => {
  const spec = { shape: [times.length], dtype };
  const compiled = await compile(
    (t, logSnr) => ({
      alpha: process.alpha(t),
      sigma: process.sigma(t),
      alphaRate: process.alphaRate(t),
      sigmaRate: process.sigmaRate(t),
      drift: process.drift(t),
      diffusion: process.diffusion(t),
      logSnr: process.logSnr(t),
      timeOfLogSnr: process.timeOfLogSnr(logSnr),
    }),
    [spec, spec],
    { runtime },
  );
  const array = (values: readonly number[]): NdArray =>
    ndarray(dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values));
  const result = await compiled(array(times), array(times.map((t) => process.logSnr(t))));
  await compiled.dispose();
  return result as Record<(typeof methods)[number], NdArray<"float32">>;
};

test("every kind is tested here", () => {
  expect(kinds.map(([kind]) => kind).sort()).toEqual([...processKinds].sort());
});

test("variance exploding: the integral of g^2 is sigma_t^2 - sigma_min^2", () => {
  const process = ve({ sigmaMin: 0.01, sigmaMax: 50 });
  const times = Array.from({ length: 1001 }, (_, i) => (0.7 * i) / 1000);
  const reached = integrate((t) => process.diffusion(t) ** 2, times, 0);
  expect(relative(reached, process.sigma(0.7) ** 2 - 0.01 ** 2)).toBeLessThan(1e-9);
  expect(relative(process.sigma(0.5), Math.sqrt(0.01 * 50))).toBeLessThan(1e-14);
});

test("sub-VP: sigma is 1 - alpha^2, not its root, and g^2 = beta (1 - exp(-2 B))", () => {
  const process = subVp({ betaMin: 0.2, betaMax: 10 });
  for (const t of [0.01, 0.3, 0.9]) {
    const integral = 0.2 * t + (9.8 * t * t) / 2;
    expect(process.sigma(t)).toBeCloseTo(1 - process.alpha(t) ** 2, 14);
    expect(relative(process.diffusion(t) ** 2, (0.2 + 9.8 * t) * (1 - Math.exp(-2 * integral)))).toBeLessThan(1e-12);
  }
});

test("values worked out by hand", () => {
  // B(1) = (0.1 + 20) / 2
  expect(relative(vp().alpha(1), Math.exp(-10.05 / 2))).toBeLessThan(1e-14);
  expect(relative(vp().diffusion(0.5) ** 2, 10.05)).toBeLessThan(1e-13);
  expect(vp().sigma(0.3) ** 2 + vp().alpha(0.3) ** 2).toBeCloseTo(1, 14);
  expect(vpCosine().sigma(0.3) ** 2 + vpCosine().alpha(0.3) ** 2).toBeCloseTo(1, 14);
  const theta = ((0.3 + 0.008) / 1.008) * (Math.PI / 2);
  expect(relative(vpCosine().alpha(0.3), Math.cos(theta) / Math.cos((0.008 / 1.008) * (Math.PI / 2)))).toBeLessThan(
    1e-14,
  );
  expect(edm().sigma(0.25)).toBe(20);
  expect(rectifiedFlow().drift(0.75)).toBe(-4);
});

test("bad settings are named", () => {
  expect(() => ve({ sigmaMin: 0 })).toThrow(ArgumentError);
  expect(() => ve({ sigmaMin: 2, sigmaMax: 1 })).toThrow(/sigmaMin 2, sigmaMax 1/);
  expect(() => ve({ sigmaMax: Number.POSITIVE_INFINITY })).toThrow(ArgumentError);
  expect(() => edm({ sigmaMin: 1, sigmaMax: 1 })).toThrow(ArgumentError);
  expect(() => vp({ betaMin: 0 })).toThrow(ArgumentError);
  expect(() => subVp({ betaMin: 2, betaMax: 1 })).toThrow(ArgumentError);
  expect(() => vp({ betaMax: 500 })).toThrow(/narrower/);
  expect(() => vpCosine({ offset: 0 })).toThrow(ArgumentError);
  expect(() => vpCosine({ offset: Number.NaN })).toThrow(ArgumentError);
  expect(() => ouve({ sigmaMin: 0.5, sigmaMax: 0.05 })).toThrow(ArgumentError);
  expect(() => ouve({ gamma: 0 })).toThrow(ArgumentError);
  expect(() => sbVe({ k: 1 })).toThrow(ArgumentError);
  expect(() => sbVe({ c: 0 })).toThrow(ArgumentError);
  expect(() => sbVp({ betaMin: 30 })).toThrow(ArgumentError);
  expect(() => processFromRecipe({ kind: "vpp" })).toThrow(RecipeError);
  expect(() => processFromRecipe({ kind: "toString" })).toThrow(RecipeError);
  expect(() => processFromRecipe({ kind: "vp", sigmaMin: 1 })).toThrow(
    /unknown setting sigmaMin; known are betaMin, betaMax/,
  );
  expect(() => processFromRecipe({ kind: "ve", sigmaMin: "small" })).toThrow(/process ve: sigmaMin: expected a number/);
});
