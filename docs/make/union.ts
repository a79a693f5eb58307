/**
 * The union of two classes of one network, without their densities: for a run on labelled images,
 * `npm run bench docs/make/union.ts RUN 3 7 [count] [steps]`. Writes docs/images/union.png, a row of samples each of the
 * superposition, of averaged scores and of the two classes, and a table into docs/composition.md that counts them with a
 * classifier trained here on the run's own images.
 */

import { writeFile } from "node:fs/promises";
import { predictClasses, trainClassifier } from "@scorefield/assess";
import { conditional, eulerMaruyama, type ScoreModel, sample, superpose } from "@scorefield/core";
import { type NdArray, ndarray, setDefaultRuntime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { imageGrid } from "../../packages/scorefield/src/figure/image-grid.ts";
import { loadLabelledRun } from "./labelled-run.ts";
import { markdownTable, writeSection } from "./page-section.ts";

const [path, first, second, count = "200", steps = "200"] = process.argv.slice(2);
if (!path || !first || !second)
  throw new Error("expected a run on labelled images and two of its classes: docs/make/union.ts RUN 3 7");
setDefaultRuntime(native());
const { model: whole, classes, training, heldOut } = await loadLabelledRun(path);
const pair = [first, second].map((name) => {
  const found = classes.indexOf(name);
  if (found < 0) throw new Error(`expected classes among ${classes.join(", ")}; found ${name}`);
  return found;
}) as [number, number];

const classifier = await trainClassifier({ data: training, classes: classes.length });
const tests = Array.from({ length: Math.min(2000, heldOut.count) }, (_, i) => i);
const guesses = await predictClasses(classifier, await heldOut.read(tests));
const right = tests.filter((i) => guesses.data[i] === heldOut.labels![i]).length / tests.length;
console.log(`classifier: ${(100 * right).toFixed(1)} % of ${tests.length} held-out images`);

const models = pair.map((k) => conditional(whole, k));
/** What does not make a union: the mean of the two scores everywhere. */
const averaged: ScoreModel = {
  process: whole.process,
  shape: whole.shape,
  evaluations: 2,
  denoise: (x, t) =>
    models
      .map((model) => model.denoise(x, t))
      .reduce((sum, term) => sum.add(term))
      .divide(2),
};
const n = Number(count);
const options = { count: n, batch: 50, seed: 1 };
const sampler = eulerMaruyama({ steps: Number(steps) });
const report = (name: string) => {
  let shown = 0;
  return ({ step, steps: all }: { step: number; steps: number }) => {
    const tenth = Math.floor((10 * step) / all);
    if (tenth > shown) console.log(`${name}: ${10 * tenth} %`);
    shown = Math.max(shown, tenth);
  };
};
const ways: { name: string; samples: NdArray<"float32"> }[] = [
  {
    name: "`superpose`",
    samples: await superpose(models, { ...options, steps: Number(steps), onProgress: report("superposition") }),
  },
  { name: "scores averaged", samples: await sample(averaged, { ...options, sampler, onProgress: report("average") }) },
  {
    name: "the classes in turn",
    samples: await sample(whole, {
      ...options,
      given: { class: Array.from({ length: options.count }, (_, i) => pair[i % 2]!) },
      sampler,
      onProgress: report("classes"),
    }),
  },
];

const rows: string[][] = [];
for (const { name, samples } of ways) {
  const { data } = await predictClasses(classifier, samples);
  const of = (k: number): number => data.filter((found) => found === k).length;
  const [a, b] = [of(pair[0]), of(pair[1])];
  rows.push([name, `${a}`, `${b}`, `${n - a - b}`]);
}
writeSection("composition.md", "union", markdownTable([`${n} samples`, first, second, "others"], rows));

const across = Math.min(16, n);
const size = sizeOf(whole.shape);
const shown = new Float32Array(ways.length * across * size);
for (const [k, { samples }] of ways.entries()) shown.set(samples.data.subarray(0, across * size), k * across * size);
const sheet = ndarray(shown, [ways.length * across, ...whole.shape]);
await writeFile(new URL("../images/union.png", import.meta.url), await imageGrid(sheet, { columns: across, scale: 2 }));
