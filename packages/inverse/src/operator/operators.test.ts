import { normal } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { arrayCoverage } from "./array-coverage.ts";
import { interferometer } from "./interferometer.ts";
import { mask } from "./mask.ts";
import { mri } from "./mri.ts";
import { operatorSuite } from "./operator.case.ts";
import type { Operator } from "./operator.ts";
import { operatorFromText, operatorKinds } from "./operators.ts";
import { radon } from "./radon.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const coverage = () => arrayCoverage({ antennas: 5, times: 4 });

/** Operators that pass the suite, one of each kind at least. */
const all: Readonly<Record<string, () => Operator>> = {
  "mask of a box": () => mask({ input: [2, 6, 5], box: [1, 2, 3, 2] }),
  "mask of a random share": () => mask({ input: [2, 6, 5], share: 0.4, seed: 3 }),
  "mask as given": () => mask({ input: [4], mask: [1, 0, 0, 1] }),
  "mri of two coils": () =>
    mri({ input: [4, 3, 2], maps: normal([2, 4, 3, 2], { seed: 1 }), acceleration: 2, calibration: 1, steps: 20 }),
  "mri of one coil": () => mri({ input: [6, 5, 2], acceleration: 2, calibration: 1, along: "points" }),
  "radon of parallel rays": () => radon({ input: [2, 3, 3], views: 6, offset: 0.3, steps: 18 }),
  "radon of a fan": () => radon({ input: [4, 3], views: 6, source: 9, detector: 4, steps: 20 }),
  "interferometer, direct": () =>
    interferometer({ input: [2, 3, 4], frequencies: coverage(), method: "direct", steps: 18 }),
  "interferometer, gridded": () => interferometer({ input: [4, 3], frequencies: coverage(), steps: 18 }),
};

for (const [name, make] of Object.entries(all)) operatorSuite(name, make, { runtime });

test("every kind is in the suite", () => {
  const kinds = new Set(Object.values(all).map((make) => make().kind));
  expect(operatorKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test("an operator of a text", () => {
  const made = operatorFromText("mask:share=0.5,seed=2", { input: [1, 4, 4], units: "intensity in [-1, 1]" });
  expect(made.recipe).toMatchObject({
    kind: "mask",
    input: [1, 4, 4],
    share: 0.5,
    seed: 2,
    units: "intensity in [-1, 1]",
  });
  expect(made.output).toEqual([8]);
});
