/**
 * How samplers weigh two modes far apart, 1/5 and 4/5: the figure docs/images/modes.svg and the table in docs/samplers.md.
 * `npm run bench docs/make/modes.ts`, about two minutes.
 */

import {
  type AnySampler,
  adaptiveSde,
  ancestral,
  annealedLangevin,
  ddim,
  dormandPrince,
  dpmSolver,
  edm,
  eulerMaruyama,
  exact,
  gaussianMixture,
  heun,
  langevin,
  mala,
  normal,
  type Process,
  predictorCorrector,
  restart,
  reverseDiffusion,
  sample,
  sdeDpmSolver,
  underdampedLangevin,
} from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Label, type Panel, Plot, page, palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";

const count = 16_000;
const share = 0.2;
// The mixture of Song & Ermon 2019, section 3.2.2.
const mixture = gaussianMixture({
  weights: [share, 1 - share],
  means: [
    [-5, -5],
    [5, 5],
  ],
});
const usual = edm({ sigmaMin: 0.01, sigmaMax: 100 });
const runtime = native({ threads: 1 });

/** Where chains start: N(0, 8^2 I), half of it nearer to either mode. */
const start = (() => {
  const { data } = normal([count, 2], { seed: 3 });
  return ndarray(
    data.map((z) => 8 * z),
    [count, 2],
  );
})();

interface Run {
  name: string;
  settings: string;
  sampler: AnySampler;
  /** Whether it starts at `start`, not at the prior. */
  chain?: boolean;
  /** Default noise from 0.01 to 100. */
  process?: Process;
}

const runs: readonly Run[] = [
  { name: "langevin", settings: "steps=1000, stepSize=0.05", sampler: langevin({ stepSize: 0.05 }), chain: true },
  { name: "underdamped-langevin", settings: "steps=1000", sampler: underdampedLangevin(), chain: true },
  { name: "mala", settings: "steps=500, stepSize=0.5", sampler: mala({ steps: 500, stepSize: 0.5 }), chain: true },
  { name: "annealed-langevin", settings: "levels=200", sampler: annealedLangevin() },
  { name: "annealed-langevin", settings: "levels=800", sampler: annealedLangevin({ levels: 800 }) },
  { name: "euler-maruyama", settings: "steps=1000", sampler: eulerMaruyama({ steps: 1000 }) },
  { name: "reverse-diffusion", settings: "steps=1000", sampler: reverseDiffusion({ steps: 1000 }) },
  { name: "ancestral", settings: "steps=1000", sampler: ancestral({ steps: 1000 }) },
  {
    name: "predictor-corrector",
    settings: "steps=500, snr=0.05",
    sampler: predictorCorrector({ predictor: reverseDiffusion({ steps: 500 }), snr: 0.05 }),
  },
  { name: "sde-dpm-solver++", settings: "steps=100", sampler: sdeDpmSolver({ steps: 100 }) },
  { name: "adaptive-sde", settings: "", sampler: adaptiveSde() },
  { name: "ddim", settings: "steps=200", sampler: ddim({ steps: 200 }) },
  { name: "heun", settings: "steps=40", sampler: heun({ steps: 40 }) },
  { name: "dpm-solver++", settings: "order=3, steps=40", sampler: dpmSolver({ order: 3, steps: 40 }) },
  { name: "restart", settings: "steps=40", sampler: restart({ steps: 40 }) },
  { name: "dormand-prince", settings: "", sampler: dormandPrince() },
  {
    name: "dormand-prince",
    settings: "edm sigmaMax=1000",
    sampler: dormandPrince(),
    process: edm({ sigmaMin: 0.01, sigmaMax: 1000 }),
  },
];

interface Result extends Run {
  evaluations: number;
  /** Positions along the line through both modes, in units of the data. */
  along: Float64Array;
  weight: number;
  /** Mean square distance from the nearer mode along the line, and its standard error. */
  variance: number;
  varianceError: number;
}

const results: Result[] = [];
for (const run of runs) {
  let evaluations = 0;
  const { data } = await sample(exact(mixture, run.process ?? usual), {
    count,
    batch: 4000,
    sampler: run.sampler,
    seed: 7,
    runtime,
    ...(run.chain && { initial: start }),
    onProgress: (event) => {
      evaluations = event.evaluations;
    },
  });
  const along = Float64Array.from({ length: count }, (_, i) => (data[2 * i]! + data[2 * i + 1]!) / Math.SQRT2);
  const squares = along.map((u) => (Math.abs(u) - 5 * Math.SQRT2) ** 2);
  const variance = squares.reduce((a, b) => a + b) / count;
  const spread = squares.reduce((sum, square) => sum + (square - variance) ** 2, 0) / count;
  const weight = along.filter((u) => u < 0).length / count;
  const result = { ...run, evaluations, along, weight, variance, varianceError: Math.sqrt(spread / count) };
  results.push(result);
  console.log(run.name, evaluations, weight, variance.toFixed(3), result.varianceError.toFixed(3));
}
await runtime.dispose();

