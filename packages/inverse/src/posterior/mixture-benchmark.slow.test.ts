/** A mixture of 25 modes with linear measurements, whose posterior is known and has few modes (Cardoso et al. 2024, section 4.1). */
import { edm, exact, normal, uniform } from "@scorefield/core";
import { fromNested, type NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { applyOperator } from "../operator/apply-operator.ts";
import { matrix } from "../operator/matrix.ts";
import { calibrate } from "./calibrate.ts";
import { slicedDistancesTo, totalVariation } from "./draw-distances.case.ts";
import { exactPosterior } from "./exact-posterior.ts";
import { mixtureDensity, modeShares } from "./mixture-problem.case.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const d = 8;
const { density } = mixtureDensity(d);
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

const shares = modeShares(d);

const n = 1024;

describe.each([1, 2, 3, 4])("measurement %s", (seed) => {
  test("weights of modes and the max-sliced Wasserstein distance, method by method", async () => {
    const { operator, noise } = problemOf(seed);
    const clean = await applyOperator(operator, density.sample(1, seed, 3), runtime);
    const y = { ...noise.draw(clean, { seed }), shape: [1] } as NdArray;
    const truth = await exactPosterior(density, operator, noise, y, { runtime });
    const exactDraws = [truth.sample(n, 7), truth.sample(n, 8)] as const;
    const distances = slicedDistancesTo(exactDraws[0], 100);
    const chance = distances(exactDraws[1]).largest;
    const of = async (options: object) =>
      (await posterior(prior, operator, noise, y, { draws: n, runtime, ...options } as never)).draws;
    const smc = await of({ method: "mcgdiff", particles: n, steps: 100 });
    const dps = await of({ method: "dps", steps: 300 });
    const [ofSmc, ofDps] = [distances(smc).largest, distances(dps).largest];
    // Goal of the benchmark: 5.2, where diffusion posterior sampling has 27.
    expect(ofSmc).toBeLessThan(5.2);
    // Chance alone makes about 0.9. Measured: up to 3.7.
    expect(ofSmc).toBeLessThan(Math.max(chance * 6, 1.5));
    expect(ofDps).toBeGreaterThan(ofSmc);
    const [expected, found] = [shares(exactDraws[0]), shares(smc)];
    expect(totalVariation(expected, found)).toBeLessThan(0.15);
  }, 300_000);
});

test("coverage of 90 % intervals of sequential Monte Carlo is 0.90 within 3 standard errors of 0.012", async () => {
  const { operator, noise } = problemOf(1);
  const { coverage } = await calibrate(prior, operator, noise, {
    method: "mcgdiff",
    particles: 256,
    steps: 60,
    problems: 600,
    runtime,
  });
  expect(Math.abs(coverage.found - coverage.expected)).toBeLessThan(3 * coverage.standardError);
  expect(coverage.standardError).toBeLessThan(0.013);
}, 600_000);
