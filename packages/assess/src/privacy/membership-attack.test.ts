import { ArgumentError, normal, uniform } from "@scorefield/core";
import { expect, test } from "vitest";
import { membershipAttack } from "./membership-attack.ts";

const draws = (n: number, seed: number): Float64Array => normal([n], { seed, dtype: "float64" }).data;

test("losses that say nothing: the rate is within chance about 95 times in 100, and so is the area", () => {
  const repeats = 200;
  let [rates, areas] = [0, 0];
  for (let seed = 0; seed < repeats; seed++) {
    const [memberLosses, otherLosses] = [draws(80, 2 * seed), draws(120, 2 * seed + 1)];
    const found = membershipAttack({ memberLosses, otherLosses }, { replicates: 1 });
    const { truePositiveRate, chance, areaUnderCurve, areaChance } = found;
    if (truePositiveRate.value >= chance.low && truePositiveRate.value <= chance.high) rates++;
    if (areaUnderCurve.value >= areaChance.low && areaUnderCurve.value <= areaChance.high) areas++;
  }
  // The rate is a whole number of members, so its interval holds a little more than 95 %.
  expect(rates / repeats).toBeGreaterThan(0.95 - 5 * Math.sqrt((0.95 * 0.05) / repeats));
  expect(Math.abs(areas / repeats - 0.95)).toBeLessThan(5 * Math.sqrt((0.95 * 0.05) / repeats));
});

test("chance is the exact distribution: every order of 3 members and 10 others, counted", () => {
  // The number of members below the second smallest of 10 others, over all 286 orders.
  const counts = [0, 0, 0, 0];
  for (let a = 0; a < 13; a++)
    for (let b = a + 1; b < 13; b++)
      for (let c = b + 1; c < 13; c++) {
        const members = new Set([a, b, c]);
        let [others, below] = [0, 0];
        for (let place = 0; place < 13 && others < 2; place++)
          if (members.has(place)) below++;
          else others++;
        counts[below]!++;
      }
  const ends = [0.025, 0.975].map((share) => {
    let sum = 0;
    return counts.findIndex((count) => (sum += count / 286) >= share) / 3;
  });
  const { chance, falsePositiveRate } = membershipAttack({ memberLosses: [1, 2, 3], otherLosses: draws(10, 1) });
  expect(falsePositiveRate).toBe(0.1);
  expect([chance.low, chance.high]).toEqual(ends);
});

test("a model that knows its rows is found out; Gaussian losses give the rate of the closed form", () => {
  const n = 4000;
  const otherLosses = draws(n, 1);
  // At a threshold of the 10 % quantile, -1.2816, members shifted down by 1 are below with probability Phi(-0.2816).
  const found = membershipAttack({ memberLosses: draws(n, 2).map((loss) => loss - 1), otherLosses });
  const expected = 0.3891;
  const density = Math.exp(-(0.2816 ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const others = 0.1755;
  const error = Math.sqrt((expected * (1 - expected)) / n + ((density / others) ** 2 * 0.09) / n);
  expect(Math.abs(found.truePositiveRate.value - expected)).toBeLessThan(5 * error);
  // The bootstrap's error of a quantile converges slowly.
  expect(Math.abs(found.truePositiveRate.standardError / error - 1)).toBeLessThan(0.4);
  // Phi(1 / sqrt(2))
  expect(Math.abs(found.areaUnderCurve.value - 0.7602)).toBeLessThan(5 * 0.006);
  expect(found.remembers).toBe(true);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(membershipAttack({ memberLosses: [0, 0, 0], otherLosses: [1, 2, 3] }).truePositiveRate.value).toBe(1);
});

test("equal losses are no evidence; what cannot be judged is refused", () => {
  const same = membershipAttack({ memberLosses: new Array(50).fill(1), otherLosses: new Array(50).fill(1) });
  expect(same).toMatchObject({ truePositiveRate: { value: 0 }, areaUnderCurve: { value: 0.5 }, remembers: false });
  const otherLosses = Array.from(uniform([20], { seed: 1 }).data);
  expect(() => membershipAttack({ memberLosses: [1], otherLosses })).toThrow(/memberLosses: expected at least 2/);
  expect(() => membershipAttack({ memberLosses: [1, Number.NaN], otherLosses })).toThrow(ArgumentError);
  expect(() => membershipAttack({ memberLosses: otherLosses, otherLosses }, { falsePositiveRate: 1 })).toThrow(/share/);
  expect(() => membershipAttack({ memberLosses: otherLosses, otherLosses }, { seeed: 1 } as object)).toThrow(/seeed/);
});
