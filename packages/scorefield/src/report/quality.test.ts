import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accuracy,
  classAccuracyMetric,
  classifier,
  classifierExtractor,
  initialClassifier,
  metrics,
  usualMetrics,
} from "@scorefield/assess";
import { convolutional, dataset, normal, perceptron } from "@scorefield/core";
import { glyphs, measureImages, measureTable } from "@scorefield/domain";
import { defaultRuntime, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { measuresText } from "./measures-text.ts";
import { qualityReport } from "./quality-report.ts";
import { qualityText } from "./quality-text.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

let folder: string;
const before = process.env.SCOREFIELD_CACHE;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-quality-"));
  process.env.SCOREFIELD_CACHE = folder;
});
afterEach(async () => {
  if (before === undefined) delete process.env.SCOREFIELD_CACHE;
  else process.env.SCOREFIELD_CACHE = before;
  await rm(folder, { recursive: true });
});

const shifted = (array: NdArray<"float64">, by: number): NdArray<"float64"> =>
  ndarray(
    array.data.map((value) => value + by),
    array.shape,
  );

const network = perceptron({ widths: [16] });
const head = { run: "a <run>", facts: [["checkpoint", "5"]] as const };

test("a table: good samples measure as real rows do, shifted ones worse in every measure", async () => {
  const rows = (seed: number) => normal([200, 2], { seed, dtype: "float64" });
  const [reference, training] = [rows(1), rows(2)];
  const options = { seed: 0, control: false, metrics: usualMetrics({ steps: 100, network }) };
  const columns = ["a", "b & c"];
  const good = await measureTable(columns, { samples: rows(3), reference, training }, options);
  const bad = await measureTable(columns, { samples: shifted(rows(3), 1), reference, training }, options);
  for (const [i, { name, good: way, samples, real }] of good.measures.entries()) {
    const worse = bad.measures[i]!.samples;
    expect(samples.low).toBeLessThanOrEqual(samples.value!);
    expect(samples.high).toBeGreaterThanOrEqual(samples.value!);
    // Two sets of the same distribution differ by what their intervals say.
    if (real)
      expect(Math.abs(samples.value! - real.value!)).toBeLessThan(
        5 * Math.hypot(samples.standardError!, real.standardError!),
      );
    // The share of data within reach says little of a shift by one deviation; all else sees it.
    if (way === "small") expect(worse.low).toBeGreaterThan(samples.high!);
    if (name === "coverage" || name === "density") expect(worse.high).toBeLessThan(samples.low!);
    if (name === "two-sample test") expect(worse.low).toBeGreaterThan(0.6);
  }
  const test = good.measures.find(({ pValue }) => pValue)!;
  expect(test.pValue!.samples).toBeGreaterThan(1e-4);
  expect(bad.measures.find(({ pValue }) => pValue)!.pValue!.samples).toBeLessThan(1e-6);
  expect(measuresText(good.measures)).toMatch(/energy distance +small +\S+ +\S+ to \S+ +\S+ +\S+ to \S+/);
  // What programs read is JSON alone, and people's text is made of it.
  for (const quality of [good, bad]) expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
  const points = (values: NdArray<"float64">) => ({ kind: "points", columns, values }) as const;
  const facts = [...head.facts, ["compared with", "rows of t.csv, of which 3 are training rows"] as const];
  const shown = { called: "rows", samples: points(rows(3)), real: points(reference) };
  const page = await qualityReport(good, shown, { ...head, facts });
  expect(page).toContain("deviations of the columns. Compared with rows of t.csv, of which 3 are training rows.");
  for (const title of ["Measures", "Columns", "Distances column by column"]) expect(page).toContain(`>${title}<`);
  expect(page).not.toContain("real images");
  expect(page).toContain("a &lt;run&gt;");
  expect(page).toContain("b &amp; c");
  expect(page).not.toMatch(/(src|href)="(?!#|data:)|url\(|@import|<script|NaN|undefined/);
});

test("a table of categories and missing cells: verdicts, bars, maps and the shuffled control, on a page that stands alone", async () => {
  const table = [
    { name: "age" },
    { name: "born", kind: "date" },
    { name: "city", levels: Array.from({ length: 14 }, (_, k) => `<city ${k}>`) },
    { name: "size", levels: ["S", "M", "L"], kind: "ordered" },
  ];
  const rows = (seed: number, n = 150) => {
    const z = normal([n, 2], { seed, dtype: "float64" }).data;
    const cells = Array.from({ length: n }, (_, i) => [
      i % 10 === 0 ? Number.NaN : 40 + 10 * z[2 * i]!,
      1.6e12 + 1e11 * z[2 * i]!,
      i % 14,
      z[2 * i]! < -0.5 ? 0 : z[2 * i]! < 0.5 ? 1 : 2,
    ]);
    return ndarray(Float64Array.from(cells.flat()), [n, 4]);
  };
  const kinds = ["marginals", "missing-patterns", "pair-associations", "nearer-to-training", "exact-copies"];
  const [samples, reference, training] = [rows(1), rows(2), rows(3, 300)];
  const quality = await measureTable(
    table.map(({ name }) => name),
    { samples, reference, training },
    { columns: table, metrics: kinds.map((kind) => metrics.fromRecipe({ kind })) },
  );
  expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
  expect(quality.associations!.pairs[0]).toHaveProperty("real");
  expect(quality.missing![0]).toMatchObject({ columns: [], real: 0.9 });
  const text = qualityText(quality, { comparedWith: "held-out rows" });
  expect(text).toMatch(/^Do columns look right\?.* yes\. /m);
  expect(text).toMatch(
    /^column +distance samples +distance real +W1 samples +W1 real +missing samples +missing real$/m,
  );
  expect(text).toMatch(/^measure .* shuffled columns$/m);
  const shown = {
    called: "rows",
    samples: undefined,
    real: undefined,
    rows: { columns: table, samples, real: reference },
  };
  const page = await qualityReport(quality, shown, head);
  for (const title of ["In short", "Columns", "Columns that give samples away", "Pairs of columns", "Missing cells"])
    expect(page).toContain(`>${title}<`);
  for (const part of [
    "&lt;city 3&gt;",
    "4 others",
    "missing: 10 % of samples, 10 % of real rows",
    "samples minus real",
    // Of 150 samples and as many real rows: 1.96 sqrt(2 / 150).
    "1 in 20 pairs of unrelated numbers differs by more than 0.226",
  ])
    expect(page).toContain(part);
  // The ends of an axis of dates are days.
  expect(page).toMatch(/>20\d\d-\d\d-\d\d</);
  expect(page).not.toMatch(/(src|href)="(?!#|data:)|url\(|@import|<script|NaN|undefined/);
});

test("images: class accuracy, copies of training images, and a page that stands alone", async () => {
  const draw = glyphs({ size: 12 });
  const of = (count: number, first: number) => {
    const { images, labels } = draw(count, 0, first);
    return dataset(images, labels.data);
  };
  const training = of(200, 0);
  const shape = [1, 12, 12];
  const parts = { network: convolutional({ width: 8, features: 16 }), classes: 10, shape };
  const judge = classifier(parts, initialClassifier(parts, 0));
  const count = 40;
  // Samples that repeat the first training images, whose labels the untrained judge does not know.
  const copies = draw(count, 0);
  const evaluation = await measureImages(
    {
      samples: copies.images,
      sampleLabels: copies.labels.data,
      reference: of(60, 1000),
      real: training,
      training,
      classifier: { classifier: judge, classes: Array.from({ length: 10 }, (_, k) => `class ${k}`) },
      extractor: classifierExtractor("glyphs-classifier", judge),
    },
    { seed: 0, metrics: [classAccuracyMetric(), ...usualMetrics({ steps: 5 })] },
  );
  expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  const named = new Map(evaluation.measures.map((measure) => [measure.name, measure]));
  expect([...named.keys()].slice(0, 3)).toEqual([
    "class accuracy",
    "frechet-glyphs-classifier",
    "kernel-glyphs-classifier",
  ]);
  expect(named.get("nearer to training")!.samples.value).toBe(1);
  expect(evaluation.nearest!.map(({ difference }) => difference)).toEqual(new Array(16).fill(0));
  for (const { sample, training } of evaluation.nearest!) expect(training).toBe(sample);
  // All classes together are the mean of each, weighted by how many it has.
  const found = evaluation.classes!.reduce(
    (sum, { samples }, k) => sum + (samples ?? 0) * copies.labels.data.filter((label) => label === k).length,
    0,
  );
  expect(named.get("class accuracy")!.samples.value).toBeCloseTo(found / count, 12);
  expect(named.get("class accuracy")!.samples.value).toBe(await accuracy(judge, copies.images, copies.labels.data));
  // People read what the distances are, and on what features; programs read the name.
  expect(measuresText(evaluation.measures)).toMatch(/^Fréchet distance +small/m);
  const features = "a classifier of the data's own classes";
  const facts = [...head.facts, ["features", features] as const];
  const first16 = await training.read(evaluation.nearest!.map(({ training }) => training));
  const grid = (images: NdArray<"float32">) => ({ kind: "images", images }) as const;
  const nearest = { samples: first16, training: first16 };
  const pictures = { called: "images", samples: grid(copies.images), real: grid(draw(count, 1).images), nearest };
  const page = await qualityReport(evaluation, pictures, { ...head, facts });
  for (const title of ["Samples and real images", "Classes", "Nearest training images"])
    expect(page).toContain(`>${title}<`);
  expect(page).not.toContain("Distances column by column");
  expect(page).toContain("Fréchet distance<small>");
  expect(page).toContain(`features of images from ${features}. They are not FID and KID`);
  expect(page).not.toContain("frechet-");
  expect(page).toContain("data:image/png;base64,");
  expect(page).toContain("class 9");
  expect(page).not.toMatch(/(src|href)="(?!#|data:)|url\(|@import|<script|NaN|undefined/);
});
