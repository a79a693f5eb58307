/**
 * Noisy and low-resolution medical slices restored: slices of magnetic resonance (48 x 32) and chest X-rays (28 x 28), both of held-out people,
 * by priors that were trained on others:
 *
 *     npm run bench bench/enhance.ts FOLDER PICTURES [SET TASK ...]
 *
 * FOLDER holds the files of `peers/split_medical.py`, the runs `hippocampus` and `pneumonia`, and in `enhance/` the networks that
 * `peers/supervised.py` trained, such as hippocampus-rician-0.2.pt. What is missing is left out, and said so. Tasks are written as there.
 * Weights and methods are chosen on other people than those of the figures.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { intervalCoverage, psnr, ssim } from "@scorefield/assess";
import type { ScoreModel } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { loadRun } from "scorefield";
import {
  type HeldOut,
  type Images,
  peer,
  pick,
  pythonWith,
  sets,
  supervisedModel,
  type Task,
  taskOf,
} from "./enhance-data.ts";
import { denoiseOnce, drawing, drawn, mapped, type Restored, tv, wiener } from "./enhance-methods.ts";
import { printTable } from "./imaging-data.ts";
import { meanText } from "./mean-text.ts";
import { clipped } from "./restoration-rows.ts";
import { imagePicture, type SheetPicture, writeSheet } from "./sheet.ts";

const [, , folder, pictures, ...asked] = process.argv;
if (folder === undefined) throw new Error("expected a folder of priors, found none; see the head of bench/enhance.ts");
const runtime = native({ threads: 1 });
const range = [-1, 1] as const;
const draws = Number(process.env.SCOREFIELD_ENHANCE_DRAWS ?? 8);
const [torch, skimage] = [pythonWith("torch"), pythonWith("skimage")];
if (!torch) console.log("No Python with PyTorch: supervised networks are left out.");
if (!skimage) console.log("No Python with scikit-image: non-local means and splines are left out.");

/** Rows and columns that are measured. */
const crop = (image: NdArray, [rows, columns]: readonly [number, number]): NdArray => {
  const [h, w] = image.shape.slice(-2) as [number, number];
  const planes = image.data.length / (h * w);
  const data = new Float32Array(planes * rows * columns);
  for (let p = 0; p < planes; p++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) data[(p * rows + r) * columns + c] = Number(image.data[(p * h + r) * w + c]);
  return ndarray(data, [...image.shape.slice(0, -2), rows, columns]);
};

