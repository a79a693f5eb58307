/** A sampler as a person outside of the project writes one: with public names alone. */
import {
  declare,
  edm,
  evaluations,
  exact,
  flowParts,
  flowSettings,
  gaussian,
  levelAt,
  noise,
  oneStep,
  type Sampler,
  sample,
  setting,
} from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { orderCheck } from "@scorefield/verify";
import { afterAll, expect, test } from "vitest";
import { expectTruth } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const settings = {
  ...flowSettings(),
  place: setting.number({
    above: 0,
    most: 1,
    default: 0.5,
    help: "where in a step the slope is taken, as a share of the log-SNR",
  }),
};

/** y' = y + (r' - r) noise(x_m, t_m), with x_m by Euler's method: the midpoint method where the place is the middle. */
const midpoint = declare({
  kind: "midpoint",
  family: "probability-flow ODE",
  summary: "second order in the middle of a step",
  source: "Hairer, Norsett & Wanner 1993, equation II.1.2",
  settings,
  make: ({ place, ...flow }, recipe): Sampler =>
    oneStep({
      ...flowParts(flow),
      recipe,
      evaluationsPerStep: 2,
      noises: 0,
      step: (model, x, from, to) => {
        const { process } = model;
        const [start, end] = [process.logSnr(from), process.logSnr(to)];
        const middle = process.timeOfLogSnr(start.add(end.subtract(start).multiply(place)));
        const [at, between, next] = [from, middle, to].map((t) => levelAt(process, t, x));
        const y = x.divide(at!.alpha);
        const half = y.add(between!.r.subtract(at!.r).multiply(noise(model, x, from)));
        const slope = noise(model, half.multiply(between!.alpha), middle);
        return y.add(next!.r.subtract(at!.r).multiply(slope)).multiply(next!.alpha);
      },
    }),
});

test("it has defaults, checks and a recipe as the library's own", () => {
  expect(midpoint().recipe).toEqual({ kind: "midpoint", steps: 18, grid: "karras", denoiseLast: true, place: 0.5 });
  expect(() => midpoint({ place: 0 })).toThrow("midpoint place: expected a number in (0, 1], found 0");
  expect(() => midpoint({ setps: 3 } as never)).toThrow("did you mean steps?");
  expect(evaluations(midpoint({ steps: 10 }), edm())).toBe(19);
});

test("it draws samples, and the checks of orders take it", async () => {
  const model = exact(gaussian({ mean: [1, -1] }), edm());
  const drawn = await sample(model, { count: 1_000, sampler: midpoint(), runtime });
  for (const [axis, expected] of [1, -1].entries()) {
    const mean = drawn.data.reduce((sum, value, k) => (k % 2 === axis ? sum + value / 1_000 : sum), 0);
    expect(Math.abs(mean - expected)).toBeLessThan(4 / Math.sqrt(1_000));
  }
  const check = orderCheck(
    {
      name: "midpoint",
      source: midpoint.declaration.source,
      towards: "flow",
      order: 2,
      steps: 64,
      tolerance: 0.1,
      sampler: (steps) => midpoint({ steps, denoiseLast: false }),
    },
    edm(),
  );
  await expectTruth(check, runtime);
});
