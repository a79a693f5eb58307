/**
 * Signals that are not normal, with posteriors known by Gibbs sampling (as the benchmark of Zach et al. 2026): paths of
 * 64 points with independent increments, measured four ways at 25 dB.
 *
 *     npm run bench bench/inverse-levy.ts [gauss | laplace | bernoulli-laplace | student] [operators] [methods]
 *
 * The prior of each process is a small network, trained here on 50,000 paths; for normal increments it is the exact score. Signals are
 * divided by the root mean square of their process. Gap: 10 log10 of the square error of the mean of the draws over that of the mean of
 * the Gibbs chain. The row `Gibbs` has as many draws of the chain as the methods have, so that its gap is what few draws cost. Coverage is
 * of 90 % intervals along 8 random directions.
 */
import { edm, exact, gaussian, mlp, normal, type ScoreModel, train } from "@scorefield/core";
import { blur, fourier, gaussianNoise, identity, type LinearOperator, mask } from "@scorefield/inverse";
import { operatorMatrix } from "@scorefield/inverse/internal";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import {
  bernoulliLaplaceIncrements,
  gaussIncrements,
  hostRandom,
  type Increments,
  laplaceIncrements,
  levyGibbs,
  levyPaths,
  studentIncrements,
} from "@scorefield/verify/internal";
import { markdownTable } from "../docs/make/page-section.ts";
import { coverageAlong, manyPosteriors } from "./many-posteriors.ts";

const [name = "laplace", onlyOperators, onlyMethods] = process.argv.slice(2);
const runtime = native({ threads: 1 });
const [d, problems, draws, sweeps, burnIn] = [64, Number(process.env.P ?? 24), 19, 1000, 300];
const processes: Record<string, Increments> = {
  gauss: gaussIncrements(0.25),
  laplace: laplaceIncrements(1),
  "bernoulli-laplace": bernoulliLaplaceIncrements(0.1, 1),
  student: studentIncrements(3),
};
const increments = processes[name];
if (!increments) throw new Error(`expected one of ${Object.keys(processes).join(", ")}, found ${name}`);

