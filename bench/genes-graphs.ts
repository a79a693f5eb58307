/**
 * Searches for networks of causes on simulated linear Gaussian graphs: distance to the truth, time, and how far BIC is from the best.
 *
 *     npx tsx --conditions=source bench/genes-graphs.ts [10 20 50 100 1000]
 *
 * Graphs have two edges a variable (one for 1,000 variables) and 1,000 rows. SHD is between CPDAGs, the mean of five graphs (three of 100,
 * one of 1,000).
 * "BIC" is how far a graph's is below the best of all, in nats, where exact search can tell.
 */
import {
  bge,
  bic,
  cpdagOf,
  exactSearch,
  type Graph,
  ges,
  hillClimb,
  type Observations,
  scoreGraph,
  structuralHammingDistance,
} from "@scorefield/discover";
import { spent } from "./harness.ts";
import { emptyGraph, type Shape, simulate, sortByVariance } from "./linear-graphs.ts";

const sizes = process.argv.slice(2).map(Number);

/** BIC with the price of an edge that many variables need (Chen & Chen 2008). */
const extended = (rows: Observations) => bic(rows, { extended: 1 });

type Method = (observations: Observations) => Graph | Promise<Graph>;

const methods: Readonly<Record<string, { readonly most: number; readonly find: Method }>> = {
  "no edges": { most: 1000, find: emptyGraph },
  "sort by variance": { most: 100, find: (rows) => cpdagOf(sortByVariance(rows)) },
  "exact, BIC": { most: 10, find: async (rows) => (await exactSearch(bic(rows))).graph },
  "exact, BGe": { most: 10, find: async (rows) => (await exactSearch(bge(rows))).graph },
  "GES, BIC": { most: 100, find: async (rows) => (await ges(bic(rows))).graph },
  "GES, extended BIC": { most: 1000, find: async (rows) => (await ges(extended(rows))).graph },
  "GES, 20 restarts, BIC": { most: 50, find: async (rows) => (await ges(bic(rows), { restarts: 20 })).graph },
  "GES, 20 restarts, extended BIC": {
    most: 100,
    find: async (rows) => (await ges(extended(rows), { restarts: 20 })).graph,
  },
  "GES, BGe": { most: 100, find: async (rows) => (await ges(bge(rows))).graph },
  "climb, extended BIC": { most: 1000, find: async (rows) => (await hillClimb(extended(rows))).graph },
  "climb, 100 restarts, extended BIC": {
    most: 100,
    find: async (rows) => (await hillClimb(extended(rows), { restarts: 100 })).graph,
  },
};

for (const d of sizes.length > 0 ? sizes : [10, 20, 50, 100, 1000])
  for (const shape of ["erdos-renyi", "scale-free"] satisfies Shape[]) {
    const count = d >= 1000 ? 1 : d >= 100 ? 3 : 5;
    const sets = Array.from({ length: count }, (_, seed) =>
      simulate(shape, { d, edges: d >= 1000 ? 1 : 2, rows: 1000, seed }),
    );
    const edges = sets.map(({ truth }) => truth.edges.reduce((sum, edge) => sum + edge, 0));
    console.log(`\n${d} variables, ${shape}, ${edges.join(", ")} edges\n`);
    console.log("| method | SHD | of them | BIC below the best | CPU seconds, the slowest |");
    console.log("| --- | --- | --- | --- | --- |");
    const best: number[] = [];
    for (const [name, { most, find }] of Object.entries(methods)) {
      if (d > most) continue;
      const [distances, gaps, seconds]: [number[], number[], number[]] = [[], [], []];
      for (const [k, { truth, observations }] of sets.entries()) {
        const start = spent();
        const graph = await find(observations);
        seconds.push((spent() - start) / 1000);
        distances.push(structuralHammingDistance(cpdagOf(truth), graph));
        const value = scoreGraph(bic(observations), graph);
        if (name === "exact, BIC") best[k] = value;
        if (best[k] !== undefined) gaps.push(best[k] - value);
      }
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
      console.log(
        `| ${name} | ${mean(distances).toFixed(1)} | ${distances.join(", ")} | ${gaps.length > 0 ? gaps.map((gap) => Math.abs(gap).toFixed(2)).join(", ") : ""} | ${Math.max(...seconds).toFixed(2)} |`,
      );
    }
  }
