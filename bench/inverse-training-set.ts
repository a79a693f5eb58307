/**
 * The training set as the exact prior: 1,000 digits of MNIST as 14 x 14 pixels, each with the same probability. The posterior of any
 * measurement is then known, as a weight for each digit (TRUTH: w_i proportional to p(y | x_i)), and every method gets the same exact score:
 *
 *     npm run bench bench/inverse-training-set.ts [folder of data] [operators] [methods]
 *
 * Truths are digits of the set. "Mean" is the distance of the mean of draws from the posterior's, root mean square over pixels, in
 * deviations of the posterior; "weights" the total variation between the shares of digits nearest to the draws and the exact weights; "far"
 * how far draws are from the nearest digit, root mean square over pixels; coverage of 90 % intervals along 8 random directions.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { edm, exact, gaussianMixture, normal } from "@scorefield/core";
import { readArray } from "@scorefield/data";
import { blur, downsample, gaussianNoise, type LinearOperator, mask } from "@scorefield/inverse";
import { operatorMatrix } from "@scorefield/inverse/internal";
import { constant, matmul, type NdArray, ndarray, sizeOf, softmax, transpose } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { totalVariation } from "../packages/inverse/src/posterior/draw-distances.case.ts";
import { coverageAlong, manyPosteriors } from "./many-posteriors.ts";

const [folder = "../shared/data", onlyOperators, onlyMethods] = process.argv.slice(2);
const file = join(folder, "mnist", "train-images-idx3-ubyte.gz");
if (!existsSync(file)) {
  console.log(`${file} is missing: this benchmark needs it.`);
  process.exit(0);
}
const runtime = native({ threads: 1 });
const [points, problems, draws, side] = [1000, Number(process.env.P ?? 24), 19, 14];
const d = side * side;
const { data: pixels } = (await readArray(file)) as unknown as NdArray;
const digits = new Float64Array(points * d);
for (let i = 0; i < points; i++)
  for (let r = 0; r < 28; r++)
    for (let c = 0; c < 28; c++)
      digits[i * d + (r >> 1) * side + (c >> 1)]! += Number(pixels[(i * 28 + r) * 28 + c]) / 127.5 / 4 - 0.25;
const input = [1, side, side];
const known = exact(
  gaussianMixture({ means: ndarray(digits, [points, ...input]), covariances: Array.from({ length: points }, () => 0) }),
  edm({ sigmaMin: 0.02, sigmaMax: 40 }),
);
// The same denoised points by two products of matrices, without an array of points by samples by pixels:
// weights softmax((<x, m> - |m|^2 / 2) / sigma^2) of digits m, less the mean of all digits so that rounding is small.
const centre = Float64Array.from({ length: d }, (_, j) => {
  let sum = 0;
  for (let k = 0; k < points; k++) sum += digits[k * d + j]! / points;
  return sum;
});
const centred = digits.map((value, at) => value - centre[at % d]!);
const halves = Float64Array.from({ length: points }, (_, k) => {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += centred[k * d + j]! ** 2 / 2;
  return sum;
});
const prior: typeof known = {
  ...known,
  denoise: (x, t) => {
    const of = (values: Float64Array, shape: number[]) => constant(ndarray(values, shape)).cast(x.dtype);
    const [all, middle] = [of(centred, [points, d]), of(centre, [1, d])];
    const square = known.process.sigma(t).square().reshape([-1, 1]);
    const products = matmul(x.reshape([-1, d]).subtract(middle), transpose(all));
    const logits = products.subtract(of(halves, [1, points])).divide(square);
    return matmul(softmax(logits, 1), all).add(middle).reshape(x.shape);
  },
};

const operators: Record<string, { operator: LinearOperator; sigma: number }> = {
  deblurring: { operator: blur({ input, sigma: 2 }), sigma: 0.25 },
  inpainting: { operator: mask({ input, box: [2, 2, 10, 10] }), sigma: 0.15 },
  "super-resolution": { operator: downsample({ input, factor: 7 }), sigma: 0.02 },
};
const methods: Record<string, object> = {
  exact: {},
  mcgdiff: { particles: 64 },
  tds: { particles: 64, steps: 60, dataDeviation: 0.5 },
  mmps: {},
  tmpd: {},
  pigdm: { dataDeviation: 0.5 },
  "annealed-langevin": { levels: 100, stepsPerLevel: 4 },
  "pnp-dm": { steps: 40, innerSteps: 10 },
  daps: {},
  "ensemble-kalman": { particles: 64, steps: 30 },
  diffpir: {},
  replacement: { steps: 60, resamples: 5 },
  ddrm: {},
  "dps-likelihood": { steps: 150 },
  dps: { steps: 300 },
};
const wanted = (names: string | undefined, name: string) => names === undefined || names.split(",").includes(name);

/** The digit nearest to each row, and the square of its distance. */
const nearest = (rows: ArrayLike<number>): { digit: Int32Array; square: Float64Array } => {
  const n = rows.length / d;
  const [digit, square] = [new Int32Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < points; k++) {
      let sum = 0;
      for (let j = 0; j < d && sum < best; j++) sum += (Number(rows[i * d + j]) - digits[k * d + j]!) ** 2;
      if (sum < best) [best, digit[i]] = [sum, k];
    }
    square[i] = best;
  }
  return { digit, square };
};

