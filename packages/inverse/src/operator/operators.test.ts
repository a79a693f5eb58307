import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { mask } from "./mask.ts";
import { operatorSuite } from "./operator.case.ts";
import type { Operator } from "./operator.ts";
import { operatorFromText, operatorKinds } from "./operators.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Operators that pass the suite, one of each kind at least. */
const all: Readonly<Record<string, () => Operator>> = {
  "mask of a box": () => mask({ input: [2, 6, 5], box: [1, 2, 3, 2] }),
  "mask of a random share": () => mask({ input: [2, 6, 5], share: 0.4, seed: 3 }),
  "mask as given": () => mask({ input: [4], mask: [1, 0, 0, 1] }),
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
