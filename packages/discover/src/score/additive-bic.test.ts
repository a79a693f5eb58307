import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { edgesOf, makeGraph } from "../graph/graph.ts";
import { exactSearch } from "../search/exact.ts";
import { ges } from "../search/ges.ts";
import { hillClimb } from "../search/hill-climb.ts";
import { additiveBic } from "./additive-bic.ts";
import { bic } from "./bic.ts";
import { scoreGraph } from "./score-graph.ts";

/** a -> b by a curve, b -> c by another. */
const rows = (count: number, seed: number) => {
  const noise = normal([count, 3], { seed, dtype: "float64" }).data;
  const values = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const a = noise[3 * i]!;
    const b = a * a + 0.5 * noise[3 * i + 1]!;
    values.set([a, b, Math.sin(2 * b) + 0.5 * noise[3 * i + 2]!], 3 * i);
  }
  return { names: ["a", "b", "c"], values };
};
const truth = makeGraph({
  names: ["a", "b", "c"],
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
  ],
});

test("curved effects direct edges", async () => {
  const score = additiveBic(rows(500, 1));
  for (const search of [exactSearch, hillClimb]) expect(edgesOf((await search(score)).graph)).toEqual(edgesOf(truth));
  expect((await exactSearch(score)).score).toBeCloseTo(scoreGraph(score, truth), 9);
});

test("without parents and of straight effects it is bic, less its parameters", () => {
  const straight = rows(200, 2);
  for (let i = 0; i < 200; i++) straight.values[3 * i + 1]! += 20 * straight.values[3 * i]!;
  const [curved, plain] = [additiveBic(straight, { knots: 3 }), bic(straight)];
  expect(curved.local(1, [])).toBeCloseTo(plain.local(1, []), 9);
  // One parameter more, and a likelihood that is no lower.
  const more = curved.local(1, [0]) - plain.local(1, [0]) + Math.log(200) / 2;
  expect(more).toBeGreaterThan(0);
});

test("greedy equivalence search refuses it, and so does an open edge's score", async () => {
  const score = additiveBic(rows(50, 3));
  await expect(ges(score)).rejects.toThrow("exactSearch or hillClimb");
  expect(() =>
    scoreGraph(score, makeGraph({ names: ["a", "b", "c"], edges: [{ from: "a", to: "b", directed: false }] })),
  ).toThrow("open");
  expect(() => additiveBic(rows(50, 3), { knots: 9 })).toThrow("3, 4, 5, 6, 7");
});