for (const [title, { operator, sigma }] of Object.entries(operators)) {
  if (!wanted(onlyOperators, title)) continue;
  const m = sizeOf(operator.output);
  const matrix = await operatorMatrix(title, operator, runtime);
  const seen = new Float64Array(points * m);
  for (let k = 0; k < points; k++)
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += matrix[i * d + j]! * digits[k * d + j]!;
      seen[k * m + i] = sum;
    }
  const chosen = Array.from({ length: problems }, (_, i) => Math.floor((i * points) / problems));
  const e = normal([problems, m], { seed: 11, dtype: "float64" }).data;
  const y = e.map((value, at) => sigma * value + seen[chosen[Math.floor(at / m)]! * m + (at % m)]!);
  const truths = Float64Array.from(chosen.flatMap((k) => [...digits.subarray(k * d, (k + 1) * d)]));
  const weights = chosen.map((_, i) => {
    const logs = Float64Array.from({ length: points }, (_, k) => {
      let sum = 0;
      for (let c = 0; c < m; c++) sum += (y[i * m + c]! - seen[k * m + c]!) ** 2;
      return -sum / (2 * sigma ** 2);
    });
    const most = logs.reduce((a, b) => Math.max(a, b));
    const found = logs.map((value) => Math.exp(value - most));
    const total = found.reduce((a, b) => a + b);
    return found.map((value) => value / total);
  });
  const effective = weights.map((list) => 1 / list.reduce((sum, value) => sum + value * value, 0));
  const means = weights.map((list) => {
    const centre = new Float64Array(d);
    list.forEach((value, k) => {
      if (value > 1e-12) for (let j = 0; j < d; j++) centre[j]! += value * digits[k * d + j]!;
    });
    return centre;
  });
  const spread = Math.sqrt(
    weights.reduce((sum, list, i) => {
      let own = 0;
      list.forEach((value, k) => {
        if (value > 1e-12) for (let j = 0; j < d; j++) own += value * (digits[k * d + j]! - means[i]![j]!) ** 2;
      });
      return sum + own / d;
    }, 0) / problems,
  );
  const directions = normal([8, d], { seed: 12, dtype: "float64" }).data;
  const rows: string[][] = [];
  for (const [kind, settings] of Object.entries(methods)) {
    if (!wanted(onlyMethods, kind)) continue;
    const problem = { model: prior, operator, noise: gaussianNoise({ sigma }) };
    const { data, evaluations, seconds } = await manyPosteriors(
      problem,
      { kind, ...settings },
      ndarray(Float64Array.from(y), [problems, ...operator.output]),
      { draws, runtime },
    );
    const { digit, square } = nearest(data);
    let [distance, variation] = [0, 0];
    for (let i = 0; i < problems; i++) {
      const shares = new Float64Array(points);
      for (let r = 0; r < draws; r++) shares[digit[i * draws + r]!]! += 1 / draws;
      variation += totalVariation(shares, weights[i]!) / problems;
      for (let j = 0; j < d; j++) {
        let centre = 0;
        for (let r = 0; r < draws; r++) centre += data[(i * draws + r) * d + j]! / draws;
        distance += (centre - means[i]![j]!) ** 2 / d / problems;
      }
    }
    const far = Math.sqrt(square.reduce((a, b) => a + b, 0) / square.length / d);
    const coverage = coverageAlong(truths, data, directions, d);
    rows.push([
      `\`${kind}\``,
      String(Math.round(evaluations)),
      (Math.sqrt(distance) / spread).toFixed(2),
      variation.toFixed(2),
      far.toFixed(3),
      coverage.toFixed(2),
    ]);
    process.stderr.write(`${title} ${rows.at(-1)!.join(" ")} (${seconds.toFixed(0)} s)\n`);
  }
  const middle = [...effective].sort((a, b) => a - b)[problems >> 1]!;
  console.log(
    `\n${title}: ${problems} measurements, noise ${sigma}; possible are the equivalent of ${middle.toFixed(1)} equally likely digits (median); deviation ${spread.toFixed(2)}\n`,
  );
  console.log(markdownTable(["method", "evaluations", "mean", "weights", "far", "coverage"], rows));
}
