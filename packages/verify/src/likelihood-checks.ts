/** Checks of likelihoods: densities and codes in closed form. */

import {
  type Density,
  decode,
  edm,
  encode,
  exact,
  gaussian,
  gaussianMixture,
  logDensity,
  logDensityDetails,
  normal,
  rademacher,
  rectifiedFlow,
  subVp,
  vp,
} from "@scorefield/core";
import { exactClasses, exactDivergence, hutchinsonDivergence } from "@scorefield/core/internal";
import { castArray, constant, fromNested, matmul, ndarray, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, estimate, type Finding, relative, sameNumbers, worst } from "./check.ts";
import { planarMixture } from "./density-checks.ts";
import { evaluate, numbers } from "./evaluate.ts";
import { exactLogDensity, slopeOf } from "./log-density-errors.ts";

/** The prior leaves out the data's own variance, a share of 1e-8 here. */
const wide = edm({ sigmaMin: 0.01, sigmaMax: 1e4 });
const group = "likelihood";
const change = "Chen et al. 2018, theorem 1; Song et al. 2021, appendix D.2";

/** A correlated Gaussian of six dimensions, whose Jacobian has entries off the diagonal. */
const dimensions = 6;
const correlated = gaussian({
  mean: new Array<number>(dimensions).fill(0),
  covariance: Array.from({ length: dimensions }, (_, i) =>
    Array.from({ length: dimensions }, (_, j) => 0.7 ** Math.abs(i - j)),
  ),
});

/** x -> A x and its symmetric part by hand: the off-diagonal squares sum to 11.625, all to 32.625. */
const matrix = [
  [1, 2, -1],
  [0.5, -2, 3],
  [0, 1, 4],
];
const squares = (diagonal: boolean): number =>
  matrix
    .flatMap((row, i) => row.map((value, j) => (i === j && !diagonal ? 0 : ((value + matrix[j]![i]!) / 2) ** 2)))
    .reduce((sum, value) => sum + value, 0);

const hutchinson = (distribution: "rademacher" | "gaussian"): Check => ({
  name: `Hutchinson's estimator, ${distribution} probes: mean and variance of the divergence of x -> A x`,
  group,
  source:
    `Hutchinson 1990: tr A, and 2 sum of the squares of A's symmetric part ${distribution === "gaussian" ? "" : "off the diagonal"}`.trim(),
  run: async ({ runtime }) => {
    const n = 40_000;
    const transposed = constant(
      fromNested(
        matrix[0]!.map((_, j) => matrix.map((row) => row[j]!)),
        "float64",
      ),
    );
    const field = (x: Tensor): Tensor => matmul(x, transposed);
    const probes = distribution === "gaussian" ? normal([n, 3], { seed: 2 }) : rademacher([n, 3], { seed: 2 });
    const [estimates, whole] = await evaluate(
      (x, v) => [hutchinsonDivergence(field, x!, [v!]).divergences[0]!, exactDivergence(field, x!).divergences[0]!],
      [normal([n, 3], { seed: 1, dtype: "float64" }), castArray(probes, "float64")],
      runtime,
    );
    const values = numbers(estimates!);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const moment = (power: number): number => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
    const variance = 2 * squares(distribution === "gaussian");
    return worst([
      absolute(3, Number(whole!.data[0]), 1e-12, { detail: "exact divergence" }),
      estimate(3, mean, Math.sqrt(variance / n), { detail: "mean" }),
      estimate(variance, moment(2), Math.sqrt((moment(4) - moment(2) ** 2) / n), { detail: "variance" }),
    ]);
  },
});

const closedForm = (kind: string, process: typeof wide, time: number, tolerance: number): Check => ({
  name: `log-density of a mixture, ${kind}, t = ${time.toPrecision(2)}`,
  group,
  source: change,
  run: async (context) => {
    const model = exact(planarMixture, process);
    const x = castArray(planarMixture.sample(100, 3), "float64");
    const found = await logDensity(model, x, { ...context, time, tolerance: 1e-6 });
    return sameNumbers(await exactLogDensity(model, x, time, context), found.data, tolerance, {
      detail: "largest of 100 points, in nats",
    });
  },
});

/** On one line each. */
const rows = (...list: number[][]): number[][] => list;

