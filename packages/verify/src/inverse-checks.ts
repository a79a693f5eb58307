/** Checks of posteriors: guided scores, draws and fixed points against the closed form for Gaussian data. */

import {
  edm,
  exact,
  gaussian,
  gaussianMixture,
  type Mixture,
  normal,
  type Process,
  type ScoreModel,
  score,
  vp,
} from "@scorefield/core";
import {
  blur,
  calibrate,
  exactDraws,
  exactPosterior,
  gaussianNoise,
  type Misfit,
  mask,
  matrix,
  mmps,
  type PosteriorMethod,
  pigdm,
  posterior,
  tmpd,
} from "@scorefield/inverse";
import { castArray, type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import {
  absolute,
  type Check,
  type CheckContext,
  estimate,
  type Finding,
  relative,
  sameNumbers,
  worst,
} from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { innerTimes } from "./schedules.ts";

const group = "inverse";

const mean = [0.5, -1, 0.2, 1];
const root = [
  [1, 0.3, 0, -0.2],
  [0, 0.8, 0.4, 0.1],
  [0.2, 0, 0.6, 0.3],
  [0, -0.3, 0.1, 0.9],
];
const covariance = root.map((a) => root.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
const full = gaussian({ mean, covariance });
const plain = gaussian({ mean: [0, 0, 0, 0], covariance: 0.64 });
const independent = gaussian({ mean, covariance: [0.2, 1, 0.5, 2] });

const operators = [
  mask({ input: [4], mask: [1, 0, 0, 1] }),
  blur({ input: [4], kernel: [0.2, 0.5, 0.3] }),
  matrix({
    input: [4],
    matrix: [
      [0.9, -0.2, 0.4, 0],
      [0, 0.5, 0.1, -0.6],
    ],
  }),
] as const;
const noise = gaussianNoise({ sigma: 0.3 });

/** A measurement of the size of those that the operator gives. */
const measured = (size: number): NdArray<"float64"> =>
  ndarray(Float64Array.from({ length: size }, (_, i) => 0.6 * Math.cos(2 * i + 1)));

const count = 8;

/** The worst difference of a guided score from the exact one given y, over times, relative to the largest entry. */
const scoreFindings = async (
  method: PosteriorMethod,
  density: Mixture,
  operator: (typeof operators)[number],
  process: Process,
  { runtime }: CheckContext,
): Promise<Finding[]> => {
  const y = measured(operator.output[0]!);
  const model = exact(density, process);
  const truth = exact(await exactPosterior(density, operator, noise, y, { runtime }), process);
  const { model: guided } = await method.prepare({ model, operator, noise });
  return Promise.all(
    innerTimes(process).map(async (time) => {
      const x = castArray(normal([count, 4], { seed: 1 }), "float64");
      const scale = Math.hypot(process.alpha(time), process.sigma(time));
      for (let i = 0; i < x.data.length; i++) x.data[i]! *= scale;
      const of = (found: ScoreModel, given: boolean) =>
        evaluate(
          (points, t, seen) => [
            score(
              found,
              points!,
              t!,
              given ? { measurement: seen!.expandDims(0).broadcastTo([count, ...y.shape]) } : undefined,
            ),
          ],
          [x, filled(count, time), y],
          runtime,
        );
      const [expected] = (await of(truth, false)).map(numbers);
      const [found] = (await of(guided, true)).map(numbers);
      const size = Math.max(...expected!.map(Math.abs));
      return sameNumbers(expected!, found!, 1e-7 * size, { detail: `${operator.kind}, t = ${time.toPrecision(3)}` });
    }),
  );
};

const scoreCheck = (
  name: string,
  source: string,
  make: () => PosteriorMethod,
  density: Mixture,
  seen: readonly (typeof operators)[number][],
): Check => ({
  name: `${name} at every time`,
  group,
  source,
  run: async (context) => {
    const findings: Finding[] = [];
    for (const process of [edm({ sigmaMin: 0.01, sigmaMax: 10 }), vp()])
      for (const operator of seen) findings.push(...(await scoreFindings(make(), density, operator, process, context)));
    return worst(findings);
  },
});

/** Mean and variance of each number of draws, against a Gaussian posterior. */
const momentFindings = (draws: NdArray, of: Mixture, bias: number): Finding[] => {
  const { mean: centre, variances, basis } = of.components[0]!;
  const d = centre.length;
  const n = draws.shape[0]!;
  return Array.from(centre).flatMap((expected, j) => {
    const column = Array.from({ length: n }, (_, i) => Number(draws.data[i * d + j]));
    const found = column.reduce((a, b) => a + b) / n;
    const variance = column.reduce((sum, value) => sum + (value - found) ** 2, 0) / (n - 1);
    const own = variances.reduce(
      (sum, value, k) => sum + value * (basis ? basis[j * d + k]! ** 2 : Number(j === k)),
      0,
    );
    const tolerance = 4 + bias * Math.sqrt(n);
    return [
      estimate(expected, found, Math.sqrt(own / n), { tolerance, detail: `mean of number ${j + 1}` }),
      estimate(own, variance, own * Math.sqrt(2 / n), { tolerance, detail: `variance of number ${j + 1}` }),
    ];
  });
};

const drawsCheck = (name: string, source: string, options: object, bias: number, slow: boolean): Check => ({
  name,
  group,
  source,
  ...(slow && { slow }),
  run: async ({ runtime, signal }) => {
    const findings: Finding[] = [];
    const model = exact(full, edm({ sigmaMin: 0.005, sigmaMax: 80 }));
    for (const operator of operators) {
      const y = measured(operator.output[0]!);
      const { draws } = await posterior(model, operator, noise, y, {
        draws: 2000,
        runtime,
        signal,
        ...options,
      } as never);
      findings.push(...momentFindings(draws, await exactPosterior(full, operator, noise, y, { runtime }), bias));
    }
    return worst(findings);
  },
});

const fixedPoint = async (options: object, runtime: Runtime): Promise<Finding[]> =>
  Promise.all(
    operators.map(async (operator) => {
      const y = measured(operator.output[0]!);
      const model = exact(full, edm({ sigmaMin: 0.005, sigmaMax: 80 }));
      const { mean: found } = await posterior(model, operator, noise, y, {
        dtype: "float64",
        runtime,
        ...options,
      } as never);
      const { components } = await exactPosterior(full, operator, noise, y, { runtime });
      return sameNumbers(components[0]!.mean, numbers(found), 1e-3, { detail: operator.kind });
    }),
  );

const rozet = "Rozet et al. 2024, equations 17 to 20; the exact posterior of a Gaussian (Bishop 2006, equation 2.116)";

/** Posteriors. */
export const inverseChecks: readonly Check[] = [
  {
    name: "the exact posterior of a mixture is prior times likelihood, up to a constant",
    group,
    source: "Bayes' rule",
    run: async ({ runtime }) => {
      const prior = gaussianMixture({
        weights: [1, 3],
        means: [mean, mean.map((value) => -value)],
        covariances: [covariance, 0.5],
      });
      const findings: Finding[] = [];
      for (const operator of operators) {
        const y = measured(operator.output[0]!);
        const found = await exactPosterior(prior, operator, noise, y, { runtime });
        const [values] = await evaluate(
          (x, one, zero, seen) => {
            const density = (mixture: Mixture) => mixture.noisy(x!, one!, zero!).logDensity;
            return [
              density(found)
                .subtract(density(prior))
                .subtract(noise.logLikelihood(seen!.expandDims(0), operator.apply(x!))),
            ];
          },
          [normal([count, 4], { seed: 2, dtype: "float64" }), filled(count, 1), filled(count, 0), y],
          runtime,
        );
        const [first = 0, ...rest] = numbers(values!);
        findings.push(
          sameNumbers(
            rest.map(() => first),
            rest,
            1e-8 * Math.max(1, Math.abs(first)),
            { detail: operator.kind },
          ),
        );
      }
      return worst(findings);
    },
  },
  scoreCheck(
    "moment matching: the exact score of a Gaussian given y,",
    rozet,
    () => mmps({ iterations: 6 }),
    full,
    operators,
  ),
  scoreCheck(
    "pseudo-inverse guidance: the exact score of N(0, s^2 I) given y,",
    "Song, Vahdat, Mardani & Kautz 2023, equations 6 to 8",
    () => pigdm({ dataDeviation: 0.8 }),
    plain,
    operators,
  ),
  scoreCheck(
    "Tweedie moment projection: the exact score of independent numbers given some of them,",
    "Boys et al. 2024, equation 10",
    () => tmpd(),
    independent,
    operators.slice(0, 1),
  ),
  drawsCheck(
    "exact posterior: mean and variance of its draws",
    "Bishop 2006, equation 2.116",
    { method: "exact" },
    0,
    false,
  ),
  drawsCheck(
    "moment matching: mean and variance of its draws",
    rozet,
    { method: "mmps", iterations: 6, steps: 40 },
    0.05,
    false,
  ),
  drawsCheck(
    "Monte Carlo guided diffusion: mean and variance of its draws",
    "Cardoso et al. 2024, algorithms 1 and 2: exact as particles and steps grow",
    { method: "mcgdiff", particles: 2000 },
    0.08,
    true,
  ),
  drawsCheck(
    "twisted diffusion sampler: mean and variance of its draws",
    "Wu et al. 2023, algorithm 1: exact as particles and steps grow",
    { method: "tds", particles: 2000 },
    0.12,
    true,
  ),
  {
    name: "plug-and-play ADMM and FISTA: the posterior mean of a Gaussian",
    group,
    source: "Venkatakrishnan et al. 2013; Beck & Teboulle 2009: the denoiser of a Gaussian is its proximal map",
    run: async ({ runtime }) =>
      worst([
        ...(await fixedPoint({ method: "pnp-admm", steps: 300, denoiserNoise: 0.4 }, runtime)),
        ...(await fixedPoint({ method: "pnp-fista", steps: 300 }, runtime)),
      ]),
  },
  {
    name: "misfit of exact draws: what the noise allows, on average over measurements",
    group,
    source: "E |y - A x|^2 = m sigma^2 for x from the posterior, as for the truth itself",
    run: async ({ runtime }) => {
      const model = exact(full, edm());
      const [operator] = operators;
      const truths = full.sample(200, 3);
      const squares: number[] = [];
      let allowed: Misfit["allowed"] = 0;
      for (let i = 0; i < 40; i++) {
        const seen = [truths.data[4 * i]!, truths.data[4 * i + 3]!];
        const y = noise.draw(ndarray(Float64Array.from(seen), [1, 2]), { seed: 5, firstSample: i });
        const found = await posterior(
          model,
          operator,
          noise,
          { ...y, shape: [2] },
          { method: "exact", draws: 100, seed: i, runtime },
        );
        squares.push(found.misfit.found ** 2);
        allowed = found.misfit.allowed;
      }
      const centre = squares.reduce((a, b) => a + b) / squares.length;
      const spread = Math.sqrt(squares.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 39 / 40);
      return worst([estimate(0.09, centre, spread), relative(0.3, allowed, 1e-6)]);
    },
  },
  {
    name: "simulation-based calibration: ranks under the exact posterior are uniform, and with sigma halved are not",
    group,
    source: "Talts et al. 2018, algorithm 1",
    run: async ({ runtime, signal }) => {
      const model = exact(full, edm());
      const [, , operator] = operators;
      const options = { problems: 400, runtime, signal } as const;
      const right = await calibrate(model, operator, noise, { ...options, method: "exact" });
      const half = gaussianNoise({ sigma: 0.15 });
      const exactMethod = exactDraws();
      const wrong = await calibrate(model, operator, noise, {
        ...options,
        method: { ...exactMethod, prepare: (problem, rest) => exactMethod.prepare({ ...problem, noise: half }, rest) },
      });
      return worst([
        estimate(right.coverage.expected, right.coverage.found, right.coverage.standardError, { detail: "coverage" }),
        absolute(0, right.pValue > 1e-3 ? 0 : 1, 0.5, { detail: "p-value of a right method" }),
        absolute(0, wrong.pValue < 1e-3 ? 0 : 1, 0.5, { detail: "p-value with sigma halved" }),
      ]);
    },
  },
];
