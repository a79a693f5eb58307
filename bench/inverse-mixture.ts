/**
 * A mixture of 25 modes with random linear measurements, whose posteriors are known (Cardoso et al. 2024, section 4.1):
 *
 *     npm run bench bench/inverse-mixture.ts [8 | 80 | 800] [distances | coverage | both] [methods]
 *
 * Modes N((8 i, 8 j, 8 i, 8 j, ...), I) for i, j from -2 to 2, weights in proportion to squares of normal numbers. Operators
 * of 1, 2 and 4 rows with random singular vectors and singular values uniform on (0, 1); the noise is a uniform share of the largest.
 * Distances are of 1,024 draws from 1,024 exact ones: the largest of the Wasserstein-1 distances along random directions,
 * and their mean. Coverage is of central 90 % intervals of 19 draws along 8 random directions, of 2 operators for each number of rows, or 1 for costly methods. Each method is
 * compiled once for each operator. Populations of `mcgdiff` and `tds` have 1,024 particles.
 */
import { edm, exact, type Mixture, normal, uniform } from "@scorefield/core";
import { calibrate, exactPosterior, gaussianNoise, matrix, posterior } from "@scorefield/inverse";
import { constant, matmul, type NdArray, ndarray, softmax, transpose } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { slicedDistancesTo, totalVariation } from "../packages/inverse/src/posterior/draw-distances.case.ts";
import { mixtureDensity, modeShares } from "../packages/inverse/src/posterior/mixture-problem.case.ts";
import { meanText } from "./mean-text.ts";

const [size = "8", what = "both", only] = process.argv.slice(2);
const d = Number(size);
const runtime = native({ threads: 1 });
const rows = [1, 2, 4];
const draws = 1024;
// Fewer where a draw costs more.
const scales = {
  8: { problems: Number(process.env.P ?? 6), directions: 1_000, measured: 167 },
  80: { problems: 3, directions: 500, measured: 50 },
};
const { problems, directions, measured } = scales[d as 8 | 80] ?? { problems: 1, directions: 200, measured: 50 };

const { density, means, weights } = mixtureDensity(d);
const known = exact(density, edm({ sigmaMin: 0.02, sigmaMax: 150 }));
// The same denoised points without an array of modes by samples by numbers: with r_k the probability of mode k given x,
// softmax((<x, m> - |m|^2 / 2) / (1 + sigma^2) + log pi), they are (x + sigma^2 sum_k r_k m_k) / (1 + sigma^2).
const prior: typeof known = {
  ...known,
  denoise: (x, t) => {
    const of = (values: readonly number[], shape: number[]) =>
      constant(ndarray(Float64Array.from(values), shape)).cast(x.dtype);
    const modes = of(means.flat(), [25, d]);
    const halves = of(
      means.map((mean) => mean.reduce((sum, value) => sum + (value * value) / 2, 0)),
      [1, 25],
    );
    const square = known.process.sigma(t).square().reshape([-1, 1]);
    const logits = matmul(x, transpose(modes))
      .subtract(halves)
      .divide(square.add(1))
      .add(of(weights.map(Math.log), [1, 25]));
    return x.add(matmul(softmax(logits, 1), modes).multiply(square)).divide(square.add(1));
  },
};
// Root mean square of the numbers of the data, less their mean: what methods ask for as the deviation of the data.
const dataDeviation = (() => {
  const total = weights.reduce((a, b) => a + b);
  const moment = (power: number) =>
    means.reduce((sum, mean, k) => sum + (weights[k]! / total) * (mean[0]! ** power + mean[1]! ** power), 0) / 2;
  return Math.sqrt(1 + moment(2) - moment(1) ** 2);
})();

/** Orthonormal rows, by Gram and Schmidt, of independent normal numbers. */
const orthonormal = (count: number, length: number, seed: number): Float64Array[] => {
  const { data } = normal([count, length], { seed, dtype: "float64" });
  const found: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const row = data.slice(i * length, (i + 1) * length);
    for (const other of found) {
      const product = row.reduce((sum, value, j) => sum + value * other[j]!, 0);
      for (let j = 0; j < length; j++) row[j]! -= product * other[j]!;
    }
    const norm = Math.hypot(...row);
    found.push(row.map((value) => value / norm));
  }
  return found;
};

const problemOf = (m: number, seed: number) => {
  const values = uniform([m + 1], { seed, dtype: "float64" }).data;
  const [left, right] = [orthonormal(m, m, 2 * seed), orthonormal(m, d, 2 * seed + 1)];
  const a = Array.from({ length: m }, (_, i) =>
    Array.from({ length: d }, (_, j) => right.reduce((sum, v, k) => sum + left[i]![k]! * values[k]! * v[j]!, 0)),
  );
  const largest = Math.max(...values.slice(0, m));
  return { operator: matrix({ input: [d], matrix: a }), noise: gaussianNoise({ sigma: values[m]! * largest }), a };
};

const shares = modeShares(d);

/** The shares of the modes by the weights of the posterior. */
const weightsOf = ({ components, weights }: Mixture): Float64Array => {
  const found = new Float64Array(25);
  for (const [k, { mean }] of components.entries()) {
    const mode = shares({ data: mean, shape: [1, d] });
    for (let i = 0; i < 25; i++) found[i]! += weights[k]! * mode[i]!;
  }
  return found;
};

