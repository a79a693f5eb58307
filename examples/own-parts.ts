/**
 * Your own density, network and objective, written with the operations of `scorefield/tensor`. They are used as the
 * library's own. The data are coins, +1 or -1 in each of two columns. `npx tsx examples/own-parts.ts`, some seconds.
 */
import {
  edm,
  heun,
  logNormalNoise,
  type Network,
  normal,
  type Objective,
  type ScoreModel,
  sample,
  train,
} from "scorefield";
import {
  castArray,
  compile,
  concat,
  grad,
  matmul,
  mean,
  type NdArray,
  type Tensor,
  where,
  zeros,
} from "scorefield/tensor";

const process = edm();

/** A value for each sample [n] as [n, 1], to stand beside its columns. */
const beside = (perSample: Tensor): Tensor => perSample.expandDims(1);

/** log (e^u + e^-u) / 2, which does not overflow. */
const logCosh = (u: Tensor): Tensor => {
  const size = where(u.less(0), u.negate(), u);
  return size.add(size.multiply(-2).exp().log1p()).subtract(Math.LN2);
};

// A density: log p_t(x) of two coins with noise, up to what does not depend on x. Its gradient is the score.
const logDensity = (x: Tensor, t: Tensor): Tensor => {
  const [alpha, variance] = [beside(process.alpha(t)), beside(process.sigma(t)).square()];
  const energy = x.square().divide(variance.multiply(2));
  return logCosh(x.multiply(alpha).divide(variance)).subtract(energy).sum(1);
};
const score = (x: Tensor, t: Tensor): Tensor => grad((point: Tensor) => logDensity(point, t).sum())(x);
const coins: ScoreModel = {
  process,
  shape: [2],
  // Tweedie's formula: where the data are, given a noisy point.
  denoise: (x, t) => x.add(score(x, t).multiply(beside(process.sigma(t)).square())).divide(beside(process.alpha(t))),
};

// A network: one hidden layer that lets a tenth of what is negative through. Its weights are plain arrays.
const width = 64;
const weights = (rows: number, columns: number, seed: number): NdArray<"float32"> => {
  const drawn = normal([rows, columns], { seed, dtype: "float64" });
  for (let i = 0; i < drawn.data.length; i++) drawn.data[i]! /= Math.sqrt(rows);
  return castArray(drawn, "float32");
};
const leaky: Network = {
  recipe: { kind: "leaky" },
  learningRate: 3e-3,
  initialise: ([columns = 1], seed) => ({
    hidden: weights(columns + 2, width, seed),
    out: weights(width, columns, seed + 1),
    bias: zeros([columns]),
  }),
  apply: (parameters, x, noiseLevel) => {
    const { hidden, out, bias } = parameters as Record<"hidden" | "out" | "bias", Tensor>;
    const level = beside(noiseLevel);
    const inner = matmul(concat([x, level, level.multiply(0).add(1)], 1), hidden);
    return matmul(where(inner.greater(0), inner, inner.multiply(0.1)), out).add(bias);
  },
};

// An objective: the squared error of the denoised estimate, weighted by the signal-to-noise ratio where that is above 1
// (Salimans & Ho 2022).
const noiseDistribution = logNormalNoise({ mean: 0, deviation: 1 });
const truncated: Objective = {
  recipe: { kind: "truncated-snr", noiseDistribution: noiseDistribution.recipe },
  noiseDistribution,
  loss: (denoise, { alpha, sigma }, { x, t, noise }) => {
    const noisy = x.multiply(beside(alpha(t))).add(noise.multiply(beside(sigma(t))));
    const ratio = alpha(t).divide(sigma(t)).square();
    const weight = where(ratio.less(1), ratio.multiply(0).add(1), ratio.min(5));
    return mean(denoise(noisy, t).subtract(x).square().multiply(beside(weight)));
  },
};

const count = 2_000;
const tossed = normal([count, 2], { seed: 7 });
for (const [i, value] of tossed.data.entries()) tossed.data[i] = Math.sign(value);
const model = await train({ data: tossed, process, network: leaky, objective: truncated, steps: 1_500, seed: 0 })
  .result;

// At noise 1 the posterior mean of a coin is tanh x: the density's is exact, the learnt one is near.
const points = normal([count, 2], { seed: 9 });
for (const [i, value] of points.data.entries()) points.data[i] = value + tossed.data[i]!;
const times = { dtype: "float32", shape: [count], data: new Float32Array(count).fill(1 / 80) } as const;
const meanSquare = await compile(
  (x: Tensor, t: Tensor) => ({
    exact: mean(coins.denoise(x, t).subtract(x.tanh()).square()),
    learnt: mean(model.denoise(x, t).subtract(x.tanh()).square()),
  }),
  [{ shape: [count, 2] }, { shape: [count] }],
);
const errors = await meanSquare(points, times);
const [exact = Number.NaN, learnt = Number.NaN] = [errors.exact, errors.learnt].map(({ data }) =>
  Math.sqrt(Number(data[0])),
);
console.log(`error of the density's posterior mean ${exact.toExponential(1)}, of the learnt one ${learnt.toFixed(3)}`);

// Samples of both are coins: one half of either side.
const heads: number[] = [];
for (const from of [coins, model]) {
  const x = await sample(from, { count, sampler: heun({ steps: 18 }), seed: 1 });
  heads.push(x.data.filter((value) => value > 0).length / x.data.length);
}
const chance = 0.5 / Math.sqrt(2 * count);
console.log(
  `shares of +1 among samples ${heads.map((share) => share.toFixed(3)).join(" and ")}, expected 0.5 ± ${chance.toFixed(3)}`,
);

if (!(exact < 1e-5 && learnt < 0.1 && heads.every((share) => Math.abs(share - 0.5) < 4 * chance)))
  throw new Error("the check failed");
console.log("check passed");
