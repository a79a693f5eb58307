/**
 * What the sampler does to digits: how many samples a classifier finds to be of the class that they were asked to be, and their
 * Frechet distance to held-out digits, by sampler, evaluations and grid. The classifier is the one that `scorefield evaluate` trains.
 *
 *     npm run bench bench/digit-samplers.ts -- RUN [--count 1000] [--to FILE.jsonl] heun:steps=18 unipc:steps=18 ...
 *
 * RUN is a run on labelled images with classes. Each sampler becomes a line of the file and is not drawn again. Without samplers the
 * table of the file is printed alone. All samplers start from the same noise. On one thread, 18 evaluations of a thousand digits take a
 * minute or two with a network of a million parameters.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { accuracy, classifierExtractor, frechetDistance } from "@scorefield/assess";
import { evaluations, permutation, type Sampler, sample, samplerFromRecipe } from "@scorefield/core";
import { type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { classSlots } from "../packages/domain/src/class-slots.ts";
import { type LabelledImages, ownClassifier } from "../packages/domain/src/images/features.ts";
import { parseSampler } from "../packages/scorefield/src/command/sampler-option.ts";
import { loadRun } from "../packages/scorefield/src/run/load.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1000" },
    to: { type: "string", default: "digit-samplers.jsonl" },
  },
});
const [path, ...texts] = positionals;
if (path === undefined) throw new Error("expected the folder of a run on labelled images, found none");
const count = Number(flags.count);
setDefaultRuntime(native({ threads: 1 }));

/** What was found for one sampler, or for real digits. */
interface Row {
  readonly sampler: string;
  readonly grid: string;
  readonly count: number;
  readonly evaluations: number;
  readonly right: number;
  readonly frechet: number;
  readonly seconds: number;
}

const known = (): Row[] =>
  existsSync(flags.to)
    ? readFileSync(flags.to, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Row)
    : [];

const measure = async (): Promise<void> => {
  const run = await loadRun(path);
  const own = await ownData(run);
  const training = own?.training as unknown as LabelledImages | undefined;
  const classes = run.model.network.classes ?? 0;
  if (!own?.heldOut.labels || !training?.labels || classes < 2)
    throw new Error(`${path}: expected a run on labelled images, with classes and its data`);
  const classifier = await ownClassifier(training, run.record.training?.recipe, {});
  const extractor = classifierExtractor("classes", classifier);
  const pick = async (from: LabelledImages, seed: number) => {
    const rows = Array.from(permutation(from.count, { seed, step: 0, purpose: "resampling" }).data.subarray(0, count));
    return { x: (await from.read(rows)) as NdArray, labels: rows.map((row) => from.labels![row]!) };
  };
  const real = await pick(own.heldOut as unknown as LabelledImages, 1);
  const reference = await extractor.features(real.x);
  const keep = async (x: NdArray, labels: ArrayLike<number>, about: Omit<Row, "count" | "right" | "frechet">) => {
    const right = await accuracy(classifier, x, labels);
    const row = { ...about, count, right, frechet: frechetDistance(await extractor.features(x), reference) };
    appendFileSync(flags.to, `${JSON.stringify(row)}\n`);
    console.error(row);
  };
  const done = new Set(known().map(({ sampler }) => sampler));
  if (!done.has("real")) {
    const other = await pick(training, 2);
    await keep(other.x, other.labels, { sampler: "real", grid: "", evaluations: 0, seconds: 0 });
  }
  const slots = classSlots(training.labels, classes);
  const asked = Array.from({ length: count }, (_, i) => slots[i % slots.length]!);
  for (const text of texts) {
    if (done.has(text)) continue;
    const sampler = samplerFromRecipe(parseSampler(text)) as Sampler;
    const start = process.cpuUsage();
    const x = await sample(run.model, { count, sampler, seed: 0, batch: 64, given: { class: asked } });
    const { user, system } = process.cpuUsage(start);
    await keep(x, asked, {
      sampler: text,
      grid: `${sampler.recipe.grid}`,
      evaluations: evaluations(sampler, run.model.process),
      seconds: (user + system) / 1e6,
    });
  }
};

if (texts.length > 0) await measure();
console.log(
  markdownTable(
    ["sampler", "grid", "evaluations", "class right", "Fréchet distance", "CPU seconds"],
    known().map(({ sampler, grid, evaluations, right, frechet, seconds }) => [
      sampler === "real" ? "training digits" : `\`${sampler}\``,
      grid,
      evaluations > 0 ? `${evaluations}` : "",
      `${(100 * right).toFixed(1)} %`,
      frechet.toFixed(2),
      seconds > 0 ? seconds.toFixed(0) : "",
    ]),
  ),
);
process.exit(0);
