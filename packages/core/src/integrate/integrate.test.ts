import { expect, test } from "vitest";
import { type GivenUp, type Integration, integrate, type Progress } from "./integrate.ts";
import { rungeKutta, type Solution } from "./runge-kutta.ts";
import type { Controller } from "./step-control.ts";
import { dormandPrinceTableau, type Tableau } from "./tableau.ts";

/** Orders 3(2), of four stages: Bogacki & Shampine 1989. */
const bogackiShampine: Tableau = {
  c: [0, 1 / 2, 3 / 4, 1],
  a: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
  error: [-5 / 72, 1 / 12, 1 / 9, -1 / 8],
};
const methods = [
  { name: "Dormand-Prince 5(4)", tableau: dormandPrinceTableau, order: 5 },
  { name: "Bogacki-Shampine 3(2)", tableau: bogackiShampine, order: 3 },
];

const controller: Controller = { firstStep: 0.05, safety: 0.9, proportional: 0.2, integral: 0, shrink: 0.2, grow: 5 };

interface Spring {
  /** Frequencies of y'' = -w^2 y, one for each sample, which starts at (1, 0). */
  readonly frequencies: readonly number[];
  readonly tableau?: Tableau;
  readonly tolerance?: number;
  readonly slots?: number;
  readonly way?: Partial<Integration>;
}

/** Springs solved from 0 to 2, with the integral of y; the states, and what the loop reported on the way. */
const springs = async ({
  frequencies,
  tableau = dormandPrinceTableau,
  tolerance = 1e-8,
  slots = frequencies.length,
  way = {},
}: Spring) => {
  const frequency = new Float64Array(slots);
  const found: Solution[] = [];
  const order: number[] = [];
  const method = rungeKutta({
    tableau,
    slots,
    size: 2,
    channels: 1,
    load: (y, { slot, sample }) => {
      y.set([1, 0], 2 * slot);
      frequency[slot] = frequencies[sample]!;
    },
    rates: async (y) => ({
      slope: y.map((_, i) => (i % 2 === 0 ? y[i + 1]! : -(frequency[i >> 1]! ** 2) * y[i - 1]!)),
      integrands: Float64Array.from({ length: slots }, (_, slot) => y[2 * slot]!),
    }),
    judge: ({ error, integralError }) => {
      const size = Math.max(Math.hypot(...error), Math.abs(integralError[0]!));
      return { error: size, share: size / tolerance };
    },
    keep: (sample, { y, integrals, ...rest }) => {
      order.push(sample);
      found[sample] = { y: y.slice(), integrals: integrals.slice(), ...rest };
    },
  });
  const progress: Progress[] = [];
  const error = (reason: GivenUp, sample: number, t: number): Error => new Error(`${reason} ${sample} ${t}`);
  const problem = { method, count: frequencies.length, slots, from: 0, to: 2, control: controller, error, ...way };
  for await (const state of integrate(problem)) progress.push({ ...state, at: state.at.slice() });
  return { found, order, progress };
};

const errorsOf = (found: readonly Solution[], frequencies: readonly number[], to = 2): number[] =>
  found.map(({ y, integrals }, i) => {
    const w = frequencies[i]!;
    return Math.hypot(y[0]! - Math.cos(w * to), y[1]! + w * Math.sin(w * to), integrals[0]! - Math.sin(w * to) / w);
  });

test.each(methods)("$name: a tableau fulfils the conditions of its orders", ({ tableau, order }) => {
  const { a, c, error } = tableau;
  const b = [...a.at(-1)!, 0];
  const embedded = b.map((weight, i) => weight - error[i]!);
  for (const [i, row] of a.entries()) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(c[i]!, 14);
  const moment = (weights: readonly number[], power: number) =>
    weights.reduce((sum, weight, i) => sum + weight * c[i]! ** power, 0);
  for (let power = 0; power < order; power++) expect(moment(b, power)).toBeCloseTo(1 / (power + 1), 14);
  for (let power = 0; power < order - 1; power++) expect(moment(embedded, power)).toBeCloseTo(1 / (power + 1), 14);
  expect(Math.abs(moment(embedded, order - 1) - 1 / order)).toBeGreaterThan(1e-4);
});

