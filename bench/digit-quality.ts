/**
 * What each change of a recipe is worth for the quality of digits, at equal time of one core.
 *
 *     npm run bench bench/digit-quality.ts -- RUN --minutes 5 --to quality.jsonl 'base={}' 'wide={"network":{"width":32}}' ...
 *
 * RUN is a run on labelled images with classes. Each change is a name and what differs from RUN's recipe: of its `network`, `objective`
 * and `training`. It is trained for some minutes of processor time on one thread, and becomes a line of the file. A name that is there is
 * not trained again. Without changes the table of the file is printed alone. A thousand samples (`--count`) are drawn by each of
 * `--samplers`. The classifier is the one that `scorefield evaluate` trains.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { accuracy, classifierExtractor, densityCoverage, frechetDistance } from "@scorefield/assess";
import {
  networkFromRecipe,
  objectiveFromRecipe,
  permutation,
  type Sampler,
  sample,
  samplerFromRecipe,
  train,
} from "@scorefield/core";
import { type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { classSlots } from "../packages/domain/src/class-slots.ts";
import { type LabelledImages, ownClassifier } from "../packages/domain/src/images/features.ts";
import { parseSampler } from "../packages/scorefield/src/command/sampler-option.ts";
import { loadRun } from "../packages/scorefield/src/run/load.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";
import { spent } from "./harness.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    samplers: { type: "string", default: "unipc:steps=18 sde-dpm-solver++:steps=36" },
    to: { type: "string", default: "digit-quality.jsonl" },
  },
});
const [path, ...changes] = positionals;
if (path === undefined) throw new Error("expected the folder of a run on labelled images, found none");
const [count, minutes] = [Number(flags.count), Number(flags.minutes)];
setDefaultRuntime(native({ threads: 1 }));

interface Row {
  readonly name: string;
  readonly change: string;
  readonly sampler: string;
  readonly minutes: number;
  readonly steps: number;
  readonly images: number;
  readonly right: number;
  readonly frechet: number;
  readonly density?: number;
  readonly coverage?: number;
}

const known = (): Row[] =>
  existsSync(flags.to)
    ? readFileSync(flags.to, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Row)
    : [];

type Fields = Readonly<Record<string, unknown>>;

/** What is kept of a recipe's training: how parameters are moved, and the batch. */
const movedBy = ({ batch, learningRate, decay, warmUp, averageDecay, adam, classDropout }: Fields): Fields =>
  Object.fromEntries(
    Object.entries({ batch, learningRate, decay, warmUp, averageDecay, adam, classDropout }).filter(
      ([, v]) => v !== undefined,
    ),
  );

const measure = async (): Promise<void> => {
  const run = await loadRun(path);
  const own = await ownData(run);
  const training = own?.training as unknown as LabelledImages | undefined;
  const recipe = run.record.training?.recipe as unknown as Record<string, Fields> | undefined;
  const classes = run.model.network.classes ?? 0;
  if (!own?.heldOut.labels || !training?.labels || !recipe || classes < 2)
    throw new Error(`${path}: expected a run on labelled images, with classes and its data`);
  const classifier = await ownClassifier(training, recipe, {});
  const extractor = classifierExtractor("classes", classifier);
  const pick = async (from: LabelledImages, seed: number) => {
    const rows = Array.from(permutation(from.count, { seed, step: 0, purpose: "resampling" }).data.subarray(0, count));
    return { x: (await from.read(rows)) as NdArray, labels: rows.map((row) => from.labels![row]!) };
  };
  const reference = await extractor.features((await pick(own.heldOut as unknown as LabelledImages, 1)).x);
  const keep = async (
    x: NdArray,
    labels: ArrayLike<number>,
    about: Pick<Row, "name" | "change" | "sampler" | "minutes" | "steps" | "images">,
  ) => {
    const features = await extractor.features(x);
    const { density, coverage } = densityCoverage(reference, features);
    const right = await accuracy(classifier, x, labels);
    const row: Row = { ...about, right, frechet: frechetDistance(features, reference), density, coverage };
    appendFileSync(flags.to, `${JSON.stringify(row)}\n`);
    console.error(row);
  };
  const done = new Set(known().map(({ name }) => name));
  if (!done.has("real")) {
    const other = await pick(training, 2);
    await keep(other.x, other.labels, { name: "real", change: "", sampler: "", minutes: 0, steps: 0, images: 0 });
  }
  const slots = classSlots(training.labels, classes);
  const asked = Array.from({ length: count }, (_, i) => slots[i % slots.length]!);
  for (const text of changes) {
    const at = text.indexOf("=");
    const [name, change] = [text.slice(0, at), JSON.parse(text.slice(at + 1)) as Record<string, Fields>];
    if (done.has(name)) continue;
    const network = networkFromRecipe({ ...recipe.network, ...change.network } as never);
    const options = { batch: 32, ...movedBy({ ...recipe.training, ...change.training }) } as { batch: number };
    let steps = 0;
    const trained = await train({
      data: training,
      process: run.model.process,
      network,
      preconditioning: run.model.preconditioning,
      objective: objectiveFromRecipe({ ...recipe.objective, ...change.objective } as never),
      ...options,
      deadline: { at: spent() + minutes * 60_000, now: spent },
      seed: 0,
      onProgress: (event) => {
        steps = event.step;
      },
    }).result;
    for (const sampler of flags.samplers.split(" ")) {
      const drawn = samplerFromRecipe(parseSampler(sampler)) as Sampler;
      const x = await sample(trained, { count, sampler: drawn, seed: 0, batch: 64, given: { class: asked } });
      await keep(x, asked, {
        name,
        change: text.slice(at + 1),
        sampler,
        minutes,
        steps,
        images: steps * options.batch,
      });
    }
  }
};

if (changes.length > 0) await measure();
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(
  markdownTable(
    [
      "name",
      "change",
      "sampler",
      "minutes",
      "steps",
      "images seen",
      "class right",
      "Fréchet distance",
      "density",
      "coverage",
    ],
    known().map(({ name, change, sampler, minutes, steps, images, right, frechet, density, coverage }) => [
      name,
      change && `\`${change}\``,
      sampler && `\`${sampler}\``,
      minutes > 0 ? `${minutes}` : "",
      steps > 0 ? `${steps}` : "",
      images > 0 ? `${images}` : "",
      percent(right),
      frechet.toFixed(2),
      density?.toFixed(2) ?? "",
      coverage?.toFixed(2) ?? "",
    ]),
  ),
);
process.exit(0);
