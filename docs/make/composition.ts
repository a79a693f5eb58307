/**
 * Mixtures and products of models: mixture.svg and product.svg in docs/images, and their tables in docs/composition.md.
 * `npm run bench docs/make/composition.ts`, about two minutes.
 */
import {
  type AnySampler,
  annealedLangevin,
  dormandPrince,
  edm,
  euler,
  exact,
  gaussian,
  gaussianMixture,
  heun,
  mala,
  mixtureOf,
  normal,
  predictorCorrector,
  productOf,
  reverseDiffusion,
  type ScoreModel,
  sample,
  superpose,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";
import { dots, type PlanePanel, planeRow } from "./plane-row.ts";

const runtime = native({ threads: 1 });
const process = edm({ sigmaMin: 0.01 });
const count = 10_000;

/** Draws, and how many networks were evaluated for each. */
const drawn = async (model: ScoreModel, sampler: AnySampler, seed = 1, initial?: NdArray<"float32">) => {
  let evaluations = 0;
  const samples = await sample(model, {
    count,
    sampler,
    seed,
    runtime,
    ...(initial && { initial }),
    onProgress: (event) => {
      evaluations = event.evaluations;
    },
  });
  return { samples, evaluations };
};

const meanLogDensity = async (model: { logDensity(x: Tensor, t: Tensor): Tensor }, x: NdArray): Promise<number> => {
  const n = x.shape[0]!;
  const compiled = await compile((at: Tensor, t: Tensor) => model.logDensity(at, t).mean(), [x, { shape: [n] }], {
    runtime,
  });
  const found = await compiled(x, ndarray(new Float32Array(n).fill(process.times.first)));
  await compiled.dispose();
  return Number(found.data[0]);
};

// Either or: two Gaussians, 1/5 and 4/5.
const shares = [0.2, 0.8];
const means = [
  [-2, -2],
  [1.5, 1],
];
const covariances = [0.25, [1, 0.3]];
const either = means.map((mean, k) => exact(gaussian({ mean, covariance: covariances[k]! }), process));
const both = exact(gaussianMixture({ means, covariances, weights: shares }), process);
/** What does not work: scores averaged with the weights, whichever mode is near. */
const averaged: ScoreModel = {
  process,
  shape: [2],
  denoise: (x, t) =>
    either.map((model, k) => model.denoise(x, t).multiply(shares[k]!)).reduce((sum, term) => sum.add(term)),
};
const denoisers = either.map(({ process, shape, denoise }): ScoreModel => ({ process, shape, denoise }));
const ways: { name: string; samples: NdArray }[] = [
  { name: "data", samples: both.density.sample(count, 9) },
  { name: "`mixtureOf`", samples: (await drawn(mixtureOf(either, { weights: shares }), heun({ steps: 40 }))).samples },
  { name: "`superpose`", samples: await superpose(denoisers, { weights: shares, count, runtime }) },
  { name: "scores averaged", samples: (await drawn(averaged, heun({ steps: 40 }))).samples },
];
const panels: PlanePanel[] = [];
const rows: string[][] = [];
for (const { name, samples } of ways) {
  let first = 0;
  for (let i = 0; i < count; i++) if (Number(samples.data[2 * i]) + Number(samples.data[2 * i + 1]) < -1.7) first++;
  const share = (first / count).toFixed(3);
  const log = minus((await meanLogDensity(both, samples)).toFixed(2));
  rows.push([name, share, log]);
  panels.push({
    title: name.replaceAll("`", ""),
    captions: [`share of the lower mode ${share}`, `mean log-density ${log}`],
    marks: [dots(samples, name === "data" ? palette.data : palette.sample)],
  });
}
writeImage(
  "mixture.svg",
  planeRow(panels, {
    domain: [-4.5, 4.5],
    description:
      "Data of two Gaussians; samples of mixtureOf and of superpose look alike with it; scores averaged make one blob between.",
  }),
);
writeSection(
  "composition.md",
  "mixture",
  markdownTable(["samples", "share of the lower mode", "mean log-density"], rows),
);

// Both at once: upright stripes times level ones.
const stripes = [-1.6, 0, 1.6];
const stripesOf = (upright: boolean) =>
  exact(
    gaussianMixture({
      means: stripes.map((at) => (upright ? [at, 0] : [0, at])),
      covariances: stripes.map(() => (upright ? [0.03, 1.5] : [1.5, 0.03])),
    }),
    process,
  );
const [upright, level] = [stripesOf(true), stripesOf(false)];
const product = productOf([upright, level]);
const attempts: { name: string; sampler: AnySampler }[] = [
  { name: "euler", sampler: euler({ steps: 100 }) },
  {
    name: "predictor-corrector, 10 correctors",
    sampler: predictorCorrector({ predictor: reverseDiffusion({ steps: 100 }), correctorSteps: 10, snr: 0.3 }),
  },
  { name: "annealed-langevin, 100 x 40", sampler: annealedLangevin({ levels: 100, stepsPerLevel: 40, snr: 0.3 }) },
];
/** The distribution of the product at the least noise, from its parts: nine modes. */
const nine = (() => {
  const [thin, wide] = [0.03, 1.5];
  const variance = 1 / (1 / thin + 1 / wide);
  const at = stripes.map((x) => (x * wide) / (thin + wide));
  const weight = (x: number): number => Math.exp((-x * x) / (2 * (thin + wide)));
  return exact(
    gaussianMixture({
      means: at.flatMap((x) => at.map((y) => [x, y])),
      covariances: at.flatMap(() => at.map(() => variance)),
      weights: stripes.flatMap((x) => stripes.map((y) => weight(x) * weight(y))),
    }),
    process,
  );
})();
const productPanels: PlanePanel[] = [
  {
    title: "the two models",
    captions: ["upright stripes and level ones", ""],
    marks: [dots(upright.density.sample(1250, 1), palette.data), dots(level.density.sample(1250, 2), palette.sample)],
  },
];
const truthLog = await meanLogDensity(nine, nine.density.sample(count, 3));
const productRows = [["the product itself", "–", "", minus(truthLog.toFixed(2))]];
for (const { name, sampler } of attempts) {
  const { samples, evaluations } = await drawn(product, sampler);
  let middle = 0;
  for (let i = 0; i < count; i++)
    if (Math.max(Math.abs(Number(samples.data[2 * i])), Math.abs(Number(samples.data[2 * i + 1]))) < 0.8) middle++;
  const log = minus((await meanLogDensity(nine, samples)).toFixed(2));
  productRows.push([
    `\`${name.split(",")[0]}\``,
    evaluations.toLocaleString("en-US"),
    (middle / count).toFixed(3),
    log,
  ]);
  productPanels.push({
    title: name.split(",")[0]!,
    captions: [`middle mode ${(middle / count).toFixed(3)}`, `mean log-density ${log}`],
    marks: [dots(samples, palette.sample)],
  });
}
const middleShare = (() => {
  const w = stripes.map((x) => Math.exp((-x * x) / (2 * 1.53)));
  return w[1]! / (w[0]! + w[1]! + w[2]!);
})();
productRows[0]![2] = (middleShare ** 2).toFixed(3);
writeImage(
  "product.svg",
  planeRow(productPanels, {
    domain: [-3, 3],
    description:
      "Stripes, upright and level; the flow of their summed scores gives modes too thin and misweighted, corrected samplers the nine crossings.",
  }),
);
writeSection(
  "composition.md",
  "product",
  markdownTable(["sampler", "evaluations", "share of the middle mode", "mean log-density"], productRows),
);

// The collapse in closed form: two equal N(0, 1), from the product's distribution at sigma_T.
const collapse: string[][] = [];
for (const sigmaMax of [2, 10, 80]) {
  const process = edm({ sigmaMin: 0.01, sigmaMax });
  const one = exact(gaussian({ mean: [0] }), process);
  const pair = productOf([one, one]);
  const varianceOf = ({ data }: NdArray): number =>
    Array.from(data as Float32Array).reduce((sum, value) => sum + value ** 2, 0) / count;
  const initial = normal([count, 1], { seed: 1 });
  for (let i = 0; i < count; i++) initial.data[i]! *= Math.sqrt((1 + sigmaMax ** 2) / 2);
  const exactFlow = dormandPrince({ rtol: 1e-5, atol: 1e-6 });
  const runs: [AnySampler, NdArray<"float32"> | undefined][] = [
    [{ ...exactFlow, denoiseLast: false }, initial],
    [annealedLangevin({ levels: 100, stepsPerLevel: 40, snr: 0.3, denoiseLast: false }), undefined],
    [mala({ steps: 100, stepSize: 0.3 }), normal([count, 1], { seed: 2 })],
  ];
  const found: string[] = [];
  for (const [sampler, start] of runs)
    found.push(varianceOf((await drawn(pair, sampler, 3, start)).samples).toPrecision(3));
  collapse.push([`${sigmaMax}`, (1 / (2 * (1 + sigmaMax ** 2))).toPrecision(3), ...found]);
}
writeSection(
  "composition.md",
  "collapse",
  markdownTable(
    ["σ_T", "C² / (2 (C + σ_T²))", "the flow, found", "`annealed-langevin`", "`mala`, from the energy"],
    collapse,
  ),
);

await runtime.dispose();
