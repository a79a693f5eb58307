/** Checks of distributions known exactly: their noised distribution against formulas for two dimensions written out. */

import { denoisedFromScore, exact, gaussianMixture, normal, scheduleAt } from "@scorefield/core";
import { grad, ndarray, type Tensor } from "@scorefield/tensor";
import { type Check, estimate, sameNumbers, worst } from "./check.ts";
import { evaluate, numbers } from "./evaluate.ts";
import { innerTimes, type KnownProcess, knownProcesses } from "./schedules.ts";

type Pair = readonly [number, number];

/** Three Gaussians in the plane: weight, mean, and the covariance [[a, b], [b, c]] as [a, b, c]. */
const parts: readonly {
  readonly weight: number;
  readonly mean: Pair;
  readonly covariance: readonly [number, number, number];
}[] = [
  { weight: 0.2, mean: [-1.5, 0], covariance: [0.05, 0.03, 0.1] },
  { weight: 0.5, mean: [1, 1], covariance: [0.3, -0.1, 0.2] },
  { weight: 0.3, mean: [0.5, -1.5], covariance: [0.04, 0, 0.04] },
];

/** The same as a density of the library. */
export const planarMixture = gaussianMixture({
  weights: parts.map(({ weight }) => weight),
  means: parts.map(({ mean }) => [...mean]),
  covariances: parts.map(({ covariance: [a, b, c] }) => [
    [a, b],
    [b, c],
  ]),
});

/** log p(x), its gradient and E[x_0 | x] for x = alpha x_0 + sigma z, with matrices inverted by hand. */
const byHand = (x: Pair, alpha: number, sigma: number) => {
  const each = parts.map(({ weight, mean, covariance: [a, b, c] }) => {
    const [p, q, r] = [alpha ** 2 * a + sigma ** 2, alpha ** 2 * b, alpha ** 2 * c + sigma ** 2];
    const determinant = p * r - q * q;
    const [u, v] = [x[0] - alpha * mean[0], x[1] - alpha * mean[1]];
    const slope: Pair = [(r * u - q * v) / determinant, (p * v - q * u) / determinant];
    const form = u * slope[0] + v * slope[1];
    return {
      log: Math.log(weight) - 0.5 * form - 0.5 * Math.log(determinant) - Math.log(2 * Math.PI),
      score: [-slope[0], -slope[1]] as const,
      denoised: [
        mean[0] + alpha * (a * slope[0] + b * slope[1]),
        mean[1] + alpha * (b * slope[0] + c * slope[1]),
      ] as const,
    };
  });
  const most = Math.max(...each.map(({ log }) => log));
  const total = each.reduce((sum, { log }) => sum + Math.exp(log - most), 0);
  const average = (key: "score" | "denoised", axis: 0 | 1): number =>
    each.reduce((sum, part) => sum + (Math.exp(part.log - most) / total) * part[key][axis], 0);
  return {
    logDensity: [most + Math.log(total)],
    score: [average("score", 0), average("score", 1)],
    denoised: [average("denoised", 0), average("denoised", 1)],
  };
};

const n = 40;

/** Noisy points of a process at its inner times, and the mixture's distribution there by the library and by hand. */
const compare = async ({ process }: KnownProcess, runtime: Parameters<Check["run"]>[0]["runtime"]) => {
  const model = exact(planarMixture, process);
  const [data, noise] = [planarMixture.sample(n, 1), normal([n, 2], { seed: 2, dtype: "float64" })];
  const times = innerTimes(process);
  const t = Float64Array.from({ length: n }, (_, i) => times[i % times.length]!);
  const x = Float64Array.from(
    { length: 2 * n },
    (_, k) => process.alpha(t[k >> 1]!) * data.data[k]! + process.sigma(t[k >> 1]!) * noise.data[k]!,
  );
  const quantities = (at: Tensor, time: Tensor) => [
    model.logDensity(at, time),
    model.score(at, time),
    model.denoise(at, time),
    denoisedFromScore(model.score(at, time), at, scheduleAt(process, time, at)),
    grad((point: Tensor) => model.logDensity(point, time).sum())(at),
  ];
  const found = await evaluate((at, time) => quantities(at!, time!), [ndarray(x, [n, 2]), ndarray(t)], runtime);
  const expected = Array.from(t, (time, i) =>
    byHand([x[2 * i]!, x[2 * i + 1]!], process.alpha(time), process.sigma(time)),
  );
  const [logDensity, score, denoised, tweedie, gradient] = found.map(numbers);
  return {
    logDensity: logDensity!,
    score: score!,
    denoised: denoised!,
    tweedie: tweedie!,
    gradient: gradient!,
    expected,
  };
};

const checksOf = (known: KnownProcess): Check[] => {
  const kind = String(known.process.recipe.kind);
  return [
    {
      name: `${kind}: a mixture's log-density, score and E[x_0 | x]`,
      group: "density",
      source: "Gaussian conditioning, 2 x 2 matrices inverted by hand",
      run: async ({ runtime }) => {
        const { logDensity, score, denoised, expected } = await compare(known, runtime);
        const scale = Math.max(...score.map(Math.abs));
        return worst([
          sameNumbers(
            expected.flatMap((e) => e.logDensity),
            logDensity,
            1e-10,
            { detail: "log-density" },
          ),
          sameNumbers(
            expected.flatMap((e) => e.score),
            score,
            1e-11 * scale,
            { detail: "score" },
          ),
          sameNumbers(
            expected.flatMap((e) => e.denoised),
            denoised,
            1e-9,
            { detail: "E[x_0 | x]" },
          ),
        ]);
      },
    },
    {
      name: `${kind}: the score is the gradient of the log-density, and Tweedie's formula holds`,
      group: "density",
      source: "Robbins 1956; Efron 2011: E[x_0 | x] = (x + sigma^2 score) / alpha",
      run: async ({ runtime }) => {
        const { score, denoised, tweedie, gradient } = await compare(known, runtime);
        const scale = Math.max(...score.map(Math.abs));
        return worst([
          sameNumbers(score, gradient, 1e-11 * scale, { detail: "gradient" }),
          sameNumbers(denoised, tweedie, 1e-9, { detail: "Tweedie" }),
        ]);
      },
    },
  ];
};

/** Draws of a mixture against its moments. */
const drawn: Check = {
  name: "draws of a mixture have its mean and variance",
  group: "density",
  source: "definition: sum of weights times (covariance + mean mean^T)",
  run: async () => {
    const count = 20_000;
    const { data } = planarMixture.sample(count, 5);
    return worst(
      ([0, 1] as const).flatMap((axis) => {
        const mean = parts.reduce((sum, part) => sum + part.weight * part.mean[axis], 0);
        const central = (power: 2 | 4): number =>
          parts.reduce((sum, { weight, mean: m, covariance }) => {
            const [v, shift] = [covariance[2 * axis]!, m[axis] - mean];
            return sum + weight * (power === 2 ? v + shift ** 2 : 3 * v * v + 6 * v * shift ** 2 + shift ** 4);
          }, 0);
        const column = Array.from({ length: count }, (_, i) => data[2 * i + axis]!);
        const squares = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
        return [
          estimate(mean, column.reduce((a, b) => a + b, 0) / count, Math.sqrt(central(2) / count)),
          estimate(central(2), squares, Math.sqrt((central(4) - central(2) ** 2) / count)),
        ];
      }),
    );
  },
};

/** Exact densities against formulas written out. */
export const densityChecks: readonly Check[] = [...knownProcesses.flatMap(checksOf), drawn];
