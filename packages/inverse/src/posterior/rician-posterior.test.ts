/** Posteriors under Rician noise against numerical integration. */
import { edm, exact, gaussianMixture } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { riceDensity } from "../noise/rician.case.ts";
import { ricianNoise } from "../noise/rician.ts";
import { identity } from "../operator/identity.ts";
import { type MethodOptions, posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

// A dark tissue and a brighter one, in [-1, 1], under noise that brightens the dark one.
const [means, deviations, weights] = [
  [-0.85, -0.2],
  [0.12, 0.25],
  [0.6, 0.4],
];
const prior = exact(
  gaussianMixture({
    means: means!.map((mean) => [mean]),
    covariances: deviations!.map((deviation) => deviation ** 2),
    weights: weights!,
  }),
  edm({ sigmaMin: 0.005, sigmaMax: 10 }),
);
const sigma = 0.3;
const seen = identity({ input: [1], units: "intensity in [-1, 1]" });
const noise = ricianNoise({ sigma, offset: 1 });

/** Mean and deviation of p(x | y), by sums over a grid. */
const truth = (y: number): { readonly mean: number; readonly deviation: number } => {
  let [total, first, second] = [0, 0, 0];
  for (let x = -3; x < 3; x += 0.001) {
    let p = riceDensity(y + 1, Math.abs(x + 1), sigma);
    p *= means!.reduce(
      (sum, mean, k) =>
        sum + (weights![k]! / deviations![k]!) * Math.exp(-((x - mean) ** 2) / (2 * deviations![k]! ** 2)),
      0,
    );
    total += p;
    first += p * x;
    second += p * x * x;
  }
  const mean = first / total;
  return { mean, deviation: Math.sqrt(second / total - mean ** 2) };
};

const ys = [-0.8, -0.1];
const y = (value: number): NdArray => ndarray(Float64Array.of(value));
const curvature = 1 / sigma ** 2;

/** Error of the mean in deviations of the posterior, and the deviation over the right one, for each measurement. */
const errors = async (settings: MethodOptions, draws: number) => {
  const found: { bias: number; ratio: number }[] = [];
  for (const value of ys) {
    const { mean, deviation } = await posterior(prior, seen, noise, y(value), {
      ...settings,
      draws,
      seed: 4,
      dtype: "float64",
      runtime,
    });
    const right = truth(value);
    found.push({
      bias: (mean.data[0]! - right.mean) / right.deviation,
      ratio: deviation!.data[0]! / right.deviation,
    });
  }
  return found;
};

/** Largest error of the mean, and the range of the deviation over the right one, that are allowed to each method. */
const methods: readonly [MethodOptions, draws: number, bias: number, least: number, most: number][] = [
  [{ method: "tds", particles: 1024, steps: 40 }, 2048, 0.15, 0.85, 1.15],
  [
    { method: "pnp-dm", curvature, coupling: 0.1, start: 1, decay: 0.8, steps: 30, innerSteps: 6, langevinSteps: 20 },
    1000,
    0.25,
    0.8,
    1.25,
  ],
  [{ method: "daps", curvature, steps: 20, innerSteps: 4, langevinSteps: 20 }, 1000, 0.4, 1, 1.6],
];

test.each(methods)("$method is near the posterior by integration", async (settings, draws, bias, least, most) => {
  for (const found of await errors(settings, draws)) {
    expect(Math.abs(found.bias)).toBeLessThan(bias);
    expect(found.ratio).toBeGreaterThan(least);
    expect(found.ratio).toBeLessThan(most);
  }
});

test("methods for Gaussian noise refuse it, with the reason", async () => {
  await expect(posterior(prior, seen, noise, y(0), { method: "annealed-langevin", runtime })).rejects.toThrow(
    /expected Gaussian noise of one deviation above 0, found rician/,
  );
});
