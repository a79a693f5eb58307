/** A mixture of 25 modes with linear measurements, whose posterior is known and has few modes (Cardoso et al. 2024, section 4.1). */
import { edm, exact, gaussianMixture, type Mixture, normal, uniform } from "@scorefield/core";
import { fromNested, type NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { applyOperator } from "../operator/apply-operator.ts";
import { matrix } from "../operator/matrix.ts";
import { calibrate } from "./calibrate.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const d = 8;
// Means (8 i, 8 j, 8 i, 8 j, ...) for i, j from -2 to 2, unit variances, weights proportional to squares of normal numbers.
const means = [-2, -1, 0, 1, 2].flatMap((i) =>
  [-2, -1, 0, 1, 2].map((j) => Array.from({ length: d }, (_, k) => 8 * (k % 2 ? j : i))),
);
const draw = normal([25], { seed: 1, dtype: "float64" }).data;
const density = gaussianMixture({ means, weights: Array.from(draw, (z) => z * z + 1e-6) });
const prior = exact(density, edm({ sigmaMin: 0.02, sigmaMax: 160 }));

/** One measurement along a random direction, with a singular value uniform on (0, 1). */
const problemOf = (seed: number) => {
  const direction = Array.from(normal([d], { seed, dtype: "float64" }).data);
  const length = Math.hypot(...direction);
  const s = uniform([1], { seed, dtype: "float64" }).data[0]!;
  return {
    operator: matrix({
      input: [d],
      matrix: fromNested([direction.map((value) => (s * value) / length)], "float64") as NdArray<"float64">,
    }),
    noise: gaussianNoise({ sigma: 0.3 + 0.7 * s }),
  };
};

/** The mode that each draw is nearest to: shares of the 25. */
const shares = ({ data, shape }: NdArray): Float64Array => {
  const found = new Float64Array(25);
  for (let row = 0; row < shape[0]!; row++) {
    const [i, j] = [0, 1].map((k) => {
      let sum = 0;
      for (let c = k; c < d; c += 2) sum += Number(data[row * d + c]);
      return Math.min(4, Math.max(0, Math.round(sum / (d / 2) / 8) + 2));
    }) as [number, number];
    found[5 * i + j]! += 1 / shape[0]!;
  }
  return found;
};

/** The largest, over 100 random directions, of the Wasserstein-1 distance of two sets along it. */
const maxSliced = (a: NdArray, b: NdArray): number => {
  let most = 0;
  for (let k = 0; k < 100; k++) {
    const direction = normal([d], { seed: 50, step: k, dtype: "float64" }).data;
    const length = Math.hypot(...direction);
    const along = ({ data, shape }: NdArray) =>
      Float64Array.from({ length: shape[0]! }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += (direction[j]! / length) * Number(data[i * d + j]);
        return sum;
      }).sort();
    const [left, right] = [along(a), along(b)];
    most = Math.max(most, left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length);
  }
  return most;
};

const n = 1024;

describe.each([1, 2, 3, 4])("measurement %s", (seed) => {
  test("weights of modes and the max-sliced Wasserstein distance, method by method", async () => {
    const { operator, noise } = problemOf(seed);
    const clean = await applyOperator(operator, density.sample(1, seed, 3), runtime);
    const y = { ...noise.draw(clean, { seed }), shape: [1] } as NdArray;
    const truth = await exactPosterior(density as Mixture, operator, noise, y, { runtime });
    const exactDraws = [truth.sample(n, 7), truth.sample(n, 8)] as const;
    const chance = maxSliced(exactDraws[0], exactDraws[1]);
    const of = async (options: object) =>
      (await posterior(prior, operator, noise, y, { draws: n, runtime, ...options } as never)).draws;
    const smc = await of({ method: "mcgdiff", particles: n, steps: 100 });
    const dps = await of({ method: "dps", steps: 300 });
    const [ofSmc, ofDps] = [maxSliced(smc, exactDraws[0]), maxSliced(dps, exactDraws[0])];
    // Goal of the benchmark: 5.2, where diffusion posterior sampling has 27.
    expect(ofSmc).toBeLessThan(5.2);
    // Chance alone makes about 0.9. Measured: up to 3.7.
    expect(ofSmc).toBeLessThan(Math.max(chance * 6, 1.5));
    expect(ofDps).toBeGreaterThan(ofSmc);
    const [expected, found] = [shares(exactDraws[0]), shares(smc)];
    expect(expected.reduce((sum, share, k) => sum + Math.abs(share - found[k]!), 0) / 2).toBeLessThan(0.15);
  }, 300_000);
});

test("coverage of 90 % intervals of sequential Monte Carlo is 0.90 +- 0.03", async () => {
  const { operator, noise } = problemOf(1);
  const { coverage } = await calibrate(prior, operator, noise, {
    method: "mcgdiff",
    particles: 256,
    steps: 60,
    problems: 300,
    runtime,
  });
  expect(Math.abs(coverage.found - 0.9)).toBeLessThan(0.03);
}, 600_000);
