import { expect, test } from "vitest";
import { edgesOf } from "../graph/graph.ts";
import { bge } from "../score/bge.ts";
import { bic } from "../score/bic.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { exactSearch } from "./exact.ts";
import { ges } from "./ges.ts";
import { hillClimb } from "./hill-climb.ts";
import { allDags, observed, randomModel } from "./linear-gaussian.case.ts";

const dags = allDags(4);

test("none of all 543 graphs of four variables is better", async () => {
  for (let seed = 0; seed < 5; seed++)
    for (const make of [bic, bge]) {
      const score = make(observed(randomModel(4, 0.6, seed), 30, seed));
      const best = Math.max(...dags.map((edges) => scoreOfEdges(score, edges)));
      const found = await exactSearch(score);
      expect(found.score).toBeCloseTo(best, 9);
      for (const other of [await ges(score), await hillClimb(score, { restarts: 3 })])
        expect(other.score).toBeLessThan(best + 1e-6);
    }
});

test("with knowledge none of those that keep it is better", async () => {
  const score = bic(observed(randomModel(4, 0.8, 3), 40, 3));
  const knowledge = {
    tiers: [["g3"], ["g1", "g2"]],
    required: [{ from: "g4", to: "g1" }],
    forbidden: [{ from: "g2", to: "g1" }],
  };
  const lawful = dags.filter((e) => e[3 * 4 + 0] && !e[1 * 4 + 0] && !e[0 * 4 + 2] && !e[1 * 4 + 2]);
  const best = Math.max(...lawful.map((edges) => scoreOfEdges(score, edges)));
  const found = await exactSearch(score, { knowledge });
  expect(found.score).toBeCloseTo(best, 9);
  expect(lawful.map((edges) => edges.join(""))).toContain(found.dag.edges.join(""));
  for (const search of [ges, hillClimb]) {
    const other = await search(score, { knowledge });
    expect(lawful.map((edges) => edges.join(""))).toContain(other.dag.edges.join(""));
    expect(other.score).toBeLessThan(best + 1e-6);
  }
});

test("ten variables: no other search is better, and climbing with restarts reaches the best", async () => {
  for (let seed = 0; seed < 3; seed++) {
    const score = bic(observed(randomModel(10, 0.3, seed), 200, seed));
    const best = await exactSearch(score);
    const climbed = await hillClimb(score, { restarts: 30 });
    const greedy = await ges(score);
    expect(greedy.score).toBeLessThan(best.score + 1e-6);
    expect(climbed.score).toBeCloseTo(best.score, 6);
  }
});

test("with at most one parent none of the graphs that have no more is better", async () => {
  const score = bic(observed(randomModel(4, 0.8, 3), 40, 3));
  const few = dags.filter((edges) =>
    [0, 1, 2, 3].every((j) => [0, 1, 2, 3].filter((i) => edges[4 * i + j]).length < 2),
  );
  const best = Math.max(...few.map((edges) => scoreOfEdges(score, edges)));
  expect((await exactSearch(score, { maxParents: 1 })).score).toBeCloseTo(best, 9);
  expect((await hillClimb(score, { maxParents: 1, restarts: 10 })).score).toBeCloseTo(best, 9);
});

test("more than 20 variables are refused", async () => {
  await expect(exactSearch(bic(observed(randomModel(21, 0.1, 0), 30, 0)))).rejects.toThrow("at most 20");
});

test("rules that no graph keeps are refused", async () => {
  const score = bic(observed(randomModel(3, 0.5, 0), 30, 0));
  const required = ["g1", "g2", "g3"].map((from, i, all) => ({ from, to: all[(i + 1) % 3]! }));
  await expect(exactSearch(score, { knowledge: { required } })).rejects.toThrow("cycle");
  expect(edgesOf((await exactSearch(score, { knowledge: { required: required.slice(1) } })).dag)).toEqual(
    expect.arrayContaining(required.slice(1).map((edge) => ({ ...edge, directed: true }))),
  );
});
