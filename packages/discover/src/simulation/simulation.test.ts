import { expect, test } from "vitest";
import { isAcyclic, topologicalOrder } from "../graph/topological-order.ts";
import { simulateAdditiveNoise } from "./additive-noise.ts";
import { randomGraph } from "./random-graph.ts";

const count = (edges: Uint8Array): number => edges.reduce((sum, edge) => sum + edge, 0);

test("random graphs have no circle and about as many edges as asked for", () => {
  let edges = 0;
  for (let seed = 0; seed < 30; seed++) {
    const graph = randomGraph({ variables: 20, edgesPerVariable: 2, seed });
    expect(isAcyclic(graph)).toBe(true);
    edges += count(graph.edges);
  }
  // 30 graphs of 190 pairs, each an edge with probability 4 / 19.
  const share = 4 / 19;
  expect(Math.abs(edges - 1200)).toBeLessThan(4 * Math.sqrt(30 * 190 * share * (1 - share)));
  const free = randomGraph({ variables: 50, edgesPerVariable: 2, kind: "scale-free", seed: 1 });
  expect(isAcyclic(free)).toBe(true);
  expect(count(free.edges)).toBe(2 * 50 - 3);
  const degrees = free.names.map((_, i) => count(free.edges.subarray(50 * i, 50 * i + 50)));
  expect(Math.max(...degrees)).toBeGreaterThan(8);
});

test("linear rows have the covariance of their weights and noise", () => {
  const graph = randomGraph({ variables: 5, edgesPerVariable: 2, seed: 4 });
  const rows = 20_000;
  for (const noise of ["gaussian", "laplace", "uniform", "exponential"] as const) {
    const { observations, weights, noiseVariances } = simulateAdditiveNoise({
      graph,
      rows,
      mechanism: "linear",
      noise,
      standardise: false,
      seed: 5,
    });
    const values = observations.values;
    for (const name of topologicalOrder(graph)) {
      const j = graph.names.indexOf(name);
      let [sum, squares] = [0, 0];
      for (let r = 0; r < rows; r++) {
        let rest = values[r * 5 + j]!;
        for (let i = 0; i < 5; i++) rest -= weights![i * 5 + j]! * values[r * 5 + i]!;
        sum += rest;
        squares += rest * rest;
      }
      const variance = noiseVariances[j]!;
      expect(Math.abs(sum / rows)).toBeLessThan(4.5 * Math.sqrt(variance / rows));
      // The fourth moment is at most 9 variance^2, of exponential noise.
      expect(Math.abs(squares / rows / variance - 1)).toBeLessThan(4.5 * Math.sqrt(8 / rows));
    }
  }
});

test("standardised columns have variance 1, and equal options give equal rows", () => {
  const graph = randomGraph({ variables: 4, seed: 2 });
  const options = { graph, rows: 200, mechanism: "network", seed: 3 } as const;
  const { observations, weights } = simulateAdditiveNoise(options);
  expect(weights).toBeUndefined();
  expect(simulateAdditiveNoise(options).observations.values).toEqual(observations.values);
  for (let j = 0; j < 4; j++) {
    const column = Array.from({ length: 200 }, (_, i) => observations.values[i * 4 + j]!);
    expect(column.reduce((sum, value) => sum + value * value, 0) / 200).toBeCloseTo(1, 10);
  }
});
