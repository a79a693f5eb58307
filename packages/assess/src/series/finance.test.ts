/** Measures of returns: on series whose values are known in closed form, or by scipy and bench/peers/garch.py. */
import { ArgumentError, normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { blockBootstrap, bootstrapBand } from "./block-bootstrap.ts";
import { fitGarch, simulateGarch } from "./garch.ts";
import { minimise } from "./minimise.ts";
import { backTestRisk, riskOf } from "./risk.ts";
import { laggedCorrelation, meanOf } from "./sample-autocorrelation.ts";
import { crossCorrelations, hillTailIndex, stylisedFacts } from "./stylised-facts.ts";

const model = { mean: 0.0005, omega: 2e-6, alpha: 0.1, beta: 0.88, degrees: 6 };

test("GARCH(1,1)-t: the fit is that of scipy, and the parameters come back", () => {
  const returns = simulateGarch(model, { length: 3000, seed: 1 });
  const found = fitGarch(returns);
  // By bench/peers/garch.py on the same returns.
  expect(found.logLikelihood).toBeCloseTo(10179.793046, 3);
  expect(found.alpha).toBeCloseTo(0.0658367, 4);
  expect(found.beta).toBeCloseTo(0.9225832, 4);
  expect(found.degrees).toBeCloseTo(5.7871, 1);
  const long = fitGarch(simulateGarch(model, { length: 20_000, seed: 4 }));
  expect(Math.abs(long.alpha - 0.1)).toBeLessThan(0.02);
  expect(Math.abs(long.beta - 0.88)).toBeLessThan(0.025);
  expect(Math.abs(long.degrees - 6)).toBeLessThan(1);
});

test("draws of GARCH have the stationary variance, heavy tails, clusters and no memory of sign", () => {
  const returns = simulateGarch(model, { length: 40_000, seed: 2 });
  expect(meanOf(returns.map((x) => (x - model.mean) ** 2)) / (model.omega / 0.02)).toBeGreaterThan(0.8);
  expect(meanOf(returns.map((x) => (x - model.mean) ** 2)) / (model.omega / 0.02)).toBeLessThan(1.25);
  const facts = stylisedFacts(returns);
  expect(facts.kurtosis1).toBeGreaterThan(3);
  expect(facts.kurtosis20).toBeLessThan(facts.kurtosis1);
  expect(Math.abs(facts.memory1)).toBeLessThan(0.03);
  expect(facts.clusters1).toBeGreaterThan(0.1);
  expect(facts.clusters20).toBeGreaterThan(0.05);
  expect(() => simulateGarch({ ...model, beta: 0.95 }, { length: 5 })).toThrow(ArgumentError);
});

test("moments are those of scipy, and a Pareto tail has its index", () => {
  const wave = Float64Array.from({ length: 400 }, (_, t) => Math.sin(t ** 1.5) * Math.cos(t / 9));
  const facts = stylisedFacts(wave);
  expect(facts.kurtosis1).toBeCloseTo(-0.8723131463, 6);
  expect(facts.skewness).toBeCloseTo(0.0222629865, 6);
  expect(facts.kurtosis5).toBeCloseTo(5.8728591071, 5);
  const pareto = Float64Array.from({ length: 20_000 }, (_, i) => ((i + 0.5) / 20_000) ** (-1 / 3));
  // 1,000 values in the tail: a standard error of 0.1 of random ones; these are evenly spread quantiles.
  expect(Math.abs(hillTailIndex(pareto) - 3)).toBeLessThan(0.02);
});

test("correlations at a lag, of an AR(1) and of two series", () => {
  const z = normal([20_000, 2], { seed: 3, dtype: "float64" }).data;
  const x = new Float64Array(20_000);
  for (let t = 0; t < x.length; t++) x[t] = (t === 0 ? 0 : 0.7 * x[t - 1]!) + z[2 * t]!;
  // A standard error is 0.007 or less.
  expect(Math.abs(laggedCorrelation(x, 1) - 0.7)).toBeLessThan(0.03);
  expect(Math.abs(laggedCorrelation(x, 3) - 0.343)).toBeLessThan(0.03);
  const y = x.map((value, t) => value + z[2 * t + 1]!);
  const [[a, b], [c]] = crossCorrelations([x, y]) as [[number, number], [number]];
  expect(a).toBeCloseTo(1, 12);
  expect(b).toBe(c);
  // corr = sqrt(var x / (var x + 1)) with var x = 1 / 0.51.
  expect(Math.abs(b - Math.sqrt(1 / (1 + 0.51)))).toBeLessThan(0.02);
});

test("blocks keep neighbours: the autocorrelation survives long blocks and not blocks of one", () => {
  const x = new Float64Array(2000);
  const z = normal([2000], { seed: 5, dtype: "float64" }).data;
  for (let t = 0; t < 2000; t++) x[t] = (t === 0 ? 0 : 0.8 * x[t - 1]!) + z[t]!;
  const first = (block: number) =>
    bootstrapBand(x, (s) => laggedCorrelation(s, 1), { block, replicates: 100, seed: 1 });
  const [low, high] = first(100);
  expect(low).toBeGreaterThan(0.7);
  expect(high).toBeLessThan(0.86);
  expect(Math.abs(first(1)[1])).toBeLessThan(0.1);
  expect(blockBootstrap(x, 3, { seed: 2 })).toEqual(blockBootstrap(x, 3, { seed: 2 }));
  expect(blockBootstrap(x, 3, { seed: 2 })).not.toEqual(blockBootstrap(x, 4, { seed: 2 }));
  expect(() => blockBootstrap(new Float64Array(0), 0)).toThrow(ArgumentError);
});

test("value at risk and expected shortfall of a uniform loss", () => {
  const returns = Float64Array.from({ length: 10_001 }, (_, i) => -i / 10_000);
  const { valueAtRisk, expectedShortfall } = riskOf(returns, 0.95);
  expect(valueAtRisk).toBeCloseTo(0.95, 6);
  expect(expectedShortfall).toBeCloseTo(0.975, 3);
  expect(() => riskOf([], 0.99)).toThrow(ArgumentError);
  expect(() => riskOf(returns, 0.2)).toThrow(ArgumentError);
});

test("back-tests: 15 losses in 1,000 days beyond a 99 % value at risk, in clusters of 3, by scipy", () => {
  const returns = new Float64Array(1000);
  for (const start of [100, 300, 500, 700, 900]) returns.fill(-2, start, start + 3);
  const found = backTestRisk(returns, new Float64Array(1000).fill(1), 0.99);
  expect([found.exceeded, found.count, found.expected]).toEqual([15, 1000, expect.closeTo(10, 9)]);
  expect(found.kupiec.statistic).toBeCloseTo(2.1892483888, 8);
  expect(found.kupiec.p).toBeCloseTo(0.1389771183, 5);
  expect(found.independence.statistic).toBeCloseTo(73.8429210593, 6);
  expect(found.independence.p).toBeLessThan(1e-12);
  expect(found.christoffersen.p / 3.089044614389029e-17).toBeCloseTo(1, 5);
  expect(() => backTestRisk(returns, [1], 0.99)).toThrow(ArgumentError);
});

test("the simplex finds the minimum of a banana", () => {
  const [x, y] = minimise(([a, b]) => (1 - a!) ** 2 + 100 * (b! - a! ** 2) ** 2, [-1.2, 1]);
  expect(x).toBeCloseTo(1, 3);
  expect(y).toBeCloseTo(1, 3);
});
