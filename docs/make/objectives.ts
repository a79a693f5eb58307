/**
 * Ways to learn a score on one problem: the figure docs/images/objectives.svg and the tables in docs/learning.md.
 * `npm run bench docs/make/objectives.ts`, about two minutes.
 */
import {
  denoising,
  edm,
  exact,
  finiteDifference,
  fixedNoise,
  fokkerPlanck,
  fokkerPlanckResidual,
  gaussianMixture,
  implicit,
  mlp,
  normal,
  type Objective,
  type ScoreModel,
  score,
  sliced,
  train,
} from "@scorefield/core";
import {
  castArray,
  compile,
  constant,
  matmul,
  type NdArray,
  ndarray,
  type Tensor,
  tanh,
  valueAndGrad,
} from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Label, Plot, page, palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";

const runtime = native({ threads: 1 });
const process_ = edm();
const mixture = gaussianMixture({
  weights: [0.5, 0.3, 0.2],
  means: [
    [-1, -0.5],
    [0.9, 0.6],
    [0.4, -1.2],
  ],
  covariances: [0.08, 0.15, 0.04],
});
const truth = exact(mixture, process_);

interface Way {
  readonly name: string;
  readonly colour: string;
  readonly make: (at?: number) => Objective;
}

const noiseAt = (at: number | undefined) => (at === undefined ? {} : { noiseDistribution: fixedNoise({ ratio: at }) });
const matched = (at: number | undefined): Objective => denoising({ weighting: "sigma^2", ...noiseAt(at) });
const ways: readonly Way[] = [
  { name: "denoising", colour: palette.ink, make: matched },
  { name: "implicit", colour: palette.data, make: (at) => implicit(noiseAt(at)) },
  {
    name: "sliced, as first proposed",
    colour: "#e2a33b",
    make: (at) => sliced({ varianceReduced: false, ...noiseAt(at) }),
  },
  { name: "sliced, variance-reduced", colour: palette.sample, make: (at) => sliced(noiseAt(at)) },
  { name: "finite-difference", colour: "#8057a8", make: (at) => finiteDifference(noiseAt(at)) },
];
const regularised: Way = {
  name: "denoising + Fokker-Planck",
  colour: "#2d936c",
  make: (at) => fokkerPlanck(matched(at), { weight: 0.01 }),
};

// --- Learning: error, cost and noise -----------------------------------------------------------------------------------

const points = 2000;
const noisePoints = normal([points, 2], { seed: 11 });
const clean = mixture.sample(points, 12);

/** sigma^2 E |s - s*|^2 / d of a model at a noise level, over noisy data. */
const scoreError = async (model: ScoreModel, sigma: number): Promise<number> => {
  const compiled = await compile(
    (x: Tensor, t: Tensor) =>
      score(model, x, t)
        .subtract(score(truth, x, t))
        .square()
        .mean()
        .multiply(sigma ** 2),
    [{ shape: [points, 2] }, { shape: [points] }],
    { runtime },
  );
  const x = castArray(clean, "float32");
  const noisy = ndarray(
    x.data.map((value, i) => value + sigma * noisePoints.data[i]!),
    [points, 2],
  );
  const t = ndarray(new Float32Array(points).fill(process_.timeOfLogSnr(-2 * Math.log(sigma))));
  const { data } = await compiled(noisy, t);
  await compiled.dispose();
  return Number(data[0]);
};

const residual = async (model: ScoreModel, sigma: number): Promise<number> => {
  const compiled = await compile(
    (x: Tensor, t: Tensor) => fokkerPlanckResidual(model, x, t).square().mean(),
    [{ shape: [points, 2] }, { shape: [points] }],
    { runtime },
  );
  const noisy = ndarray(
    clean.data.map((value, i) => value + sigma * noisePoints.data[i]!),
    [points, 2],
  );
  const t = ndarray(new Float32Array(points).fill(process_.timeOfLogSnr(-2 * Math.log(sigma))));
  const { data } = await compiled(noisy, t);
  await compiled.dispose();
  return Math.sqrt(Number(data[0]));
};