/** Densities whose marginal at the last time is not the prior, and by how many nats at least some point shows it. */
const offThePrior = [
  { name: "unit variance", density: planarMixture, least: 1e-4 },
  { name: "off the origin", density: gaussian({ mean: [5, -3], covariance: 0.5 }), least: 0.03 },
  {
    name: "30 from the origin",
    density: gaussianMixture({ weights: [0.5, 0.5], means: rows([30, 0], [28, 3]), covariances: [1, 2] }),
    least: 0.03,
  },
  {
    name: "ten deviations wide",
    density: gaussian({ mean: [0, 0], covariance: rows([100, 30], [30, 64]) }),
    least: 0.03,
  },
  {
    name: "two far modes",
    density: gaussianMixture({ weights: [0.2, 0.8], means: rows([-20, -20], [20, 20]), covariances: [1, 1] }),
    least: 0.03,
  },
];

const priorLeavesOut = (process: typeof wide, name: string, density: Density, least: number): Check => ({
  name: `log-density of data, ${name}, ${process.recipe.kind}: what the prior leaves out is in the error estimate`,
  group,
  about: "logDensity",
  source: "log E N(y; x_0, r^2) - log N(y; 0, r^2), from the denoised estimates by Tweedie's formula",
  run: async (context) => {
    const model = exact(density, process);
    const x = castArray(density.sample(60, 3), "float64");
    const truth = await exactLogDensity(model, x, process.times.first, context);
    const found = await logDensityDetails(model, x, { ...context, tolerance: 1e-6 });
    const [estimates, mismatches] = [found.errorEstimate.data, found.priorMismatch.data];
    const errors = found.logDensity.data.map((value, i) => truth[i]! - value);
    const largest = Math.max(...errors.map(Math.abs));
    const within = (most: number, detail: string, excess: (error: number, i: number) => number): Finding =>
      absolute(0, Math.max(0, ...errors.map(excess)), most, { detail });
    return worst([
      // It is more than a bound: it has the sign and the size of what is missing.
      within(3e-4, `nats left of ${largest.toPrecision(2)}`, (error, i) => Math.abs(error - mismatches[i]!)),
      within(1e-5, "error beyond its estimate", (error, i) => Math.abs(error) - 1.01 * estimates[i]!),
      within(1e-3, "estimate beyond the error", (error, i) => estimates[i]! - 1.1 * Math.abs(error)),
      within(2e-4, "error estimate of the solver", (_, i) => found.solverError.data[i]!),
      absolute(0, Math.max(0, least - largest), 0, { detail: "nats less than there should be to estimate" }),
    ]);
  },
});

const probed = (distribution: "rademacher" | "gaussian"): Check => ({
  name: `log-density with Hutchinson's probes, ${distribution}: unbiased, with an honest standard error`,
  group,
  about: "logDensity",
  source: "Grathwohl et al. 2019",
  run: async (context) => {
    const n = 300;
    const model = exact(correlated, wide);
    const x = castArray(correlated.sample(n, 1), "float64");
    const truth = await exactLogDensity(model, x, wide.times.first, context);
    const divergence = { probes: 6, distribution, seed: 2 };
    const found = await logDensityDetails(model, x, { ...context, tolerance: 1e-4, divergence });
    let [sum, errors, claimed] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const error = found.logDensity.data[i]! - truth[i]!;
      sum += error / n;
      errors += error ** 2 / n;
      claimed += found.standardError.data[i]! ** 2 / n;
    }
    return worst([
      // All samples share the Jacobian but not the probes: their errors are independent.
      estimate(0, sum, Math.sqrt(errors / n), { detail: "mean error in nats" }),
      // A variance of n draws is known to sqrt(2 / n) of itself, their mean claim less well by a third at six probes.
      estimate(1, errors / claimed, Math.sqrt(3 / n), { detail: "variance found over claimed" }),
      absolute(0, Math.max(0, 1 / n - errors), 0, { detail: "variance less than there should be to estimate" }),
    ]);
  },
});

const roundTrip = (process: typeof wide): Check => ({
  name: `encode, then decode, ${process.recipe.kind}: the same points`,
  group,
  about: "encode",
  source: "Song et al. 2021, section 4.3",
  run: async (context) => {
    const model = exact(planarMixture, process);
    const x = castArray(planarMixture.sample(300, 5), "float64");
    const options = { ...context, tolerance: 1e-8 };
    const back = await decode(model, await encode(model, x, options), options);
    return sameNumbers(x.data, back.data, 2e-6, { detail: "largest difference" });
  },
});