test.each(methods)("$name in equal steps: the order of a spring and of its integral", async ({ tableau, order }) => {
  const sizes = [20, 40, 80];
  const errors: number[] = [];
  for (const control of sizes) {
    const { found, progress } = await springs({ frequencies: [3], tableau, way: { control } });
    expect(progress.at(-1)!.attempt).toBe(control);
    expect(found[0]!.evaluations).toBe(1 + control * (tableau.c.length - 1));
    errors.push(errorsOf(found, [3])[0]!);
  }
  for (const k of [1, 2]) {
    const slope = Math.log2(errors[k - 1]! / errors[k]!);
    expect(slope, `errors ${errors}`).toBeGreaterThan(order - 0.3);
    expect(slope, `errors ${errors}`).toBeLessThan(order + 0.7);
  }
});

test("the error follows the tolerance, to either side and on another clock", async () => {
  for (const [to, clock] of [
    [2, undefined],
    [-2, undefined],
    [2, { at: (t: number) => -Math.log(3 - t), timeOf: (value: number) => 3 - Math.exp(-value) }],
  ] as const) {
    const errors: number[] = [];
    for (const tolerance of [1e-5, 1e-7, 1e-9]) {
      const { found } = await springs({ frequencies: [3], tolerance, way: { to, ...(clock && { clock }) } });
      errors.push(errorsOf(found, [3], to)[0]!);
      expect(errors.at(-1)! / tolerance).toBeLessThan(100);
      expect(found[0]!.error).toBeGreaterThan(0);
    }
    const slope = Math.log(errors[0]! / errors[2]!) / Math.log(1e4);
    expect(slope, `errors ${errors}`).toBeGreaterThan(0.8);
    expect(slope, `errors ${errors}`).toBeLessThan(1.2);
  }
});

test("samples through fewer slots: the same bits, and a slow one holds up nothing", async () => {
  const frequencies = [40, 1, 2, 3, 1, 5, 0.5];
  const { found: all } = await springs({ frequencies });
  const { found, order, progress } = await springs({ frequencies, slots: 2 });
  expect(found).toEqual(all);
  expect(order.at(-1)).toBe(0);
  // One slot was the slow sample's own.
  expect(progress.at(-1)!.attempt).toBe((found[0]!.evaluations - 1) / 6);
  expect(progress.map(({ left }) => left)).toEqual(progress.map(({ left }) => left).sort((a, b) => b - a));
  expect([progress[0]!.left, progress.at(-1)!.left]).toEqual([7, 0]);
  for (const [i, error] of errorsOf(found, frequencies).entries()) expect(error, `${i}`).toBeLessThan(1e-4);
});

test("times are reported, each slot's own, and end where asked; times may be rounded", async () => {
  const { progress } = await springs({ frequencies: [1, 9], way: { round: Math.fround } });
  expect(Array.from(progress[0]!.at)).toEqual([0, 0]);
  expect(Array.from(progress.at(-1)!.at)).toEqual([2, 2]);
  for (const [k, { at }] of progress.entries())
    for (const [i, t] of at.entries()) {
      expect(Math.fround(t)).toBe(t);
      if (k > 0) expect(t).toBeGreaterThanOrEqual(progress[k - 1]!.at[i]!);
    }
});

test("no samples: nothing is asked of the method", async () => {
  const { progress } = await springs({ frequencies: [], slots: 3 });
  expect(progress.map(({ attempt, left }) => [attempt, left])).toEqual([[0, 0]]);
});

test("why a sample is given up", async () => {
  await expect(springs({ frequencies: [1, 9], way: { mostSteps: 5 } })).rejects.toThrow(/^steps 0 0\.\d+$/);
  const stuck = { control: { ...controller, shortest: 1e-3 } };
  await expect(springs({ frequencies: [1, 900], tolerance: 1e-12, way: stuck })).rejects.toThrow(/^step \d 0/);
  await expect(springs({ frequencies: [Number.NaN] })).rejects.toThrow(/^step 0 0$/);
  await expect(springs({ frequencies: [1, Number.NaN], way: { control: 3 } })).rejects.toThrow(/^error 1 0$/);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(springs({ frequencies: [1], way: { signal } })).rejects.toThrow("enough");
});

test("steps are no longer than the longest", async () => {
  const longest = 1 / 8;
  const { progress } = await springs({ frequencies: [1e-3], way: { control: { ...controller, longest } } });
  for (const [k, { at }] of progress.slice(1).entries()) expect(at[0]! - progress[k]!.at[0]!).toBeLessThan(0.12501);
  expect(progress.at(-1)!.attempt).toBeGreaterThan(15);
});