const one = (images: NdArray, i: number): NdArray => {
  const size = images.data.length / images.shape[0]!;
  return ndarray((images.data as Float32Array).slice(i * size, (i + 1) * size), images.shape.slice(1));
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** PSNR of each image. */
const psnrs = (found: Images, truth: Images, { covered }: Task): number[] =>
  Array.from({ length: truth.shape[0]! }, (_, i) =>
    psnr(clipped(crop(one(found, i), covered)), crop(one(truth, i), covered), range),
  );

/** What a mean of infinitely many draws would have: the square error less what the draws' scatter adds to it. */
const psnrsOfMany = ({ draws: all, estimate }: Restored, truth: Images, { covered }: Task): number[] =>
  Array.from({ length: truth.shape[0]! }, (_, i) => {
    const [found, x, those] = [one(estimate, i), one(truth, i), one(all!, i)].map((a) => crop(a, covered)) as [
      NdArray,
      NdArray,
      NdArray,
    ];
    const [size, n] = [x.data.length, those.shape[0]!];
    let square = 0;
    for (let j = 0; j < size; j++) {
      let variance = 0;
      for (let k = 0; k < n; k++) variance += (Number(those.data[k * size + j]) - Number(found.data[j])) ** 2 / (n - 1);
      square += ((Number(found.data[j]) - Number(x.data[j])) ** 2 - variance / n) / size;
    }
    return 10 * Math.log10(4 / Math.max(square, 1e-9));
  });

const measure = async ({ operator, noise }: Task, x: Images, seed: number): Promise<NdArray> =>
  noise.draw((await mapped(operator.apply, x, runtime)).estimate, { seed });

/** [n, 1, rows, columns] of a measurement that may be flat. */
const asImage = (y: NdArray, { covered: [rows, columns], factor }: Task): NdArray => ({
  ...y,
  shape: [y.shape[0]!, 1, rows / factor, columns / factor],
});

/** The best of several by the mean PSNR on images for choices. */
const best = async <K>(
  choices: readonly K[],
  restore: (choice: K) => Promise<Images>,
  truth: Images,
  task: Task,
): Promise<K> => {
  const values: number[] = [];
  for (const choice of choices) values.push(mean(psnrs(await restore(choice), truth, task)));
  return choices[values.indexOf(Math.max(...values))]!;
};

const run = async (model: ScoreModel, held: HeldOut, task: Task): Promise<void> => {
  const { validation, test, train } = held;
  const [few, y] = [await measure(task, validation, 1), await measure(task, test, 2)];
  const found: [name: string, Restored][] = [];
  const peerOf = async (...call: Parameters<typeof peer>): Promise<Restored> => {
    const { restored, seconds } = await peer(...call);
    return { estimate: restored, seconds };
  };
  if (task.factor === 1) {
    found.push(["measured", { estimate: y as Images, seconds: 0 }]);
    if (skimage) {
      const nlm = (seen: NdArray, h: number) => peerOf(skimage, "nonlocal_means", ["nlm"], seen, [task.sigma, h, 3, 6]);
      const h = await best([0.6, 0.8, 1], async (h) => (await nlm(few, h)).estimate, validation, task);
      found.push([`non-local means, h ${h} sigma`, await nlm(y, h)]);
    }
    found.push(["Wiener", await wiener(task, train, y, runtime)]);
  } else if (skimage)
    for (const [name, order] of [
      ["linear", 1],
      ["cubic spline", 3],
    ] as const)
      found.push([name, await peerOf(skimage, "nonlocal_means", ["spline"], asImage(y, task), [task.factor, order])]);
  const share = await best(
    [0.1, 0.3, 0.6, 1],
    async (each) => (await tv(task, each, few, runtime)).estimate,
    validation,
    task,
  );
  found.push([`total variation, weight ${share} sigma`, await tv(task, share, y, runtime)]);
  const network = supervisedModel(folder!, task);
  if (torch && network) {
    const { restored, seconds, about } = await peer(torch, "supervised", ["restore", network], asImage(y, task));
    found.push([`supervised, ${about.steps} steps`, { estimate: restored, seconds }]);
  }
  if (task.factor === 1) {
    const name = task.noise.sigma === undefined ? "denoiser once, as if Gaussian" : "posterior mean: denoiser once";
    found.push([name, await denoiseOnce(model, task, y, runtime)]);
  }
  const methods = drawing(task);
  const names = Object.keys(methods);
  const scores: number[] = [];
  for (const name of names) {
    const restored = await drawn(model, task, methods[name]!, few, 3, runtime);
    const coverage = Array.from({ length: validation.shape[0]! }, (_, i) =>
      intervalCoverage(crop(one(restored.draws!, i), task.covered), crop(one(validation, i), task.covered), 0.5),
    );
    scores.push(mean(psnrsOfMany(restored, validation, task)));
    console.log(
      `choice: ${name}: ${scores.at(-1)!.toFixed(2)} dB of many draws, ${mean(coverage.map((c) => c.found)).toFixed(2)} covered of ` +
        `${coverage[0]!.expected.toFixed(2)}, ${restored.evaluations} evaluations, ${restored.seconds.toFixed(1)} s for 3 draws`,
    );
  }
  const chosen = names[scores.indexOf(Math.max(...scores))]!;
  const posterior = await drawn(model, task, methods[chosen]!, y, draws, runtime);
  found.push([`mean of ${draws} draws, ${chosen}`, posterior]);

  const rows = found.map(([name, { estimate, seconds, draws: all }]) => {
    const quality = psnrs(estimate, test, task);
    const alike = quality.map((_, i) =>
      ssim(clipped(crop(one(estimate, i), task.covered)), crop(one(test, i), task.covered), range),
    );
    const coverage =
      all && quality.map((_, i) => intervalCoverage(crop(one(all, i), task.covered), crop(one(test, i), task.covered)));
    return [
      name,
      meanText(quality, 2),
      meanText(alike, 3),
      coverage
        ? `${meanText(
            coverage.map((c) => c.found),
            3,
          )} of ${coverage[0]!.expected.toFixed(2)}`
        : "",
      seconds < 0.01 ? seconds.toFixed(3) : seconds.toPrecision(2),
    ];
  });
  rows.push([`the same of many draws`, meanText(psnrsOfMany(posterior, test, task), 2), "", "", ""]);
  console.log(`\n${task.set}, ${task.title}: ${test.shape[0]} images`);
  printTable(["method", "PSNR in dB", "SSIM", "coverage of 90 % intervals", "s per image"], rows);
  if (pictures !== undefined && pictures !== "-") await writePictures(task, test, y, found, posterior);
};

const writePictures = async (
  task: Task,
  test: Images,
  y: NdArray,
  found: readonly [string, Restored][],
  { estimate, draws: all }: Restored,
): Promise<void> => {
  const at = (start: string) => found.find(([name]) => name.startsWith(start))?.[1].estimate;
  const panels = [0, 1, 2].map((k): SheetPicture[] => {
    const i = Math.floor(((k + 0.5) * test.shape[0]!) / 3);
    const [mean, those] = [one(estimate, i), one(all!, i)];
    const size = mean.data.length;
    const deviation = Float32Array.from({ length: size }, (_, j) => {
      let sum = 0;
      for (let d = 0; d < draws; d++) sum += (Number(those.data[d * size + j]) - Number(mean.data[j])) ** 2;
      return Math.sqrt(sum / (draws - 1));
    });
    const classical = at(task.factor === 1 ? "non-local" : "cubic");
    const supervised = at("supervised");
    const grey = (image: NdArray) => imagePicture(crop(image, task.covered), [-1, 1]);
    return [
      grey(one(test, i)),
      imagePicture(one(asImage(y, task), i), [-1, 1]),
      ...(classical ? [imagePicture(one(classical, i), [-1, 1])] : []),
      ...(supervised ? [grey(one(supervised, i))] : []),
      grey(mean),
      imagePicture(crop(ndarray(deviation, mean.shape), task.covered), [0, 0.3]),
    ];
  });
  const path = join(pictures!, `enhance-${task.set}-${task.text.replaceAll(":", "-")}.png`);
  const [height, width] = task.covered;
  await writeSheet(path, panels, [4 * height, 4 * width]);
  console.log(`wrote ${path}`);
};

const usual: readonly [keyof typeof sets, string][] = [
  ["hippocampus", "rician:0.2"],
  ["hippocampus", "blocks:2:0.05"],
  ["pneumonia", "gaussian:0.2"],
  ["pneumonia", "blocks:2:0.05"],
  ["hippocampus", "rician:0.4"],
  ["hippocampus", "rician:0.1"],
  ["hippocampus", "blocks:3:0.05"],
  ["pneumonia", "blocks:3:0.05"],
];
const tasks =
  asked.length > 0
    ? Array.from({ length: asked.length / 2 }, (_, k) => [asked[2 * k], asked[2 * k + 1]] as (typeof usual)[number])
    : usual;
for (const [set, text] of tasks) {
  const missing = [join(folder, set), join(folder, `${set}-test.npz`), join(folder, `${set}-train.npz`)].filter(
    (path) => !existsSync(path),
  );
  if (missing.length > 0) {
    console.log(`${set}, ${text} is left out: ${missing.join(", ")} missing.`);
    continue;
  }
  const held = await sets[set](folder);
  const { model, step } = await loadRun(join(folder, set));
  console.log(`\n${set}: prior of ${step} steps, ${text}`);
  const limit = Number(process.env.SCOREFIELD_ENHANCE_IMAGES ?? 1000);
  const test = pick(
    held.test,
    Array.from({ length: Math.min(limit, held.test.shape[0]!) }, (_, i) => i),
  );
  await run(model, { ...held, test }, taskOf(set, text));
}
await runtime.dispose();