const training = { process: process_, steps: 3000, batch: 256, averageDecay: 0.995, runtime };
const network = mlp({ width: 64, depth: 3 });

const learn = async (objective: Objective) => {
  const start = { cpu: process.cpuUsage(), step: 0 };
  const events = train({ ...training, data: mixture.sample(20_000, 1), network, objective, seed: 1 });
  let first: NodeJS.CpuUsage | undefined;
  let counted = 0;
  let firstStep = 0;
  for await (const { step } of events) {
    // The first block holds compilation.
    if (!first) [first, firstStep] = [process.cpuUsage(), step];
    counted = step;
  }
  const used = process.cpuUsage(first ?? start.cpu);
  return { model: await events.result, microseconds: (used.user + used.system) / Math.max(1, counted - firstStep) };
};

// The field along which slopes are taken is tanh of these mixtures of x: its Jacobian is not diagonal.
const mixing = constant(ndarray(Float64Array.of(1.5, 1, -0.5, 1.2), [2, 2]));
/** Deviation over batches of a loss and of its slope along the field, at the exact score. */
const noiseOf = async (objective: Objective, sigma: number, batches = 100) => {
  const n = 256;
  const probes = objective.probes ?? 0;
  const spec = { shape: [n, 2], dtype: "float64" } as const;
  const compiled = await compile(
    (x: Tensor, t: Tensor, [noise, ...directions]: Tensor[]) =>
      valueAndGrad((epsilon: Tensor) =>
        objective.loss(
          // A change of the predicted noise, so that slopes at all levels have one unit.
          (at, when) => truth.denoise(at, when).add(tanh(matmul(at, mixing)).multiply(epsilon).multiply(sigma)),
          process_,
          { x, t, noise: noise!, probes: directions },
        ),
      )(constant(0, "float64")),
    [spec, { shape: [n], dtype: "float64" }, new Array<typeof spec>(1 + probes).fill(spec)],
    { runtime },
  );
  const t = ndarray(new Float64Array(n).fill(process_.timeOfLogSnr(-2 * Math.log(sigma))));
  const found: [number, number][] = [];
  for (let b = 0; b < batches; b++) {
    const draws = Array.from({ length: 1 + probes }, (_, k) =>
      normal([n, 2], { seed: 5, step: k, firstSample: b * n, dtype: "float64" }),
    );
    const [loss, slope] = await compiled(castArray(mixture.sample(n, 6, b * n), "float64"), t, draws);
    found.push([Number(loss!.data[0]), Number(slope!.data[0])]);
  }
  await compiled.dispose();
  const deviation = (k: 0 | 1): number => {
    const mean = found.reduce((sum, row) => sum + row[k], 0) / batches;
    return Math.sqrt(found.reduce((sum, row) => sum + (row[k] - mean) ** 2, 0) / (batches - 1));
  };
  // Twice the implicit loss is the denoising one, except for a constant.
  const unit = objective.recipe.kind === "denoising" ? 1 : 2;
  return { loss: unit * deviation(0), slope: unit * deviation(1) };
};

const sigmas = [0.05, 0.2, 0.8, 3];
const rows: string[][] = [];
for (const way of [...ways, regularised]) {
  const { model, microseconds } = await learn(way.make());
  const errors = [];
  for (const sigma of sigmas) errors.push(await scoreError(model, sigma));
  const { slope } = way === regularised ? { slope: Number.NaN } : await noiseOf(way.make(0.2), 0.2);
  const held = await residual(model, 0.2);
  rows.push([
    way.name,
    ...errors.map((error) => error.toPrecision(2)),
    microseconds.toFixed(0),
    Number.isNaN(slope) ? "–" : slope.toPrecision(2),
    held.toPrecision(2),
  ]);
  console.log(rows.at(-1)!.join(" | "));
}
writeSection(
  "learning.md",
  "objectives",
  markdownTable(
    [
      "objective",
      ...sigmas.map((sigma) => `error at sigma ${sigma}`),
      "CPU µs per step",
      "deviation of the slope",
      "Fokker-Planck residual",
    ],
    rows,
  ),
);