const particles = draws;
const methods: Record<string, object> = {
  exact: {},
  mcgdiff: { particles },
  dps: {},
  mmps: { iterations: 4 },
  tds: { particles, dataDeviation },
  tmpd: {},
  pigdm: { dataDeviation },
  daps: {},
  diffpir: {},
  ddrm: {},
  "ensemble-kalman": { particles: 256 },
  "pnp-dm": { start: 40 },
  "annealed-langevin": {},
  replacement: {},
  "dps-likelihood": {},
};
/** Populations at once. */
const populations: Record<string, number> = { mcgdiff: 4, tds: 4, "ensemble-kalman": 8 };
/** Methods of a thousand evaluations for a draw, or of a thousand particles: fewer measurements. */
const costly = ["mcgdiff", "tds", "annealed-langevin", "pnp-dm", "replacement", "dps-likelihood", "dps"];
const chosen = Object.entries(methods).filter(([name]) => only === undefined || only.split(",").includes(name));

const say = (text: string) => process.stderr.write(`${text}\n`);

if (what !== "coverage") {
  const table = new Map<string, { largest: number[]; mean: number[]; weights: number[] }[]>();
  const of = (name: string, i: number) => {
    if (!table.has(name))
      table.set(
        name,
        rows.map(() => ({ largest: [], mean: [], weights: [] })),
      );
    return table.get(name)![i]!;
  };
  for (let p = 0; p < problems; p++)
    for (const [i, m] of rows.entries()) {
      const { operator, noise, a } = problemOf(m, 100 * m + p);
      const x = density.sample(1, 1000 * m + p).data;
      const clean = a.map((row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));
      const y = { ...noise.draw(ndarray(Float64Array.from(clean), [1, m]), { seed: p }), shape: [m] } as NdArray;
      // Eigenvectors of 25 covariances of 800 numbers take minutes: there the truth is draws of the closed form.
      const exactDraws = async (seed: number) =>
        (await posterior(known, operator, noise, y, { method: "exact", draws, seed, runtime })).draws;
      const truth = d <= 80 ? await exactPosterior(density, operator, noise, y, { runtime }) : undefined;
      const distances = slicedDistancesTo(truth ? truth.sample(draws, 7) : await exactDraws(107), directions);
      const right = truth ? weightsOf(truth) : shares(await exactDraws(108));
      for (const [name, settings] of chosen) {
        const begun = performance.now();
        const found = await posterior(prior, operator, noise, y, {
          method: name,
          ...settings,
          draws,
          batch: populations[name] ?? draws,
          seed: p,
          runtime,
        } as never);
        const seconds = (performance.now() - begun) / 1000;
        const { largest, mean } = distances(found.draws);
        const error = totalVariation(shares(found.draws), right);
        of(name, i).largest.push(largest);
        of(name, i).mean.push(mean);
        of(name, i).weights.push(error);
        say(
          `${m} rows, problem ${p}: ${name} ${largest.toFixed(2)} ${mean.toFixed(2)} weights ${error.toFixed(3)} (${seconds.toFixed(1)} s; all ${((performance.now() - begun) / 1000).toFixed(1)} s)`,
        );
      }
    }
  const heads = (word: string) => rows.map((m) => `${word}, ${m}`);
  const head = ["method", ...heads("largest"), ...heads("mean"), ...heads("weights")];
  const body = [...table].map(([name, found]) => [
    `\`${name}\``,
    ...found.map(({ largest }) => meanText(largest)),
    ...found.map(({ mean }) => meanText(mean)),
    ...found.map(({ weights }) => meanText(weights)),
  ]);
  console.log(`\n${d} dimensions, ${problems} problems each, ${directions} directions\n\n${markdownTable(head, body)}`);
}

if (what !== "distances") {
  const body: string[][] = [];
  for (const [name, settings] of chosen) {
    const cells: string[] = [];
    const all: number[] = [];
    let evaluations = 0;
    const begun = performance.now();
    const number = costly.includes(name) ? 50 : measured;
    const operators = costly.includes(name) ? 1 : 2;
    for (const m of rows) {
      const covered: number[] = [];
      for (let p = 0; p < operators; p++) {
        const { operator, noise } = problemOf(m, 100 * m + p);
        const { evaluations: each, coverage } = await calibrate(prior, operator, noise, {
          method: name,
          ...settings,
          problems: number,
          draws: 19,
          batch: populations[name] ?? 648,
          seed: 10 * m + p,
          runtime,
        } as never);
        evaluations = each;
        covered.push(coverage.found);
        all.push(coverage.found);
      }
      cells.push((covered.reduce((a, b) => a + b, 0) / operators).toFixed(2));
    }
    const seconds = (performance.now() - begun) / 1000;
    const total = (all.reduce((a, b) => a + b, 0) / all.length).toFixed(3);
    const measurements = number * all.length;
    const error = Math.sqrt((0.9 * 0.1) / measurements).toFixed(3);
    say(`${name}: ${total} ± ${error} (${cells.join(", ")}), ${seconds.toFixed(0)} s`);
    body.push([`\`${name}\``, String(Math.round(evaluations)), `${total} ± ${error}`, ...cells, String(measurements)]);
  }
  console.log(`\n${d} dimensions: coverage of 90 % intervals\n`);
  console.log(
    markdownTable(["method", "evaluations", "coverage", ...rows.map((m) => `${m} measured`), "measurements"], body),
  );
}