const paths = levyPaths(increments, 50_000, d, hostRandom(1));
const scale = Math.sqrt(paths.reduce((sum, value) => sum + value * value, 0) / paths.length);
const diffusion = edm({ sigmaMin: 0.005, sigmaMax: 40 });
const prior = async (): Promise<ScoreModel> => {
  if (name === "gauss") {
    const covariance = Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_, j) => (0.25 * (1 + Math.min(i, j))) / scale ** 2),
    );
    return exact(gaussian({ mean: new Array(d).fill(0), covariance }), diffusion);
  }
  const begun = performance.now();
  const training = train({
    data: ndarray(
      Float32Array.from(paths, (value) => value / scale),
      [50_000, d],
    ),
    process: diffusion,
    network: mlp({ width: 256, depth: 4 }),
    steps: Number(process.env.STEPS ?? 6000),
    batch: 256,
    learningRate: 2e-3,
    seed: 0,
    runtime,
  });
  const model = await training.result;
  process.stderr.write(`trained in ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
  return model;
};
const model = await prior();

const input = [d];
const operators: Record<string, LinearOperator> = {
  denoising: identity({ input }),
  deconvolution: blur({ input, sigma: 2, radius: 6 }),
  imputation: mask({ input, share: 0.4, seed: 1 }),
  "partial Fourier": fourier({ input, share: 0.4, low: 5, seed: 1 }),
};
const methods: Record<string, object> = {
  mcgdiff: { particles: 64 },
  tds: { particles: 64, steps: 60 },
  mmps: {},
  tmpd: {},
  pigdm: {},
  "annealed-langevin": { levels: 100, stepsPerLevel: 4 },
  "pnp-dm": { steps: 40, innerSteps: 10, coupling: 0.03 },
  daps: {},
  "ensemble-kalman": { particles: 128, steps: 30 },
  diffpir: {},
  replacement: { steps: 60, resamples: 5 },
  ddrm: {},
  "dps-likelihood": { steps: 150 },
  dps: { steps: 300 },
};
const wanted = (names: string | undefined, one: string) => names === undefined || names.split(",").includes(one);

/** Square error of the means of draws [n, draws, d], each problem's. */
const squareErrors = (truths: Float64Array, rows: ArrayLike<number>): number[] => {
  const each = rows.length / truths.length;
  return Array.from({ length: problems }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) {
      let centre = 0;
      for (let r = 0; r < each; r++) centre += Number(rows[(i * each + r) * d + j]) / each;
      sum += (centre - truths[i * d + j]!) ** 2;
    }
    return sum / d;
  });
};
const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const directions = normal([8, d], { seed: 12, dtype: "float64" }).data;

for (const [title, operator] of Object.entries(operators)) {
  if (!wanted(onlyOperators, title)) continue;
  const m = sizeOf(operator.output);
  const matrix = await operatorMatrix(title, operator, runtime);
  const truths = levyPaths(increments, problems, d, hostRandom(7)).map((value) => value / scale);
  const clean = new Float64Array(problems * m);
  for (let i = 0; i < problems; i++)
    for (let k = 0; k < m; k++)
      for (let j = 0; j < d; j++) clean[i * m + k]! += matrix[k * d + j]! * truths[i * d + j]!;
  const powers = Array.from(
    { length: problems },
    (_, i) => total([...clean.subarray(i * m, (i + 1) * m)].map((z) => z * z)) / m,
  );
  const sigma = Math.sqrt(powers.sort((a, b) => a - b)[problems >> 1]! / 10 ** 2.5);
  const e = normal([problems, m], { seed: 13, dtype: "float64" }).data;
  const y = clean.map((value, at) => value + sigma * e[at]!);

  // In units of the increments: y = (A / scale) x.
  const scaled = matrix.map((value) => value / scale);
  const begun = performance.now();
  const chain = (seed: number) => {
    const all = new Float64Array(problems * sweeps * d);
    for (let i = 0; i < problems; i++)
      all.set(
        levyGibbs(
          increments,
          { matrix: scaled, sigma, y: y.subarray(i * m, (i + 1) * m) },
          { sweeps, burnIn, random: hostRandom(1000 * seed + i) },
        ).map((value) => value / scale),
        i * sweeps * d,
      );
    return all;
  };
  const [first, second] = [chain(1), chain(2)];
  const both = new Float64Array(first.length * 2);
  for (let i = 0; i < problems; i++) {
    const size = sweeps * d;
    both.set(first.subarray(i * size, (i + 1) * size), 2 * i * size);
    both.set(second.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
  }
  const least = squareErrors(truths, both);
  const gap = (rows: ArrayLike<number>) => 10 * Math.log10(total(squareErrors(truths, rows)) / total(least));
  const half = Math.abs(gap(first) - gap(second));
  process.stderr.write(
    `${title}: chains in ${((performance.now() - begun) / 1000).toFixed(0)} s, differ by ${half.toFixed(3)} dB\n`,
  );
  const thinned = new Float64Array(problems * draws * d);
  for (let i = 0; i < problems; i++)
    for (let r = 0; r < draws; r++) {
      const from = (i * 2 * sweeps + Math.floor(((r + 0.5) * 2 * sweeps) / draws)) * d;
      thinned.set(both.subarray(from, from + d), (i * draws + r) * d);
    }
  const rows: string[][] = [
    ["Gibbs", "", gap(thinned).toFixed(2), coverageAlong(truths, thinned, directions, d).toFixed(2)],
  ];
  for (const [kind, settings] of Object.entries(methods)) {
    if (!wanted(onlyMethods, kind)) continue;
    try {
      const { data, evaluations, seconds } = await manyPosteriors(
        { model, operator, noise: gaussianNoise({ sigma }) },
        { kind, ...settings },
        ndarray(y, [problems, ...operator.output]) as NdArray,
        { draws, runtime },
      );
      rows.push([
        `\`${kind}\``,
        String(Math.round(evaluations)),
        gap(data).toFixed(2),
        coverageAlong(truths, data, directions, d).toFixed(2),
      ]);
      process.stderr.write(`${title} ${rows.at(-1)!.join(" ")} (${seconds.toFixed(0)} s)\n`);
    } catch (error) {
      rows.push([`\`${kind}\``, "", "not finite", ""]);
      process.stderr.write(`${title} ${kind}: ${String(error).slice(0, 150)}\n`);
    }
  }
  console.log(
    `\n${name}, ${title}: ${problems} signals, noise ${sigma.toFixed(4)} of signals of unit size; two chains of ${sweeps} draws differ by ${half.toFixed(3)} dB in square error\n`,
  );
  console.log(markdownTable(["method", "evaluations", "gap, dB", "coverage"], rows));
}