/** Likelihoods against closed forms. */
export const likelihoodChecks: readonly Check[] = [
  {
    name: "log-density of a Gaussian of six dimensions",
    group,
    source: change,
    run: async (context) => {
      const model = exact(correlated, wide);
      const x = castArray(correlated.sample(100, 1), "float64");
      const found = await logDensity(model, x, { ...context, tolerance: 1e-6, divergence: "exact" });
      return sameNumbers(await exactLogDensity(model, x, wide.times.first, context), found.data, 1e-4, {
        detail: "largest of 100 points, in nats",
      });
    },
  },
  closedForm("edm", wide, wide.times.first, 3e-4),
  // The prior leaves out the data's mean, by a share of alpha / sigma: 5e-5 and 1e-3.
  closedForm("vp", vp({ betaMax: 40 }), 0.1, 1e-3),
  closedForm("rectified-flow", rectifiedFlow(), 0.1, 5e-3),
  ...offThePrior.flatMap(({ name, density, least }) => [
    priorLeavesOut(edm(), name, density, least),
    // Relative to the data its prior is wider, and leaves out less.
    priorLeavesOut(vp(), name, density, 1e-5),
  ]),
  {
    name: "log-density of a class for each of 300 rows, 64 at once: each row is its own class's",
    group,
    source: `${change}; closed form of each class`,
    run: async (context) => {
      const count = 300;
      const densities = [-2, 0, 3].map((mean) => gaussian({ mean: [mean, mean / 2], covariance: 0.5 }));
      const model = exactClasses(densities, wide);
      const labels = Array.from({ length: count }, (_, i) => (i * i + Math.floor(i / 7)) % 3);
      const x = castArray(planarMixture.sample(count, 3), "float64");
      const given = { class: labels };
      const details = await logDensityDetails(model, x, { ...context, given, batch: 64, tolerance: 1e-6 });
      // With what the prior leaves out, which has to be the row's own as well.
      const found = details.logDensity.data.map((value, i) => value + details.priorMismatch.data[i]!);
      const findings: Finding[] = [];
      for (const [label, density] of densities.entries()) {
        const truth = await exactLogDensity(exact(density, wide), x, wide.times.first, context);
        const own = (values: Float64Array): Float64Array => values.filter((_, i) => labels[i] === label);
        const detail = `class ${label}: largest of ${own(truth).length} rows, in nats`;
        findings.push(sameNumbers(own(truth), own(found), 1e-4, { detail }));
      }
      return worst(findings);
    },
  },
  {
    name: "log-density of a Gaussian with fixed steps: order 5",
    group,
    about: "logDensity",
    source: "Dormand & Prince 1980",
    run: async (context) => {
      const model = exact(correlated, wide);
      const x = castArray(correlated.sample(3, 1), "float64");
      const truth = await exactLogDensity(model, x, wide.times.first, context);
      return slopeOf([16, 24, 36, 54], 5, 0.5, 1e-7, async (steps) => {
        const { data } = await logDensity(model, x, { ...context, steps, divergence: "exact" });
        return Math.max(...data.map((value, i) => Math.abs(value - truth[i]!)));
      });
    },
  },
  {
    name: "the density of a mixture in the plane integrates to 1",
    group,
    about: "logDensity",
    source: "definition",
    run: async (context) => {
      const n = 64;
      const at = (i: number): number => -4 + (8 * (i + 0.5)) / n;
      const grid = Float64Array.from({ length: 2 * n * n }, (_, k) => at(k % 2 ? Math.floor(k / 2 / n) : (k >> 1) % n));
      const found = await logDensity(exact(planarMixture, wide), ndarray(grid, [n * n, 2]), context);
      // The midpoint rule on a density that has died out at the border is exact to all digits.
      return relative(1, found.data.reduce((sum, value) => sum + Math.exp(value), 0) * (8 / n) ** 2, 1e-4);
    },
  },
  ...[edm(), vp(), subVp(), rectifiedFlow()].map(roundTrip),
  {
    name: "codes of data are standard normal",
    group,
    about: "encode",
    source: "Song et al. 2021, section 4.3",
    run: async (context) => {
      const n = 2000;
      const x = castArray(planarMixture.sample(n, 4), "float64");
      const { data } = await encode(exact(planarMixture, wide), x, { ...context, tolerance: 1e-6 });
      const moment = (expected: number, variance: number, detail: string, of: (a: number, b: number) => number) => {
        let mean = 0;
        for (let i = 0; i < n; i++) mean += of(data[2 * i]!, data[2 * i + 1]!) / n;
        return estimate(expected, mean, Math.sqrt(variance / n), { detail });
      };
      return worst([
        moment(0, 1, "mean of the first column", (a) => a),
        moment(0, 1, "mean of the second column", (_, b) => b),
        moment(0, 1, "covariance", (a, b) => a * b),
        moment(1, 2, "variance of the first column", (a) => a * a),
        moment(1, 2, "variance of the second column", (_, b) => b * b),
        moment(3, 96 / 2, "fourth moment", (a, b) => (a ** 4 + b ** 4) / 2),
      ]);
    },
  },
  hutchinson("rademacher"),
  hutchinson("gaussian"),
  probed("rademacher"),
  probed("gaussian"),
];
