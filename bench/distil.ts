/**
 * Few-step samples of a run on labelled images: what objectives of flow maps reach in some minutes, beside the run's own sampler.
 *
 *     npm run bench bench/distil.ts -- runs/digits --count 2000
 *     npm run bench bench/distil.ts -- runs/digits --objective '{"kind":"consistency","stage":60}' --minutes 4 --batch 64
 *
 * `--minutes` are of processor time, of all `--threads` together. The process of the run is edm. Without an objective the run's own samples are measured. A row is a line of the file `--to`: the Frechet distance to held-out images on
 * features of a classifier of the data's classes, and the share of samples that it takes for the class they were asked to be of.
 */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { accuracy, classifierExtractor, frechetDistance } from "@scorefield/assess";
import {
  evaluations,
  flowMapObjectiveFromRecipe,
  networkFromRecipe,
  sample,
  sampleFlowMap,
  trainFlowMap,
} from "@scorefield/core";
import { type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type LabelledImages, ownClassifier } from "../packages/domain/src/images/features.ts";
import { loadRun } from "../packages/scorefield/src/run/load.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";
import { spent } from "./harness.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: "string", default: "distil.jsonl" },
    objective: { type: "string" },
    teacher: { type: "boolean", default: false },
    steps: { type: "string", default: "600" },
    minutes: { type: "string" },
    batch: { type: "string", default: "64" },
    rate: { type: "string", default: "0.001" },
    average: { type: "string", default: "0.99" },
    count: { type: "string", default: "2000" },
    real: { type: "string" },
    threads: { type: "string", default: "1" },
  },
});
const [path] = positionals;
if (path === undefined) throw new Error("expected the folder of a run on labelled images, found none");
const [steps, batch, learningRate, averageDecay, count] = [
  flags.steps,
  flags.batch,
  flags.rate,
  flags.average,
  flags.count,
].map(Number) as [number, number, number, number, number];
setDefaultRuntime(native({ threads: Number(flags.threads) }));

const run = await loadRun(path);
const own = await ownData(run);
if (!own?.training.classes) throw new Error(`expected a run on labelled images, found ${path}`);
const training = own.training as unknown as LabelledImages;
const classifier = await ownClassifier(training, run.record.training!.recipe, {});
const { features } = classifierExtractor("classifier", classifier);
const classes = own.training.classes.length;
const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
const all = Array.from({ length: Number(flags.real ?? own.heldOut.count) }, (_, i) => i);
const real = await features((await own.heldOut.read(all)) as NdArray);

const measure = async (name: object, samples: NdArray): Promise<void> => {
  const images = run.toData(samples as NdArray<"float32">) as NdArray;
  const row = {
    ...name,
    frechet: frechetDistance(await features(images), real),
    accuracy: await accuracy(classifier, images, labels),
  };
  console.log(JSON.stringify(row));
  appendFileSync(flags.to, `${JSON.stringify(row)}\n`);
};

const draws = { count, given: { class: labels }, seed: 7, batch: 100 };
if (flags.objective === undefined) {
  const same = await training.read(Array.from({ length: count }, (_, i) => i));
  console.log(`real-to-real ${frechetDistance(await features(same as NdArray), real)}`);
  const { sampler, model } = run;
  await measure(
    { sampler: sampler.recipe, evaluations: evaluations(sampler as never, model.process) },
    await sample(model, { ...draws, sampler }),
  );
} else {
  const objective = flowMapObjectiveFromRecipe(JSON.parse(flags.objective));
  const { model } = run;
  const begun = performance.now();
  let step = 0;
  const map = await trainFlowMap({
    data: training,
    process: model.process,
    network: networkFromRecipe({ ...run.record.model.network, target: true }),
    start: model,
    ...(flags.teacher && { teacher: model }),
    objective,
    ...(flags.minutes === undefined
      ? { steps }
      : { deadline: { at: spent() + Number(flags.minutes) * 60_000, now: spent } }),
    batch,
    learningRate,
    averageDecay,
    seed: 1,
    onProgress: (event) => {
      if (Math.floor(event.step / 50) !== Math.floor(step / 50))
        console.log(
          `${event.step} ${event.loss.toFixed(5)} ${event.gradientNorm.toFixed(3)} ${event.samplesPerSecond.toFixed(0)}/s`,
        );
      step = event.step;
    },
  }).result;
  const cpu = process.cpuUsage();
  const about = {
    objective: objective.recipe,
    teacher: flags.teacher,
    batch,
    learningRate,
    averageDecay,
    trained: step,
    seconds: (performance.now() - begun) / 1000,
    cpu: (cpu.user + cpu.system) / 1e6,
  };
  await measure({ ...about, steps: 1 }, await sampleFlowMap(map, { ...draws, steps: 1 }));
  for (const sigma of flags.real === undefined ? [0.5, 1, 2] : [1])
    await measure(
      { ...about, steps: 2, sigma },
      await sampleFlowMap(map, { ...draws, steps: 2, times: [sigma / Number(model.process.recipe.sigmaMax)] }),
    );
  if (map.target === "any" && flags.real === undefined)
    for (const renoise of [0.5, 1])
      await measure({ ...about, steps: 2, renoise }, await sampleFlowMap(map, { ...draws, steps: 2, renoise }));
  await measure({ ...about, steps: 4 }, await sampleFlowMap(map, { ...draws, steps: 4 }));
}