const weightError = (weight: number): number => Math.sqrt((weight * (1 - weight)) / count);

const rows = results.map(({ name, settings, evaluations, weight, variance, varianceError }) => [
  `\`${name}\``,
  settings && `\`${settings}\``,
  evaluations.toLocaleString("en-US"),
  `${weight.toFixed(3)} ± ${weightError(weight).toFixed(3)}`,
  minus(((weight - share) / weightError(share)).toFixed(1)),
  `${variance.toFixed(2)} ± ${varianceError.toFixed(2)}`,
]);
const head = ["sampler", "settings", "evaluations", "weight of the small mode", "standard errors from 0.2", "variance"];
writeSection("samplers.md", "modes", markdownTable(head, rows));

const shown = [
  { name: "langevin", title: "Langevin" },
  { name: "underdamped-langevin", title: "Underdamped Langevin" },
  { name: "mala", title: "Metropolis-adjusted Langevin" },
  { name: "annealed-langevin", title: "Annealed Langevin" },
  { name: "euler-maruyama", title: "Reverse SDE, Euler–Maruyama" },
  { name: "heun", title: "Probability-flow ODE, Heun" },
];

const [low, high, bins, peak] = [-12, 12, 72, 0.36];
const width = (high - low) / bins;
const histogram = (values: Float64Array) => {
  const counts = new Array<number>(bins).fill(0);
  for (const u of values) {
    const bin = Math.floor((u - low) / width);
    if (bin >= 0 && bin < bins) counts[bin]! += 1;
  }
  return counts.map((n, i) => ({ x1: low + i * width, x2: low + (i + 1) * width, y: n / (count * width) }));
};
const bell = (u: number, mean: number): number => Math.exp(-((u - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI);
const density = Array.from({ length: 481 }, (_, i) => {
  const u = low + (i / 480) * (high - low);
  return { u, p: share * bell(u, -5 * Math.SQRT2) + (1 - share) * bell(u, 5 * Math.SQRT2) };
});

const [cell, row] = [268, 176];
const [left, top] = [46, 58];
const panels: Panel[] = [];
const labels: Label[] = [];
for (const [i, { name, title }] of shown.entries()) {
  const { along, weight, evaluations } = results.find((result) => result.name === name)!;
  const [x, y] = [left + (i % 3) * (cell + 14), top + Math.floor(i / 3) * (row + 40)];
  const [first, bottom] = [i % 3 === 0, i >= 3];
  panels.push({
    left: x - 34,
    top: y - 4,
    options: {
      width: cell + 38,
      height: row + 28,
      marginLeft: 34,
      marginRight: 4,
      marginTop: 4,
      marginBottom: 24,
      style: { fontSize: "11px" },
      x: {
        domain: [low, high],
        label: null,
        ticks: [-10, -5, 0, 5, 10],
        tickSize: 4,
        tickFormat: (u: number) => (bottom ? minus(`${u}`) : ""),
      },
      y: {
        domain: [0, peak],
        label: null,
        ticks: [0, 0.1, 0.2, 0.3],
        tickSize: 4,
        tickFormat: (p: number) => (first ? `${p}` : ""),
      },
      marks: [
        Plot.rectY(histogram(along), { x1: "x1", x2: "x2", y: "y", fill: palette.sample, fillOpacity: 0.6, inset: 0 }),
        Plot.line(density, { x: "u", y: "p", stroke: palette.data, strokeWidth: 1.8 }),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  });
  labels.push({ x, y: y - 10, text: `${"abcdef"[i]}  ${title}`, size: 13, weight: 600 });
  const found = `${weight.toFixed(3)} ± ${weightError(weight).toFixed(3)}`;
  labels.push({ x: x + 10, y: y + 18, text: `weight ${found}`, size: 11 });
  labels.push({
    x: x + 10,
    y: y + 33,
    text: `${evaluations.toLocaleString("en-US")} evaluations`,
    size: 11,
    fill: palette.muted,
  });
  if (first) labels.push({ x: 11, y: y + row / 2, text: "density", anchor: "middle", rotate: -90 });
  if (bottom)
    labels.push({ x: x + cell / 2, y: y + row + 38, text: "position along the line of modes", anchor: "middle" });
}
const key = [
  { text: "exact density, the left mode of weight 0.2", fill: palette.data },
  { text: `${count.toLocaleString("en-US")} samples`, fill: palette.sample },
];
for (const [i, entry] of key.entries())
  labels.push({ ...entry, x: left + (i === 0 ? 0 : 300), y: 18, size: 12, weight: 600 });
const size = { width: left + 3 * cell + 2 * 14 + 12, height: top + 2 * row + 40 + 50 };
const description =
  "Six histograms of 16,000 samples of a mixture with weights 0.2 and 0.8, beside its exact density. Three chains at one " +
  "noise level give both modes half of the samples; three samplers that start from noise give 0.2 and 0.8.";
writeImage("modes.svg", page({ ...size, panels, labels, description }));
