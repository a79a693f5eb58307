/** Checks of measurements and of posteriors of points: adjoints, limits of guided scores, the training set as a prior, Gibbs sampling. */
import { edm, exact, gaussian, gaussianMixture, normal, score } from "@scorefield/core";
import {
  bandLimit,
  blur,
  columns,
  downsample,
  dpsLikelihood,
  exactPosterior,
  fourier,
  gaussianNoise,
  grey,
  hadamard,
  identity,
  type LinearOperator,
  mask,
  matrix,
  mmps,
  mosaic,
  pigdm,
  posterior,
  posteriorLangevin,
  radon,
  randomProjection,
  timeConvolution,
  tmpd,
} from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { absolute, type Check, estimate, type Finding, sameNumbers, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { levyGibbs } from "./levy/gibbs.ts";
import { hostRandom } from "./levy/host-random.ts";
import { gaussIncrements } from "./levy/increments.ts";

const group = "inverse";

const linear = (): LinearOperator[] => [
  identity({ input: [2, 3] }),
  mask({ input: [2, 6, 5], share: 0.4, seed: 3 }),
  columns({ input: [5], columns: [3, 0] }),
  mosaic({ input: [3, 4, 5], pattern: "GRBG" }),
  blur({ input: [1, 9, 8], length: 4, angle: 30 }),
  blur({ input: [9], kernel: [0.1, 0.5, 0.4] }),
  downsample({ input: [2, 4, 6] }),
  downsample({ input: [1, 8, 12], factor: 4, filter: "bicubic" }),
  bandLimit({ input: [2, 15], highest: 0.3, lowest: 0.1, taper: 0.15 }),
  timeConvolution({ input: [12], response: [0.6, 0.3, -0.1], edges: "circular" }),
  fourier({ input: [2, 6, 5], share: 0.4, low: 2, seed: 1 }),
  hadamard({ input: [2, 8], measurements: 7 }),
  randomProjection({ input: [3, 4], measurements: 5 }),
  grey({ input: [3, 4, 4] }),
  radon({ input: [1, 8, 8], views: 5 }),
];

const products = ({ data, shape }: NdArray, other: NdArray): number[] => {
  const width = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += Number(data[i * width + j]) * Number(other.data[i * width + j]);
    return sum;
  });
};

const lengths = (a: NdArray): number[] => products(a, a).map(Math.sqrt);

