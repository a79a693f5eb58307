/**
 * Restoring images with a trained prior, beside references without one:
 *
 *     scorefield train mnist/train-images-idx3-ubyte.gz --out runs/mnist --set network.width=16 --set network.multipliers=[1,2,4] --minutes 25 --batch 32
 *     npm run bench bench/inverse-digits.ts -- runs/mnist --to digits.jsonl --images 24
 *     npm run bench bench/inverse-digits.ts -- runs/mnist --to digits.jsonl --images 8 --methods mmps,daps
 *     npm run bench bench/inverse-digits.ts -- runs/mnist --to digits.jsonl --show
 *
 * Each method and task becomes a line of the file; a later one replaces an earlier one. `--show` prints the tables, and with
 * `--picture FILE.png` draws the first two images of each task. Images are the first of those that the run held out. Settings that
 * are chosen are chosen by the mean PSNR of the last `--validation` of them. A digit's label is of `--labels` (an IDX file in the
 * order of the run's images); a run on labelled images has its own. With labels, a classifier is trained to judge what is restored.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { accuracy, psnr, trainClassifier } from "@scorefield/assess";
import { ArgumentError, dataset, type ScoreModel } from "@scorefield/core";
import { decodeIdx } from "@scorefield/data";
import { type NdArray, ndarray, type Runtime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { loadRun } from "../packages/scorefield/src/run/load.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";
import { printTable } from "./imaging-data.ts";
import { meanAndError } from "./mean-text.ts";
import { type Method, methods, type Restored, type Setting } from "./restoration-methods.ts";
import { writePicture } from "./restoration-picture.ts";
import { keepRow, type Row, readRows, rowOf, unpacked } from "./restoration-rows.ts";
import { type Task, taskNames, taskOf, taskWords } from "./restoration-tasks.ts";
import { runOnce } from "./run-once.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: "string", default: "restored.jsonl" },
    images: { type: "string", default: "24" },
    draws: { type: "string", default: "19" },
    batch: { type: "string", default: "38" },
    validation: { type: "string", default: "6" },
    tasks: { type: "string", default: taskNames.join() },
    methods: { type: "string" },
    labels: { type: "string" },
    show: { type: "boolean", default: false },
    picture: { type: "string" },
  },
});
const [path] = positionals;
if (path === undefined) throw new Error("expected the folder of a run on images, found none");
const [count, draws, batch, validation] = [flags.images, flags.draws, flags.batch, flags.validation].map(Number) as [
  number,
  number,
  number,
  number,
];

const runtime = native({ threads: 1 });
const run = await loadRun(path);
const own = await ownData(run);
if (!own || run.domain.samples !== "images") throw new Error(`expected a run on images, found ${path}`);
const model: ScoreModel = run.model;
const { heldOut, training } = own;
const first = (n: number, of: { read(rows: readonly number[]): unknown }, from = 0) =>
  of.read(Array.from({ length: n }, (_, i) => from + i)) as Promise<NdArray<"float32">>;

/** Truths and their noisy measurements. */
const measured = async ({ operator, noise }: Task, truths: NdArray<"float32">, seed: number): Promise<NdArray> =>
  noise.draw(await runOnce(operator.apply, truths, runtime), { seed });

const meanPsnr = ({ means }: Restored, truths: NdArray): number => {
  const size = sizeOf(truths.shape.slice(1));
  const n = truths.shape[0]!;
  const image = ({ data }: NdArray, i: number) =>
    ndarray(Float64Array.from((data as Float64Array).subarray(i * size, (i + 1) * size)), [size]);
  return (
    Array.from({ length: n }, (_, i) => psnr(image(means, i), image(truths, i), [-1, 1])).reduce((a, b) => a + b) / n
  );
};

/** The value of a method's grid that is best on validation images. */
const chosenValue = async (method: Method, setting: Setting, truths: NdArray): Promise<number | undefined> => {
  let [best, value] = [Number.NEGATIVE_INFINITY, undefined as number | undefined];
  for (const tried of method.grid?.values ?? []) {
    const found = meanPsnr(await method.restore(setting, tried), truths);
    if (found > best) [best, value] = [found, tried];
  }
  return value;
};

const measure = async (): Promise<void> => {
  const truths = await first(count, heldOut);
  const others = await first(validation, heldOut, heldOut.count - validation);
  const known = await first(2000, training);
  const wanted = flags.methods?.split(",").map((name) => name.trim());
  for (const name of flags.tasks.split(",")) {
    const task = taskOf(name.trim(), model.shape);
    const common = { model, task, draws, batch, training: known, runtime };
    const setting: Setting = { ...common, ys: await measured(task, truths, 1) };
    const validating: Setting = { ...common, ys: await measured(task, others, 2) };
    for (const method of methods) {
      if (
        !method.applies(task) ||
        (wanted && !wanted.includes(method.name.split(",")[0]!) && !wanted.includes(method.name.replaceAll(",", "")))
      )
        continue;
      let [value, restored] = [undefined as number | undefined, undefined as Restored | undefined];
      const start = { cpu: process.cpuUsage() };
      try {
        value = await chosenValue(method, validating, others);
        start.cpu = process.cpuUsage();
        restored = await method.restore(setting, value);
      } catch (error) {
        // A method may not know how to take an operator, such as one without a singular value decomposition.
        if (!(error instanceof ArgumentError)) throw error;
        console.error(`${task.name}: ${method.name} is left out: ${error.message}`);
        continue;
      }
      const { user, system } = process.cpuUsage(start.cpu);
      const about = {
        task: task.name,
        method: method.name,
        setting: method.grid && `${method.grid.name} ${value}`,
        images: Array.from({ length: count }, (_, i) => i),
        seconds: (user + system) / 1e6 / count,
      };
      const row = rowOf(about, restored, truths, 2);
      keepRow(flags.to, row);
      console.error(
        `${task.name}: ${method.name} ${about.setting ?? ""} ${meanAndError(row.psnr)[0].toFixed(2)} dB, ${row.seconds.toFixed(1)} s`,
      );
    }
  }
};