// --- The noise of each objective's gradient against the noise level ------------------------------------------------------

const levels = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const noises: { name: string; colour: string; sigma: number; slope: number }[] = [];
for (const { name, colour, make } of ways)
  for (const sigma of levels)
    noises.push({ name, colour, sigma, slope: (await noiseOf(make(sigma), sigma, 40)).slope });

// --- Denoising is implicit score matching: the score -a x on N(0, 0.6) ---------------------------------------------------

const variance = 0.6;
const sigma = 0.2;
const noisyVariance = variance + sigma ** 2;
const scan = Array.from({ length: 41 }, (_, i) => -1.4 + 0.15 * i);
const lossesAt = async (objective: Objective): Promise<number[]> => {
  const data = Float64Array.of(1, 1, -1, -1).map((sign) => sign * Math.sqrt(variance));
  const compiled = await compile(
    (x: Tensor, t: Tensor, noise: Tensor, a: Tensor) =>
      objective.loss((at) => at.subtract(at.multiply(a).multiply(sigma ** 2)), process_, { x, t, noise }),
    [
      { shape: [4, 1], dtype: "float64" },
      { shape: [4], dtype: "float64" },
      { shape: [4, 1], dtype: "float64" },
      { shape: [], dtype: "float64" },
    ],
    { runtime },
  );
  const losses = [];
  const noise = ndarray(Float64Array.of(1, -1, 1, -1), [4, 1]);
  const t = ndarray(new Float64Array(4).fill(process_.timeOfLogSnr(-2 * Math.log(sigma))));
  for (const a of scan) {
    const result: NdArray = await compiled(ndarray(data, [4, 1]), t, noise, ndarray(Float64Array.of(a), []));
    losses.push(Number(result.data[0]));
  }
  await compiled.dispose();
  return losses;
};
// In units of the score: half of the loss over sigma^2 for denoising, the loss over sigma^2 for the implicit one.
const denoised = (await lossesAt(matched(sigma))).map((loss) => loss / (2 * sigma ** 2));
const hidden = (await lossesAt(implicit(noiseAt(sigma)))).map((loss) => loss / sigma ** 2);
const explicit = scan.map((a) => ((a - 1 / noisyVariance) ** 2 * noisyVariance) / 2);
const difference = denoised.map((value, i) => value - explicit[i]!);
const known = (1 / sigma ** 2 - 1 / noisyVariance) / 2;
const least = (values: readonly number[]): number => scan[values.indexOf(Math.min(...values))]!;
writeSection(
  "learning.md",
  "equivalence",
  markdownTable(
    ["score -a x on N(0, 0.6), sigma 0.2", "expected", "found"],
    [
      [
        "denoising minus explicit, at every a",
        known.toFixed(6),
        `${Math.min(...difference).toFixed(6)} to ${Math.max(...difference).toFixed(6)}`,
      ],
      [
        "denoising minus implicit, at every a",
        (1 / (2 * sigma ** 2)).toFixed(6),
        `${Math.min(...denoised.map((v, i) => v - hidden[i]!)).toFixed(6)} to ${Math.max(...denoised.map((v, i) => v - hidden[i]!)).toFixed(6)}`,
      ],
      ["least implicit loss", (-1 / (2 * noisyVariance)).toFixed(4), Math.min(...hidden).toFixed(4)],
      [
        "minimiser of each on a grid of 0.15",
        (1 / noisyVariance).toFixed(4),
        `${least(denoised).toFixed(2)}, ${least(hidden).toFixed(2)}, ${least(explicit).toFixed(2)}`,
      ],
    ],
  ),
);
await runtime.dispose();

