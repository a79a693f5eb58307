import type { Measure } from "@scorefield/assess";
import type { SampleQuality } from "@scorefield/domain";
import { expect, test } from "vitest";
import { verdictTable, verdictText } from "./verdict-text.ts";
import { verdictRemark, verdicts } from "./verdicts.ts";

const around = (value: number) => ({
  value,
  low: value - 0.01,
  high: value + 0.01,
  standardError: 0.005,
  replicates: 9,
});

const measure = (name: string, samples: number, real?: number, control?: number): Measure => ({
  name,
  meaning: "",
  unit: "",
  good: "small",
  samples: around(samples),
  ...(real !== undefined && { real: around(real) }),
  ...(control !== undefined && { control: around(control) }),
});

/** What a table's quality says, with one measure after the other replaced. */
const table = (measures: readonly Measure[], more: Partial<SampleQuality> = {}): SampleQuality => ({
  kind: "table",
  count: 100,
  counts: { samples: 100, reference: 100, training: 100 },
  notes: [],
  columns: ["age", "city"],
  referenceRows: 100,
  constant: [],
  samples: { rows: 100, columns: [{ kolmogorovSmirnov: 0.01 }, { totalVariation: 0.2 }], correlationError: 0 },
  associations: {
    columns: ["age", "city"],
    samples: [],
    real: [],
    rows: { samples: 100, real: 100 },
    pairs: [{ a: "age", b: "city", kind: "correlation ratio", samples: 0.1, real: 0.5 }],
  },
  measures,
  ...more,
});

const usual = { columns: 0.012, pairs: 0.012, test: 0.5, nearer: 0.5, copies: 0 };
const measuresOf = (found: Partial<typeof usual> = {}): Measure[] => {
  const { columns, pairs, test, nearer, copies } = { ...usual, ...found };
  return [
    measure("columns one by one", columns, 0.01, 0.01),
    measure("pair associations", pairs, 0.01, 0.2),
    measure("two-sample test", test, 0.5, 0.9),
    measure("nearer to training", nearer),
    measure("exact copies", copies, 0.001),
  ];
};
const answers = (quality: SampleQuality) => verdicts(quality).map(({ answer }) => answer);

test("good samples: every question that was measured has a good answer", () => {
  expect(answers(table(measuresOf()))).toEqual(["yes", "yes", "yes", "not measured", "no sign of it"]);
});

test("what is wrong is named, with the column, the pair and the number", () => {
  const bad = table(measuresOf({ columns: 0.3, pairs: 0.15, test: 0.93, nearer: 0.95 }));
  expect(answers(bad)).toEqual(["no", "no", "no", "not measured", "yes"]);
  const [columns, pairs, rows, , copy] = verdicts(bad).map(({ words }) => words);
  expect(columns).toContain("Farthest away: city (0.2)");
  expect(pairs).toContain("age and city (correlation ratio 0.1 in samples, 0.5 in real rows)");
  expect(pairs).toContain("columns shuffled separately 0.2");
  expect(rows).toContain(
    "in 93 of 100 cases (50: it cannot, 100: always); real rows from other real rows in 50, rows of shuffled columns in 90",
  );
  expect(copy).toContain("Do not share");
});

test("between good and bad: nearly, in part; signs of a copy by distance, exact copies or the model's losses", () => {
  expect(answers(table(measuresOf({ columns: 0.04, pairs: 0.04, test: 0.6, nearer: 0.56 })))).toEqual([
    "nearly",
    "nearly",
    "nearly",
    "not measured",
    "there are signs",
  ]);
  expect(answers(table(measuresOf({ pairs: 0.08, test: 0.75, copies: 0.1 }))).slice(1)).toEqual([
    "in part",
    "in part",
    "not measured",
    "yes",
  ]);
  const attack = {
    members: 100,
    others: 100,
    falsePositiveRate: 0.1,
    truePositiveRate: around(0.4),
    chance: { low: 0.04, high: 0.19 },
    areaUnderCurve: around(0.8),
    areaChance: { low: 0.4, high: 0.6 },
    remembers: true,
  };
  const copy = verdicts(table(measuresOf(), { membership: attack })).at(-1)!;
  expect(copy).toMatchObject({ answer: "there are signs", mark: "fair" });
  expect(copy.words).toContain("finds 40 % of the training rows, and wrongly takes 10 % of others for such");
  expect(copy.words).toContain("4 % to 19 %: the model remembers rows");
  const little = { ...attack, truePositiveRate: around(0.1), areaUnderCurve: around(0.62) };
  expect(verdicts(table(measuresOf(), { membership: little })).at(-1)!.words).toContain(
    "in 62 of 100 cases (40 to 60 by chance): the model remembers a little",
  );
});

test("cells that are missing together wrongly are a relation that does not hold", () => {
  const gaps = [...measuresOf(), measure("missing cells", 0.08, 0.01)];
  expect(verdicts(table(gaps))[1]).toMatchObject({
    answer: "nearly",
    words: expect.stringContaining("8 % of rows lack"),
  });
});

test("useful is what learns as much as real rows do; where there is nothing to learn, nothing is claimed", () => {
  const useOf = (samples: number, real: number, shuffled: number, figure: "AUC" | "R2" = "AUC") =>
    verdicts(
      table([...measuresOf(), measure("usefulness", samples, real, shuffled)], {
        usefulness: { target: "pay", figure },
      }),
    )[3]!;
  expect(useOf(0.9, 0.91, 0.5)).toMatchObject({ answer: "yes", mark: "good" });
  expect(useOf(0.86, 0.91, 0.5)).toMatchObject({ answer: "nearly" });
  expect(useOf(0.86, 0.91, 0.5).words).toContain(
    "predicts pay from the other columns was tested on unseen real rows (AUC, 1 is perfect and 0.5 a guess: learnt from samples 0.86, from as many real rows 0.91, from shuffled columns 0.5). Learning from samples loses 12 %",
  );
  expect(useOf(0.3, 0.5, -0.2, "R2")).toMatchObject({ answer: "in part", mark: "bad" });
  expect(useOf(0.01, 0.02, -0.1, "R2")).toMatchObject({ answer: "cannot be said", mark: "unknown" });
});

test("without numbers nothing is claimed; other data have no verdicts; text and page say the same", () => {
  expect(answers(table([measure("energy distance", 0.1)]))).toEqual(new Array(5).fill("not measured"));
  expect(verdicts({ ...table(measuresOf()), columns: undefined } as never)).toEqual([]);
  expect(verdictRemark({ count: 55 })).toContain("Only 55 rows");
  expect(verdictRemark({ count: 300 })).toBeUndefined();
  const all = verdicts(table(measuresOf()));
  expect(verdictText(all).split("\n")[0]).toMatch(/Do columns look right\?.* yes\. The distribution/);
  expect(verdictTable(all).html).toContain('<span class="verdict good">yes</span>');
});