/** Labels of the held-out images: the run's own, or those of a file, whose order is found by the images themselves. */
const labelsOf = async (of: typeof heldOut, n: number): Promise<Int32Array | undefined> => {
  if (of.labels) return Int32Array.from(of.labels as ArrayLike<number>).slice(0, n);
  if (!flags.labels) return undefined;
  const idx = async (file: string) => decodeIdx(gunzipSync(readFileSync(file)), file);
  const all = await idx(flags.labels);
  const images = await idx(flags.labels.replace("labels-idx1", "images-idx3"));
  const size = sizeOf(images.shape.slice(1));
  const places = new Map<string, number>();
  const bytes = Uint8Array.from(images.data as Int32Array);
  for (let i = 0; i < images.shape[0]!; i++)
    places.set(Buffer.from(bytes.subarray(i * size, (i + 1) * size)).toString("latin1"), i);
  const { data } = await first(n, of);
  return Int32Array.from({ length: n }, (_, i) => {
    const pixels = Uint8Array.from(data.subarray(i * size, (i + 1) * size), (v) => Math.round((v + 1) * 127.5));
    const place = places.get(Buffer.from(pixels).toString("latin1"));
    if (place === undefined) throw new Error("--labels: expected labels of the run's images, found others");
    return Number(all.data[place]);
  });
};

interface Judge {
  readonly clean: number;
  readonly of: (row: Row) => Promise<number>;
}

const judge = async (judgeRuntime: Runtime): Promise<Judge | undefined> => {
  const seen = Math.min(20000, training.count);
  const labels = await labelsOf(training, seen);
  const truth = await labelsOf(heldOut, Math.min(2000, heldOut.count));
  if (!labels || !truth) return undefined;
  const classifier = await trainClassifier({
    data: dataset(await first(seen, training), labels),
    steps: 600,
    batch: 64,
    runtime: judgeRuntime,
  });
  const right = (x: NdArray, labels: ArrayLike<number>) => accuracy(classifier, x, labels, { runtime: judgeRuntime });
  return {
    clean: await right(await first(truth.length, heldOut), truth),
    of: ({ means, images }) =>
      right(
        ndarray(unpacked(means), [images.length, ...model.shape]),
        images.map((i) => truth[i]!),
      ),
  };
};

const show = async (): Promise<void> => {
  const rows = readRows(flags.to);
  const verdict = await judge(runtime);
  const cell = (list: readonly number[] | undefined, digits: number): string => {
    if (!list) return "";
    const [mean, error] = meanAndError(list);
    return `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
  };
  console.log(
    `Prior: ${path}, step ${run.step}; noise 0.05 in images from -1 to 1.${
      verdict ? ` The classifier is right on ${(100 * verdict.clean).toFixed(1)} % of clean held-out images.` : ""
    }`,
  );
  for (const task of taskNames) {
    const own = methods.flatMap(({ name }) => rows.filter((row) => row.task === task && row.method === name));
    if (own.length === 0) continue;
    console.log(`\n${task}: ${taskWords[task]}\n`);
    const reference = own.find(({ method }) => method === "total-variation");
    const table: string[][] = [];
    for (const row of own) {
      const gain = reference && row.psnr.map((value, i) => value - reference.psnr[i]!).filter(Number.isFinite);
      table.push([
        row.method + (row.setting ? ` (${row.setting})` : ""),
        `${row.images.length}`,
        cell(row.psnr, 2),
        gain && row !== reference ? cell(gain, 2) : "",
        task === "phase" ? cell(row.best, 2) : cell(row.ssim, 3),
        cell(row.pixels, 2),
        cell(row.directions, 2),
        verdict ? `${(100 * (await verdict.of(row))).toFixed(0)} %` : "",
        row.draws ? `${row.draws}` : "",
        `${row.evaluations}`,
        row.seconds.toFixed(row.seconds < 10 ? 2 : 0),
      ]);
    }
    printTable(
      [
        "method",
        "images",
        "PSNR, dB",
        "over total variation",
        task === "phase" ? "PSNR of the draw that fits best" : "SSIM",
        "pixels covered",
        "directions covered",
        "class right",
        "draws",
        "evaluations a draw",
        "s an image",
      ],
      table,
    );
  }
  if (flags.picture)
    await writePicture(flags.picture, { rows, truths: await first(2, heldOut), measured, shape: model.shape, runtime });
};

try {
  if (!flags.show) await measure();
  else await show();
} finally {
  await runtime.dispose();
}
