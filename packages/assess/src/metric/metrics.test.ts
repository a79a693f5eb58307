/** What every declared metric keeps, and that `assess` runs over a list of them. */
import { normal } from "@scorefield/core";
import { defaultRuntime, type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as all from "../index.ts";
import { metricCatalogue, metrics } from "./metrics.ts";

const { againstReference, assess, declareMetric, energyDistance, energyDistanceMetric, plainValue, statistic } = all;

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const rows = (seed: number, n = 60) => normal([n, 2], { seed, dtype: "float64" });

describe.each(metricCatalogue)("$kind", (declaration) => {
  test("says what it is, its unit, what 0 means and which way is good, in one line each", () => {
    const { summary, source, family, title, zero, good, settings, range, expected } = declaration;
    expect(summary).toMatch(/^[^\n|]{20,110}$/);
    expect(source).toMatch(/^[^\n|]*\b(19|20)\d\d\b[^\n|]*$/);
    expect(zero).toMatch(/^[^\n|]{10,110}$/);
    expect(family).toBeTruthy();
    expect(title).toBeTruthy();
    expect(["small", "large", "near"]).toContain(good);
    for (const { help } of Object.values(settings)) expect(help).toMatch(/^[^\n|]{4,110}$/);
    if (range && expected !== undefined)
      expect(expected >= range[0] && expected <= range[1], "its expectation is in its range").toBe(true);
  });

  test("is made from its recipe again, and refuses settings that it does not have", () => {
    const { kind } = declaration;
    const made = metrics.fromRecipe({ kind });
    expect(made.declaration).toMatchObject({ kind, title: declaration.title });
    expect(metrics.fromRecipe(JSON.parse(JSON.stringify(made.recipe))).recipe).toEqual(made.recipe);
    expect(() => metrics.fromRecipe({ kind, stray: 1 })).toThrow(`metric ${kind}: unknown setting stray`);
    for (const name of Object.keys(declaration.settings))
      expect(() => metrics.fromRecipe({ kind, [name]: { wrong: 1 } })).toThrow(new RegExp(`${name}: expected`));
  });
});

test("the list holds every metric that the package exports, under the name it declares", () => {
  const exported = Object.entries(all).filter(([, value]) => typeof value === "function" && "declaration" in value);
  expect(exported).toHaveLength(metrics.makers.length);
  for (const [name, maker] of exported) {
    expect((maker as { declaration: { name: string } }).declaration.name).toBe(name);
    expect(metrics.makers.includes(maker as (typeof metrics.makers)[number]), name).toBe(true);
  }
  const families = metricCatalogue.map(({ family }) => family);
  expect(families.filter((family, i) => family !== families[i - 1])).toHaveLength(new Set(families).size);
});

/** The absolute difference of the means of the first column. */
const meanGap = (reference: NdArray, samples: NdArray) =>
  statistic([reference.shape[0]!, samples.shape[0]!], (...counts) => {
    const [a, b] = [reference, samples].map(({ data, shape: [n = 0, d = 0] }, k) => {
      let [sum, total] = [0, 0];
      for (let i = 0; i < n; i++) [sum, total] = [sum + counts[k]![i]! * Number(data[i * d]), total + counts[k]![i]!];
      return sum / total;
    });
    return Math.abs(a! - b!);
  });

test("assess takes the metrics of a list, one of a user among them, in its order, and says their words", async () => {
  const gapMetric = declareMetric({
    kind: "mean-gap",
    name: "gapMetric",
    title: "mean gap",
    summary: "difference of the means of the first column",
    source: "this test, 2026",
    unit: "units of the data",
    good: "small",
    zero: "equal means of the first column",
    settings: {},
    take: ({ own }) => againstReference(own, meanGap),
  });
  const sets = { samples: rows(1), reference: rows(2) };
  const { measures } = await assess(sets, { metrics: [gapMetric(), energyDistanceMetric({ unbiased: false })] });
  expect(measures).toMatchObject([
    {
      name: "mean gap",
      meaning: "difference of the means of the first column",
      unit: "units of the data",
      good: "small",
      samples: { value: plainValue(meanGap(sets.reference, sets.samples)) },
    },
    { name: "energy distance", unit: "standard deviations" },
  ]);
  // On standardised rows, which these nearly are.
  expect(measures[1]!.samples.value).toBeCloseTo(energyDistance(sets.samples, sets.reference), 1);
  expect(measures[1]!.samples.value).toBeGreaterThan(0);
});

test("a metric is left out where what it needs is not there, or rows are few", async () => {
  const list = metrics.kinds.map((kind) => metrics.fromRecipe({ kind }));
  const few = await assess({ samples: rows(1, 7), reference: rows(2) }, { metrics: list });
  expect(few.measures).toEqual([]);
  const { measures } = await assess(
    { samples: rows(1, 10), reference: rows(2), training: rows(3) },
    { metrics: list.filter(({ recipe: { kind } }) => /frechet|class-|nearer|order/.test(kind)) },
  );
  expect(measures.map(({ name }) => name)).toEqual(["nearer to training"]);
});

test("values that are not metrics are refused", async () => {
  const sets = { samples: rows(1), reference: rows(2) };
  const wrong = (options: object) => expect(assess(sets, options)).rejects;
  await wrong({ metrics: "mmd" }).toThrow(/assess metrics: expected a list such as usualMetrics\(\), found string/);
  await wrong({ metrics: [energyDistanceMetric] }).toThrow(/metrics 0: .*found the function that makes one; call it/);
  await wrong({ metrics: [energyDistance] }).toThrow(/metrics 0: expected a metric such as/);
  await wrong({ metrics: [energyDistanceMetric()], steps: 3 }).toThrow(/found both/);
  await wrong({ extractor: "inception" }).toThrow(/assess extractor: expected an extractor/);
  await wrong({ judge: { classifer: 1 } }).toThrow(/classifer.*classifier/s);
  await wrong({ judge: { classifier: {} } }).toThrow(/judge samples: expected 60 classes.*found none/);
  await wrong({ judge: { classifier: {}, samples: [1, 2] } }).toThrow(/expected 60 classes.*found 2/);
  expect(() => energyDistanceMetric({ unbiased: 1 } as never)).toThrow(/energyDistanceMetric unbiased: expected/);
});
