import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { edgesOf } from "../graph/graph.ts";
import { topologicalOrder } from "../graph/topological-order.ts";
import { rearranged } from "../order/curved-pair.case.ts";
import { simulateAdditiveNoise } from "../simulation/additive-noise.ts";
import { randomGraph } from "../simulation/random-graph.ts";
import { orthonormalSplines } from "./orthonormal-splines.ts";
import { pruneBySplines } from "./prune-by-splines.ts";

const words = (graph: Parameters<typeof edgesOf>[0]): string[] =>
  edgesOf(graph)
    .map(({ from, to }) => `${from}>${to}`)
    .sort();

const noise = (rows: number, columns: number, seed: number): Float64Array =>
  normal([rows, columns], { seed, dtype: "float64" }).data;

test("basis functions are orthonormal, without constants, and span straight lines", () => {
  const column = noise(200, 1, 1);
  const basis = orthonormalSplines(column, 5);
  expect(basis.length).toBe(5);
  for (const [k, a] of basis.entries()) {
    expect(a.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(0, 12);
    for (const [m, b] of basis.entries())
      expect(a.reduce((sum, value, i) => sum + value * b[i]!, 0) / 200).toBeCloseTo(k === m ? 1 : 0, 10);
  }
  expect(
    orthonormalSplines(
      Float64Array.from({ length: 30 }, (_, i) => i % 2),
      5,
    ).length,
  ).toBe(1);
  expect(orthonormalSplines(new Float64Array(30), 5)).toEqual([]);
});

test("from the true order the true graph comes back, in any order and units of columns", async () => {
  const graph = randomGraph({ variables: 8, edgesPerVariable: 1, seed: 3 });
  const { observations } = simulateAdditiveNoise({ graph, rows: 1000, seed: 3 });
  const order = topologicalOrder(graph);
  const found = await pruneBySplines(observations, order);
  const truth = new Set(words(graph));
  expect(words(found.graph).filter((edge) => !truth.has(edge)).length).toBeLessThanOrEqual(1);
  expect(words(found.graph).filter((edge) => truth.has(edge)).length).toBeGreaterThanOrEqual(truth.size - 1);
  const other = await pruneBySplines(rearranged(observations, [3, 1, 0, 2, 7, 5, 4, 6]), order);
  expect(words(other.graph)).toEqual(words(found.graph));
});

test("p-values of edges that are not there are uniform", async () => {
  const p: number[] = [];
  for (let seed = 0; seed < 60; seed++) {
    const { edges } = await pruneBySplines({ names: ["a", "b", "c"], values: noise(60, 3, seed) }, ["a", "b", "c"], {
      functions: 3,
    });
    p.push(...edges.map(({ pValue }) => pValue));
  }
  // Mean 1/2 and variance 1/12 of 180 values.
  const mean = p.reduce((sum, value) => sum + value, 0) / p.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * p.length));
  const few = p.filter((value) => value < 0.05).length;
  expect(Math.abs(few - 0.05 * p.length)).toBeLessThan(4 * Math.sqrt(0.05 * 0.95 * p.length));
});

test("required edges stay, forbidden ones are not tested, and rows that set a variable do not count for it", async () => {
  const z = noise(200, 3, 7);
  const values = z.map((value, k) => (k % 3 === 1 ? 2 * z[k - 1]! + value : value));
  const names = ["a", "b", "c"];
  const knowledge = { required: [{ from: "b", to: "c" }], forbidden: [{ from: "a", to: "c" }] };
  const found = await pruneBySplines({ names, values }, names, { knowledge });
  expect(words(found.graph)).toEqual(["a>b", "b>c"]);
  expect(found.edges.map(({ from, to }) => `${from}>${to}`)).not.toContain("a>c");
  await expect(pruneBySplines({ names, values }, ["c", "b", "a"], { knowledge })).rejects.toThrow("found b after c");
  const set = values.map((value, k) => (k >= 300 && k % 3 === 1 ? 9 + 0.01 * value : value));
  const targets = Array.from({ length: 200 }, (_, i) => (i < 100 ? [] : [1]));
  const aware = await pruneBySplines({ names, values: set, targets }, names);
  expect(words(aware.graph)).toEqual(["a>b"]);
});

test("of many variables a few candidates are tested", async () => {
  const d = 30;
  const z = noise(300, d, 9);
  const values = z.map((value, k) => (k % d === d - 1 ? Math.sin(2 * z[k - 1]!) + z[k - 2]! + 0.5 * value : value));
  const names = Array.from({ length: d }, (_, j) => `x${String(j).padStart(2, "0")}`);
  const { graph, edges } = await pruneBySplines({ names, values }, names, { mostParents: 5 });
  expect(words(graph)).toEqual(expect.arrayContaining(["x27>x29", "x28>x29"]));
  expect(edges.filter(({ to }) => to === "x29").length).toBeLessThanOrEqual(5);
});
