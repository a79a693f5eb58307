import { compile, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { orderCheck } from "@scorefield/verify";
import { flowProcesses } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { heun } from "./heun.ts";
import { plan, stepDraw } from "./plan.ts";
import { renoise } from "./renoise.ts";
import { restart } from "./restart.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { expectTruth, samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("restart", runtime);

describe("the grid", () => {
  const ratios = (times: readonly number[]) => times.map((t) => edm().sigma(t));

  test("goes down, up to the high end and down again by Karras' steps, as often as said", () => {
    const intervals = [{ low: 0.06, high: 0.3, steps: 2, repeats: 2 }];
    const main = heun().grid(edm());
    const grid = restart({ intervals }).grid(edm());
    const nearest = main.reduce((a, b) => (Math.abs(80 * b - 0.06) < Math.abs(80 * a - 0.06) ? b : a));
    const k = main.indexOf(nearest);
    const [top, bottom] = [0.3 ** (1 / 7), (80 * nearest) ** (1 / 7)];
    const again = [0.3, ((top + bottom) / 2) ** 7, 80 * nearest];
    const expected = [...ratios(main.slice(0, k + 1)), ...again, ...again, ...ratios(main.slice(k + 1))];
    expect(grid).toHaveLength(expected.length);
    for (const [i, value] of ratios(grid).entries()) expect(value / expected[i]!).toBeCloseTo(1, 12);
    expect(grid.filter((t) => t === nearest)).toHaveLength(3);
  });

  test("several intervals, each at its own low end", () => {
    const intervals = [
      { low: 1, high: 5, steps: 3, repeats: 1 },
      { low: 0.06, high: 0.3, steps: 2, repeats: 4 },
    ];
    for (const process of flowProcesses) {
      const steps = [...plan(restart({ steps: 30, intervals }), process).steps];
      expect(steps.filter(({ rises }) => rises)).toHaveLength(5);
    }
  });

  test("evaluations: 2 steps - 1, and 2 for every step of a repeat", () => {
    const intervals = [{ low: 0.06, high: 0.3, steps: 2, repeats: 5 }];
    for (const process of flowProcesses) expect(evaluations(restart({ intervals }), process)).toBe(35 + 20);
  });

  test("without intervals it is heun", async () => {
    const model = exact(gaussian({ mean: [1, 2], covariance: 0.3 }), edm());
    const options = { count: 5, seed: 4, runtime };
    expect(await sample(model, { ...options, sampler: restart({ intervals: [] }) })).toEqual(
      await sample(model, { ...options, sampler: heun() }),
    );
  });
});

describe("on N(0, s^2)", () => {
  for (const process of flowProcesses)
    test(`${process.recipe.kind}: order 2 with a wider interval, gone through three times`, () => {
      const sampler = (steps: number) =>
        restart({ steps, intervals: [{ low: 0.1, high: 1.5, steps: steps / 4, repeats: 3 }], denoiseLast: false });
      const truth = { name: "restart", source: "", towards: "distribution", order: 2, sampler, steps: 24 } as const;
      return expectTruth(orderCheck({ ...truth, deviations: [0.5], tolerance: [0.2, 0.3] }, process, false), runtime);
    });

  test("each restart contracts the error of a state that is off", async () => {
    const model = exact(gaussian({ mean: [0], covariance: 1 }), edm());
    const intervals = [{ low: 0.1, high: 3, steps: 12, repeats: 4 }];
    const spread = async (sampler: ReturnType<typeof restart>) => {
      // Two starts a distance apart, with the same noise: how far apart do they end?
      const ends = [0, 80].map((value) =>
        sample(model, {
          count: 1,
          sampler,
          dtype: "float64",
          initial: ndarray(Float64Array.of(value), [1, 1]),
          runtime,
        }),
      );
      const [a, b] = await Promise.all(ends);
      return Math.abs(a!.data[0]! - b!.data[0]!);
    };
    const [without, withRestarts] = [await spread(restart({ intervals: [] })), await spread(restart({ intervals }))];
    // From r = 3 down to 0.1 the flow of N(0, 1) contracts by sqrt(1.01 / 10), four times over.
    expect(withRestarts / without / (1.01 / 10) ** 2).toBeCloseTo(1, 1);
  });
});

test("a rise in the loop is the process itself, with the draws of its step", async () => {
  const process = edm();
  const model = exact(gaussian({ mean: [0], covariance: 1 }), process);
  const grid = [1, 0.01, 0.02];
  const sampler = { ...restart({ denoiseLast: false }), grid: () => grid };
  const x = await sample(model, { count: 4, sampler, seed: 9, dtype: "float64", runtime });
  const before = await sample(model, {
    count: 4,
    sampler: { ...sampler, grid: () => grid.slice(0, 2) },
    seed: 9,
    dtype: "float64",
    runtime,
  });
  const z = stepDraw([4, 1], 1, { seed: 9, firstSample: 0, dtype: "float64" });
  const expected = await apply(runtime, (state, noise, from, to) => renoise(process, state, from, to, noise), [
    before,
    z,
    ndarray(new Float64Array(4).fill(0.01)),
    ndarray(new Float64Array(4).fill(0.02)),
  ]);
  expect(x.data).toEqual(expected.data);
});

const apply = async (
  on: Runtime,
  f: (...args: Tensor[]) => Tensor,
  values: readonly { shape: readonly number[]; dtype: string }[],
) => {
  const specs = values.map(({ shape }) => ({ shape, dtype: "float64" as const }));
  const compiled = await compile((list: Tensor[]) => f(...list), [specs], { runtime: on });
  const result = await compiled(values as never);
  await compiled.dispose();
  return result;
};

test("recipe and options", () => {
  const intervals = [{ low: 0.06, high: 0.3, steps: 2, repeats: 2 }];
  expect(restart().recipe).toEqual({ kind: "restart", steps: 18, grid: "karras", denoiseLast: true, intervals });
  const bad = (change: object) => () => restart({ intervals: [{ ...intervals[0]!, ...change }] });
  expect(bad({ low: 0 })).toThrow(/intervals.0.low: expected a positive number, found 0/);
  expect(bad({ low: 0.3 })).toThrow(/expected low < high, found low 0.3, high 0.3/);
  expect(bad({ high: 0.05 })).toThrow(ArgumentError);
  expect(bad({ high: Number.POSITIVE_INFINITY })).toThrow(ArgumentError);
  expect(bad({ steps: 0 })).toThrow(/restart intervals.0.steps/);
  expect(bad({ repeats: 1.5 })).toThrow(/restart intervals.0.repeats/);
  expect(() => restart({ steps: 0 })).toThrow(/restart steps/);
  expect(() => bad({ high: 100 })().grid(edm())).toThrow(/within 0.002 to 80, found 0.06 to 100/);
  // Times at 80, 2.5 and 0.002.
  const between = [{ low: 1.5, high: 2, steps: 2, repeats: 1 }];
  expect(() => restart({ steps: 3, intervals: between }).grid(edm())).toThrow(/nearest at 2.515; take more steps/);
});
