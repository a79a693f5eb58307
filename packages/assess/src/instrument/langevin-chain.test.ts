import { ArgumentError, edm, exact, gaussian, normal, SamplingError } from "@scorefield/core";
import { ndarray, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { chainSummary } from "./autocorrelation.ts";
import { langevinChain } from "./langevin-chain.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** x' = c x + sqrt(1 - c^2) z, stationary N(0, 1). */
const autoregression = (c: number, steps: number, chains: number) => {
  const { data: z } = normal([steps, chains], { seed: 1, dtype: "float64" });
  const x = zeros([steps, chains], "float64");
  for (let i = 0; i < steps; i++)
    for (let k = 0; k < chains; k++)
      x.data[i * chains + k] =
        i === 0 ? z[k]! : c * x.data[(i - 1) * chains + k]! + Math.sqrt(1 - c * c) * z[i * chains + k]!;
  return x;
};

describe("a chain summary", () => {
  test.each([0.9, 0.5, 0, -0.5])("of an autoregression with coefficient %s: c^k and (1 + c) / (1 - c)", (c) => {
    const [steps, chains] = [2000, 20];
    const { autocorrelation, integratedTime, effectiveSampleSize, rHat } = chainSummary(
      autoregression(c, steps, chains),
    );
    const time = (1 + c) / (1 - c);
    // Bartlett's standard error of a correlation, at most sqrt(time / n); Sokal's of the sum over m lags, time sqrt(2 (2 m + 1) / n).
    const n = steps * chains;
    for (const lag of [1, 2, 3].filter((k) => k < autocorrelation.length))
      expect(Math.abs(autocorrelation[lag]! - c ** lag)).toBeLessThan(4 * Math.sqrt(Math.max(1, time) / n));
    const error = Math.max(1, time) * Math.sqrt((2 * (2 * autocorrelation.length + 1)) / n);
    expect(Math.abs(integratedTime - time)).toBeLessThan(4 * error);
    expect(effectiveSampleSize).toBeCloseTo(n / integratedTime, 6);
    expect(Math.abs(rHat - 1)).toBeLessThan(0.02);
  });

  test("chains in different places have not mixed", () => {
    const x = autoregression(0.5, 200, 4);
    for (let i = 0; i < 200; i++) x.data[4 * i]! += 5;
    const { rHat, effectiveSampleSize } = chainSummary(x);
    expect(rHat).toBeGreaterThan(1.5);
    expect(effectiveSampleSize).toBeLessThan(20);
  });

  test("what cannot be", () => {
    expect(() => chainSummary(zeros([20, 2]))).toThrow(/values that vary/);
    expect(() => chainSummary(zeros([5, 2]))).toThrow(/at least 8 steps/);
    expect(() => chainSummary(ndarray(new Float32Array(20).fill(NaN), [10, 2]))).toThrow(ArgumentError);
  });
});

/** E min(1, exp(-b A B)) for independent normal A and B of these variances, on a grid. */
const expectedAcceptance = (b: number, varianceA: number, varianceB: number): number => {
  const [n, most] = [400, 8];
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const [p, q] = [((i + 0.5) / n - 0.5) * 2 * most, ((j + 0.5) / n - 0.5) * 2 * most];
      const weight = Math.exp(-0.5 * (p * p + q * q));
      mass += weight;
      sum += weight * Math.min(1, Math.exp(-b * p * q * Math.sqrt(varianceA * varianceB)));
    }
  return sum / mass;
};

describe("a Langevin chain on N(0, 1)", () => {
  const process = edm({ sigmaMin: 1e-4 });
  const model = exact(gaussian({ mean: [3] }), process);
  const initial = ndarray(Float64Array.from(model.density.sample(64, 9).data), [64, 1]);

  test.each([0.1, 0.5])(
    "step %s: its autocorrelation, variance and acceptance agree with an autoregression",
    async (eta) => {
      const found = await langevinChain(model, {
        stepSize: eta,
        steps: 800,
        burnIn: 50,
        chains: 64,
        initial,
        dtype: "float64",
        runtime,
      });
      const c = 1 - eta;
      const n = 800 * 64;
      const time = (1 + c) / (1 - c);
      const { slowest, varianceRatio, acceptance } = found;
      expect(Math.abs(slowest.autocorrelation[1]! - c)).toBeLessThan(4 * Math.sqrt(time / n));
      const error = time * Math.sqrt((2 * (2 * slowest.autocorrelation.length + 1)) / n);
      expect(Math.abs(slowest.integratedTime - time)).toBeLessThan(4 * error);
      const variance = 2 / (2 - eta);
      expect(Math.abs(varianceRatio.value - variance)).toBeLessThan(4 * varianceRatio.standardError);
      expect(varianceRatio.standardError).toBeLessThan(0.1);
      // log ratio = -eta / 4 (x'^2 - x^2), and x' - x, x' + x are independent.
      const expected = expectedAcceptance(eta / 4, 2 * variance * (1 - c), 2 * variance * (1 + c));
      expect(Math.abs(acceptance.value - expected)).toBeLessThan(4 * acceptance.standardError);
      expect(acceptance.standardError).toBeLessThan(0.01);
    },
  );

  test("what cannot be", async () => {
    const long = { stepSize: 50, steps: 400, chains: 2, runtime };
    await expect(langevinChain(model, long)).rejects.toThrow(SamplingError);
    await expect(langevinChain(model, { stepSize: -1 })).rejects.toThrow(/stepSize/);
    await expect(langevinChain(model, { stepSize: 0.1, steps: 4 })).rejects.toThrow(/at least 8 steps/);
  });
});
