/** Checks of series: forecasts, filled gaps and likelihoods of an AR(1) and of a random walk against the Kalman filter and smoother. */
import { edm, exact, gaussian, logDensity, type Mixture, normal } from "@scorefield/core";
import { exactPosterior, gaussianNoise, mask, posterior } from "@scorefield/inverse";
import { ndarray } from "@scorefield/tensor";
import { type Check, estimate, type Finding, sameNumbers, worst } from "./check.ts";
import { kalmanSmoother, type StateSpace } from "./kalman.ts";

const group = "series";
const length = 8;

/** An AR(1) that is stationary, and a random walk, each seen with noise. */
const models: Readonly<Record<string, StateSpace>> = {
  "AR(1)": { phi: 0.8, drive: 0.36, start: 1, noise: 0.04 },
  "random walk plus noise": { phi: 1, drive: 0.2, start: 0.5, noise: 0.09 },
};

/** The series as a Gaussian: Cov(x_s, x_t) = phi^(t - s) Var(x_s) for s <= t. */
const asGaussian = ({ phi, drive, start }: StateSpace): Mixture => {
  const variances: number[] = [];
  for (let t = 0; t < length; t++) variances.push(t === 0 ? start : phi ** 2 * variances[t - 1]! + drive);
  return gaussian({
    mean: new Array<number>(length).fill(0),
    covariance: variances.map((_, s) => variances.map((_, t) => phi ** Math.abs(s - t) * variances[Math.min(s, t)]!)),
  });
};

/** What is seen: the past, to forecast from; both sides of a gap; points here and there. */
const seenPlaces = {
  forecast: [1, 1, 1, 1, 1, 0, 0, 0],
  gap: [1, 1, 0, 0, 0, 1, 1, 1],
  points: [0, 1, 0, 0, 1, 0, 0, 1],
};

const values = [0.4, 0.9, 1.3, 0.8, 1.1, 0.2, -0.5, -0.9];

/** Each model and each mask: the problem, and what the smoother says of it. */
const problems = Object.entries(models).flatMap(([name, space]) =>
  Object.entries(seenPlaces).map(([what, places]) => ({
    detail: `${name}, ${what}`,
    density: asGaussian(space),
    operator: mask({ input: [length], mask: places }),
    noise: gaussianNoise({ sigma: Math.sqrt(space.noise) }),
    y: ndarray(Float64Array.from(values.filter((_, t) => places[t] === 1))),
    truth: kalmanSmoother(
      space,
      values.map((value, t) => (places[t] === 1 ? value : Number.NaN)),
    ),
  })),
);

const source = "Kalman 1960; Rauch, Tung & Striebel 1965";

const drawsCheck = (name: string, options: object, bias: number): Check => ({
  name,
  group,
  source,
  run: async ({ runtime, signal }) => {
    const findings: Finding[] = [];
    const count = 2000;
    for (const { density, operator, noise, y, truth, detail } of problems) {
      const model = exact(density, edm({ sigmaMin: 0.005, sigmaMax: 80 }));
      const { draws } = await posterior(model, operator, noise, y, {
        draws: count,
        seed: 2,
        runtime,
        signal,
        ...options,
      } as never);
      for (let t = 0; t < length; t++) {
        const own = Array.from({ length: count }, (_, i) => Number(draws.data[i * length + t]));
        const mean = own.reduce((a, b) => a + b) / count;
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
        const expected = truth.variances[t]!;
        const tolerance = 4 + bias * Math.sqrt(count);
        findings.push(
          estimate(truth.means[t]!, mean, Math.sqrt(expected / count), {
            tolerance,
            detail: `${detail}, mean of step ${t + 1}`,
          }),
          estimate(expected, variance, expected * Math.sqrt(2 / count), {
            tolerance,
            detail: `${detail}, variance of step ${t + 1}`,
          }),
        );
      }
    }
    return worst(findings);
  },
});

/** Series. */
export const seriesChecks: readonly Check[] = [
  {
    name: "forecasts and gaps of the exact posterior are the smoother's, mean and variance of every step",
    group,
    source,
    run: async ({ runtime }) =>
      worst(
        await Promise.all(
          problems.map(async ({ density, operator, noise, y, truth, detail }) => {
            const { mean, variances, basis } = (await exactPosterior(density, operator, noise, y, { runtime }))
              .components[0]!;
            const own = Array.from(mean, (_, j) =>
              variances.reduce(
                (sum, value, k) => sum + value * (basis ? basis[j * length + k]! ** 2 : Number(j === k)),
                0,
              ),
            );
            return sameNumbers([...truth.means, ...truth.variances], [...mean, ...own], 1e-9, { detail });
          }),
        ),
      ),
  },
  drawsCheck("exact posterior: its draws are the smoother's", { method: "exact" }, 0),
  drawsCheck("moment matching: its draws are the smoother's", { method: "mmps", iterations: 8, steps: 40 }, 0.06),
  {
    name: "the likelihood of a series along the flow is the filter's",
    group,
    source: "Kalman 1960, by innovations; Song et al. 2021, appendix D.2",
    run: async ({ runtime, signal }) => {
      const findings: Finding[] = [];
      for (const [detail, space] of Object.entries(models)) {
        const x = normal([6, length], { seed: 4, dtype: "float64" });
        const model = exact(asGaussian(space), edm({ sigmaMin: 1e-3, sigmaMax: 1e4 }));
        const found = await logDensity(model, x, { tolerance: 1e-6, divergence: "exact", runtime, signal });
        const expected = Array.from(
          { length: 6 },
          (_, i) =>
            // A state that is seen without noise is the series itself.
            kalmanSmoother({ ...space, noise: 0 }, Array.from(x.data.subarray(i * length, (i + 1) * length)))
              .logLikelihood,
        );
        findings.push(sameNumbers(expected, Array.from(found.data, Number), 2e-3, { detail }));
      }
      return worst(findings);
    },
  },
];
