/**
 * Guided models: docs/images/guidance.svg and tables of docs/composition.md. `npm run bench docs/make/guidance.ts`, about a
 * minute.
 */

import { energyDistance, trainClassifier } from "@scorefield/assess";
import {
  type AnySampler,
  autoguidance,
  classifierFreeGuidance,
  classifierGuidance,
  conditional,
  dataset,
  edm,
  exact,
  gaussian,
  guided,
  heun,
  mlp,
  type ScoreModel,
  sample,
  train,
} from "@scorefield/core";
import { spirals } from "@scorefield/domain";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";
import { dots, type PlanePanel, planeRow } from "./plane-row.ts";

const runtime = native({ threads: 1 });
const process = edm({ sigmaMin: 0.01 });
const count = 10_000;

/** Draws, and how many networks were evaluated for each. */
const drawn = async (model: ScoreModel, sampler: AnySampler) => {
  let evaluations = 0;
  const samples = await sample(model, {
    count,
    sampler,
    seed: 1,
    runtime,
    onProgress: (event) => {
      evaluations = event.evaluations;
    },
  });
  return { samples, evaluations };
};

// Guidance of trained models: three arms of a spiral, each a class.
const arms = [0, 1, 2].map((arm) => {
  const points = spirals({ arms: 1, turns: 0.75, noise: 0.08 })(6000, arm);
  const [c, s] = [Math.cos((2 * Math.PI * arm) / 3), Math.sin((2 * Math.PI * arm) / 3)];
  for (let i = 0; i < 6000; i++) {
    const [x, y] = [points.data[2 * i]!, points.data[2 * i + 1]!];
    points.data[2 * i] = c * x - s * y;
    points.data[2 * i + 1] = s * x + c * y;
  }
  return points;
});
const half = 5000;
const joined = ndarray(new Float32Array(arms.length * half * 2), [arms.length * half, 2]);
for (const [k, { data }] of arms.entries()) joined.data.set(data.subarray(0, 2 * half), 2 * half * k);
const labelled = dataset(
  joined,
  Int32Array.from({ length: arms.length * half }, (_, i) => Math.floor(i / half)),
);
const trainOn = (width: number, steps: number) =>
  train({ data: labelled, process, network: mlp({ width, depth: 3, classes: 3 }), steps, runtime }).result;
const good = await trainOn(64, 3000);
const bad = await trainOn(16, 600);
const classifier = await trainClassifier({
  data: labelled,
  process,
  steps: 3000,
  runtime,
});
const rest = ndarray(arms[0]!.data.slice(2 * half), [1000, 2]);
const one = conditional(good, 0);
const all = conditional(good, null);
const trials: { name: string; model: ScoreModel; shown?: string }[] = [
  { name: "`conditional(model, 0)`, w = 1", model: one, shown: "w = 1" },
  { name: "`guided`, w = 2", model: conditional(guided(good, { weight: 2 }), 0) },
  { name: "`guided`, w = 4", model: conditional(guided(good, { weight: 4 }), 0), shown: "w = 4" },
  {
    name: "`guided`, w = 4, interval 0.1 to 0.7",
    model: conditional(guided(good, { weight: 4, interval: [0.1, 0.7] }), 0),
    shown: "w = 4, interval",
  },
  { name: "`autoguidance`, w = 1.5", model: autoguidance(one, conditional(bad, 0), { weight: 1.5 }) },
  {
    name: "`autoguidance`, w = 2",
    model: autoguidance(one, conditional(bad, 0), { weight: 2 }),
    shown: "autoguidance",
  },
  { name: "`classifierGuidance`, scale 1", model: conditional(classifierGuidance(all, classifier), 0) },
  { name: "`classifierGuidance`, scale 4", model: conditional(classifierGuidance(all, classifier, { scale: 4 }), 0) },
];
const firstRows = ({ data, shape }: NdArray, most: number): NdArray => {
  const n = Math.min(shape[0]!, most);
  return ndarray(
    Float32Array.from({ length: 2 * n }, (_, i) => Number(data[i])),
    [n, 2],
  );
};
/** The share of points further than two widths of the arm from all of its data. */
const strays = ({ data, shape }: NdArray): string => {
  let far = 0;
  for (let i = 0; i < shape[0]!; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < half; j++) {
      const [dx, dy] = [Number(data[2 * i]) - joined.data[2 * j]!, Number(data[2 * i + 1]) - joined.data[2 * j + 1]!];
      nearest = Math.min(nearest, dx * dx + dy * dy);
    }
    if (nearest > 0.16 ** 2) far++;
  }
  return `${((100 * far) / shape[0]!).toFixed(1)} %`;
};
const distanceOf = (points: NdArray): string => energyDistance(firstRows(points, 2000), rest).toFixed(4);
const guidedPanels: PlanePanel[] = [];
const guidedRows: string[][] = [["other data of the arm", "–", distanceOf(joined), strays(rest)]];
for (const { name, model, shown } of trials) {
  const { samples, evaluations } = await drawn(model, heun({ steps: 24 }));
  const [distance, far] = [distanceOf(samples), strays(firstRows(samples, 2000))];
  guidedRows.push([name, `${evaluations}`, distance, far]);
  if (shown)
    guidedPanels.push({
      title: shown,
      captions: [`${evaluations} evaluations`, `strays ${far}, distance ${distance}`],
      marks: [dots(joined, palette.rule, 800), dots(samples, palette.sample)],
    });
}
writeImage(
  "guidance.svg",
  planeRow(guidedPanels, {
    domain: [-3.6, 1.6],
    description: "Samples of one arm of a spiral over its data, by four ways of guiding.",
  }),
);
writeSection(
  "composition.md",
  "guidance",
  markdownTable(["model", "network evaluations", "energy distance to new data of the arm", "strays"], guidedRows),
);

// What guidance does to a Gaussian is known.
const gaussianAt = (mean: number): ScoreModel => exact(gaussian({ mean: [mean, 0], covariance: 0.25 }), process);
const shift: string[][] = [];
for (const weight of [0, 1, 2, 4]) {
  const { data } = (await drawn(classifierFreeGuidance(gaussianAt(1), gaussianAt(0), { weight }), heun({ steps: 40 })))
    .samples;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += Number(data[2 * i]) / count;
  shift.push([`${weight}`, `${weight}`, minus(mean.toFixed(3))]);
}
writeSection("composition.md", "shift", markdownTable(["w", "(1 − w) m_u + w m_c", "mean of samples"], shift));
await runtime.dispose();
