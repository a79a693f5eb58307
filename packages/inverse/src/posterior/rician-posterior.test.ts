/** Posteriors under Rician noise against numerical integration. */
import { edm, exact, gaussianMixture } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { riceDensity } from "../noise/rician.case.ts";
import { ricianNoise } from "../noise/rician.ts";
import { identity } from "../operator/identity.ts";
import { posterior } from "./posterior.ts";

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

const ys = [-0.8, -0.5, -0.1];
const options = { seed: 4, dtype: "float64", runtime } as const;
const y = (value: number): NdArray => ndarray(Float64Array.of(value));

console.log(ys.map(truth));
test("measure", async () => {
  for (const value of ys)
    for (const m of [
      { method: "tds", particles: 512, steps: 60, draws: 2048 },
      { method: "daps", curvature: 1 / sigma ** 2, draws: 1000 },
      { method: "pnp-dm", curvature: 1 / sigma ** 2, draws: 1000, coupling: 0.1, steps: 40, innerSteps: 10 },
      {
        method: "pnp-dm",
        curvature: 1 / sigma ** 2,
        draws: 1000,
        coupling: 0.05,
        start: 1,
        steps: 60,
        innerSteps: 10,
        langevinSteps: 20,
      },
      { method: "dps-likelihood", steps: 200, draws: 1000 },
    ] as const) {
      const t = performance.now();
      const f = await posterior(prior, seen, noise, y(value), { ...options, ...m });
      const { mean, deviation } = truth(value);
      console.log(
        value,
        m.method,
        "bias",
        ((f.mean.data[0]! - mean) / deviation).toFixed(3),
        "dev ratio",
        (f.deviation!.data[0]! / deviation).toFixed(3),
        "misfit",
        f.misfit.found.toFixed(3),
        f.misfit.allowed.toFixed(3),
        (performance.now() - t).toFixed(0),
      );
    }
}, 300_000);