// --- The figure ------------------------------------------------------------------------------------------------------

const side = 300;
const [left, top, gap] = [56, 40, 70];
const frame = {
  width: side + 58,
  height: side + 28,
  marginLeft: 54,
  marginRight: 4,
  marginTop: 4,
  marginBottom: 24,
  style: { fontSize: "11px" },
  color: { type: "identity" as const },
};
const at = (i: number): number => left + i * (side + gap);
const minusSign = (v: number): string => minus(`${v}`);
const curve = (values: readonly number[]) => scan.map((a, i) => ({ a, value: values[i]! }));
const panels = [
  {
    left: at(0) - 54,
    top: top - 4,
    options: {
      ...frame,
      x: {
        type: "log" as const,
        domain: [0.009, 5.5],
        label: null,
        ticks: [0.01, 0.1, 1],
        tickSize: 4,
        tickFormat: minusSign,
      },
      y: { type: "log" as const, label: null, tickSize: 4, ticks: [1e-4, 1e-3, 1e-2, 1e-1], tickFormat: minusSign },
      marks: [
        Plot.line(noises, { x: "sigma", y: "slope", z: "name", stroke: "colour", strokeWidth: 1.7 }),
        Plot.dot(noises, { x: "sigma", y: "slope", fill: "colour", r: 2.4 }),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  },
  {
    left: at(1) - 54,
    top: top - 4,
    options: {
      ...frame,
      x: { domain: [-1.4, 4.6], label: null, tickSize: 4, ticks: [-1, 0, 1, 2, 3, 4], tickFormat: minusSign },
      y: { domain: [-2, 15], label: null, tickSize: 4, ticks: [0, 4, 8, 12], tickFormat: minusSign },
      marks: [
        Plot.ruleX([1 / noisyVariance], { stroke: palette.rule, strokeDasharray: "3,3" }),
        Plot.line(curve(denoised), { x: "a", y: "value", stroke: palette.ink, strokeWidth: 1.8 }),
        Plot.line(curve(explicit), { x: "a", y: "value", stroke: "#2d936c", strokeWidth: 1.8 }),
        Plot.line(curve(hidden), { x: "a", y: "value", stroke: palette.data, strokeWidth: 1.8 }),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  },
];
const labels: Label[] = ["Noise of the gradient, batch 256", "Three losses of the score −a x"].map((text, i) => ({
  x: at(i),
  y: top - 12,
  text: `${"ab"[i]}  ${text}`,
  size: 13,
  weight: 600,
}));
labels.push({ x: at(0) + side / 2, y: top + side + 40, text: "sigma", anchor: "middle" });
labels.push({ x: at(1) + side / 2, y: top + side + 40, text: "a", anchor: "middle" });
labels.push({
  x: at(0) - 46,
  y: top + side / 2,
  text: "standard deviation of the slope",
  anchor: "middle",
  rotate: -90,
});
labels.push({ x: at(1) - 34, y: top + side / 2, text: "loss", anchor: "middle", rotate: -90 });
for (const [i, { name, colour }] of ways.entries())
  labels.push({ x: at(0) + 120, y: top + side - 84 + 16 * i, text: name, fill: colour, weight: 600 });
for (const [text, fill, value] of [
  ["denoising", palette.ink, 12.9],
  ["explicit: the truth", "#2d936c", 3.2],
  ["implicit", palette.data, -1.9],
] as const)
  labels.push({ x: at(1) + 150, y: top + side * (1 - (value + 2) / 17) - 8, text, fill, weight: 600 });
writeImage(
  "objectives.svg",
  page({
    width: at(1) + side + 14,
    height: top + side + 52,
    panels,
    labels,
    description:
      "Two plots: the standard deviation of the gradient of five objectives against the noise level; and the denoising, explicit and implicit losses of a linear score, which differ by constants and have one minimiser.",
  }),
);