/** Checks of measurements and posteriors. */
export const measurementChecks: readonly Check[] = [
  {
    name: "every linear operator: <A x, y> = <x, A* y>",
    group,
    source: "the definition of the adjoint; complex numbers as pairs",
    run: async ({ runtime }) => {
      const findings: Finding[] = [];
      for (const operator of linear()) {
        const x = normal([4, ...operator.input], { seed: 1, dtype: "float64" });
        const y = normal([4, ...operator.output], { seed: 2, dtype: "float64" });
        const [z, back] = (await evaluate((a, b) => [operator.apply(a!), operator.adjoint(b!)], [x, y], runtime)) as [
          NdArray,
          NdArray,
        ];
        const [left, right, sizes] = [products(z, y), products(x, back), lengths(z).map((a, i) => a * lengths(y)[i]!)];
        const error = Math.max(...left.map((value, i) => Math.abs(value - right[i]!) / sizes[i]!));
        findings.push(absolute(0, error, 1e-10, { detail: operator.kind }));
      }
      return worst(findings);
    },
  },
  {
    name: "operators with a closed form: A A+ A = A, and (A* A + rho I) of the solution is what it solves",
    group,
    source: "Moore 1920, Penrose 1955",
    run: async ({ runtime }) => {
      const findings: Finding[] = [];
      for (const operator of linear().filter(({ closedForm }) => closedForm)) {
        const x = normal([3, ...operator.input], { seed: 1, dtype: "float64" });
        const [z, again, solved] = (await evaluate(
          (a) => {
            const seen = operator.apply(a!);
            const u = operator.solve(a!, 0.3);
            return [
              seen,
              operator.apply(operator.pseudoInverse(seen)),
              operator.adjoint(operator.apply(u)).add(u.multiply(0.3)),
            ];
          },
          [x],
          runtime,
        )) as [NdArray, NdArray, NdArray];
        findings.push(sameNumbers(numbers(z), numbers(again), 1e-9, { detail: `${operator.kind}, A+` }));
        findings.push(sameNumbers(numbers(x), numbers(solved), 1e-9, { detail: `${operator.kind}, solve` }));
      }
      return worst(findings);
    },
  },
  {
    name: "guided scores of every method: the exact score given y, as the noise falls",
    group,
    source: "grad log p(y | x_t) tends to grad log p(y | x_0) for sigma_t |A| far below sigma_y",
    run: async ({ runtime }) => {
      const mean = [0.5, -1, 0.2];
      const density = gaussian({ mean, covariance: [0.5, 1, 2] });
      const process = edm({ sigmaMin: 1e-4, sigmaMax: 10 });
      const noise = gaussianNoise({ sigma: 0.3 });
      const operator = matrix({
        input: [3],
        matrix: [
          [0.9, -0.2, 0.4],
          [0, 0.5, -0.6],
        ],
      });
      const y = ndarray(Float64Array.of(0.7, -0.3), [2]);
      const model = exact(density, process);
      const truth = exact(await exactPosterior(density, operator, noise, y, { runtime }), process);
      const x = normal([6, 3], { seed: 3, dtype: "float64" });
      const time = filled(6, process.timeOfLogSnr(-2 * Math.log(2e-3)));
      const findings: Finding[] = [];
      for (const method of [mmps(), tmpd(), pigdm(), dpsLikelihood(), posteriorLangevin()]) {
        const { model: guided } = await method.prepare({ model, operator, noise });
        const [expected, found] = (
          await evaluate(
            (at, t, seen) => [
              score(truth, at!, t!),
              score(guided, at!, t!, { measurement: seen!.expandDims(0).broadcastTo([6, 2]) }),
            ],
            [x, time, y],
            runtime,
          )
        ).map(numbers) as [Float64Array, Float64Array];
        const size = Math.max(...expected.map(Math.abs));
        const error = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) / size;
        findings.push(absolute(0, error, 1e-3, { detail: method.recipe.kind }));
      }
      return worst(findings);
    },
  },
  {
    name: "the training set as a prior: draws of each sample by its weight",
    group,
    source: "weights in proportion to N(y; A(x_i), sigma^2 I)",
    run: async ({ runtime }) => {
      const points = [-2, -0.5, 0.4, 1.1, 1.9];
      const density = gaussianMixture({ means: points.map((p) => [p]), covariances: points.map(() => 0) });
      const operator = matrix({ input: [1], matrix: [[1.5]] });
      const noise = gaussianNoise({ sigma: 0.8 });
      const y = ndarray(Float64Array.of(1), [1]);
      const logs = points.map((p) => Math.exp(-((1 - 1.5 * p) ** 2) / (2 * 0.64)));
      const total = logs.reduce((a, b) => a + b);
      const n = 4000;
      const { draws } = await posterior(exact(density, edm()), operator, noise, y, {
        method: "exact",
        draws: n,
        dtype: "float64",
        runtime,
      });
      return worst(
        points.map((p, k) => {
          const share = logs[k]! / total;
          const found = numbers(draws).reduce((sum, value) => sum + Number(Math.abs(value - p) < 1e-6), 0) / n;
          return estimate(share, found, Math.sqrt((share * (1 - share)) / n), { detail: `point ${p}` });
        }),
      );
    },
  },
  {
    name: "Gibbs sampling of a path with normal increments: mean and variance of the closed form",
    group,
    source: "Bohra, Pham, Dong & Unser 2023; the posterior of a Gaussian (Bishop 2006, equation 2.116)",
    run: async ({ runtime }) => {
      const d = 6;
      const covariance = Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_, j) => 0.5 * (1 + Math.min(i, j))),
      );
      const density = gaussian({ mean: new Array(d).fill(0), covariance });
      const rows = [0, 2, 5].map((k) => Array.from({ length: d }, (_, j) => Number(j === k) + 0.2 * Number(j === 1)));
      const operator = matrix({ input: [d], matrix: rows });
      const y = Float64Array.of(0.4, -0.3, 1.2);
      const truth = await exactPosterior(density, operator, gaussianNoise({ sigma: 0.4 }), ndarray(y), { runtime });
      const n = 8000;
      const paths = levyGibbs(
        gaussIncrements(0.5),
        { matrix: Float64Array.from(rows.flat()), sigma: 0.4, y },
        { sweeps: n, burnIn: 0, random: hostRandom(1) },
      );
      const { mean, variances, basis } = truth.components[0]!;
      return worst(
        Array.from(mean).flatMap((expected, j) => {
          const own = Array.from({ length: n }, (_, i) => paths[i * d + j]!);
          const centre = own.reduce((a, b) => a + b) / n;
          const found = own.reduce((sum, value) => sum + (value - centre) ** 2, 0) / n;
          const variance = variances.reduce((sum, value, k) => sum + value * basis![j * d + k]! ** 2, 0);
          return [
            estimate(expected, centre, Math.sqrt(variance / n), { detail: `mean of point ${j + 1}` }),
            estimate(variance, found, variance * Math.sqrt(2 / n), { detail: `variance of point ${j + 1}` }),
          ];
        }),
      );
    },
  },
];
