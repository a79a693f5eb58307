import { expect, test } from "vitest";
import { bge } from "../score/bge.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { edgeConfidence } from "./edge-confidence.ts";
import { edgeProbabilities } from "./edge-probabilities.ts";
import { ges } from "./ges.ts";
import { allDags, observed, randomModel } from "./linear-gaussian.case.ts";

const rows = observed(randomModel(4, 0.6, 2), 25, 3);
const score = bge(rows);

/** Probabilities of edges by summing over all DAGs that a rule keeps. */
const summed = (keeps: (edges: Uint8Array) => boolean): Float64Array => {
  const dags = allDags(4).filter(keeps);
  const values = dags.map((edges) => scoreOfEdges(score, edges));
  const highest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const found = new Float64Array(16);
  for (const [k, edges] of dags.entries())
    for (let place = 0; place < 16; place++) found[place]! += (edges[place]! * weights[k]!) / total;
  return found;
};

test("the chain's probabilities are sums over all 543 DAGs", async () => {
  const expected = summed(() => true);
  const { directed, disagreement } = await edgeProbabilities(score, { sweeps: 4000 });
  // 6,400 sweeps that hardly depend on each other: a standard error below 0.007.
  expect(Math.max(...directed.map((p, k) => Math.abs(p - expected[k]!)))).toBeLessThan(0.025);
  expect(disagreement).toBeLessThan(0.05);
});

test("and with knowledge over those that keep it", async () => {
  const knowledge = { required: [{ from: "g2", to: "g4" }], forbidden: [{ from: "g1", to: "g3" }] };
  const expected = summed((edges) => edges[1 * 4 + 3] === 1 && !edges[0 * 4 + 2]);
  const { directed } = await edgeProbabilities(score, { sweeps: 4000, knowledge });
  expect(directed[1 * 4 + 3]).toBeCloseTo(1, 12);
  expect(directed[0 * 4 + 2]).toBe(0);
  expect(Math.max(...directed.map((p, k) => Math.abs(p - expected[k]!)))).toBeLessThan(0.025);
});

test("confidence by drawing rows again: shares of searches, the same for the same seed", async () => {
  const search = async (again: typeof rows) => (await ges(bge(again))).graph;
  const progress: number[] = [];
  const first = await edgeConfidence(rows, { search, rounds: 20, onProgress: (done) => progress.push(done) });
  expect(progress.at(-1)).toBe(20);
  const second = await edgeConfidence(rows, { search, rounds: 20 });
  expect(second).toEqual(first);
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      if (i === j) continue;
      const both = first.directed[i * 4 + j]! + first.directed[j * 4 + i]!;
      expect(both).toBeCloseTo(first.joined[i * 4 + j]!, 12);
    }
  await expect(edgeConfidence(rows, { search: "ges" as never })).rejects.toThrow("a function");
});
