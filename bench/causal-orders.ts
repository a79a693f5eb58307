/**
 * Orders of causes by the score function on simulated models with additive noise, and on Sachs's cells:
 *
 *     npm run bench bench/causal-orders.ts -- [--sizes 10,20] [--methods score,nogam,diffan] [--noises gaussian,exponential]
 *       [--kinds erdos-renyi,scale-free] [--edges 1,4] [--seeds 3] [--rows 1000] [--no-sachs]
 *
 * Columns are standardised. "reversed" is the share of true edges that the order turns round: 0.5 by chance. SHD and SID are those
 * of the graph that pruning by splines makes of the order; those of the empty graph and of the true order with the same pruning are
 * the ends of the scale. Sorting by variance is shown on the columns as simulated, where it is known to win without
 * knowing anything (Reisach, Seiler & Weichwald 2021), and of standardised ones it is a draw.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  diffanOrder,
  type Graph,
  makeGraph,
  type NoiseKind,
  noGamOrder,
  type Observations,
  pruneBySplines,
  pruneByTrees,
  type RandomGraphOptions,
  randomGraph,
  scoreOrder,
  simulateAdditiveNoise,
  structuralHammingDistance,
  structuralInterventionDistance,
  topologicalOrder,
} from "@scorefield/discover";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { spent } from "./harness.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10,20" },
    methods: { type: "string", default: "score,nogam,diffan" },
    noises: { type: "string", default: "gaussian,exponential" },
    kinds: { type: "string", default: "erdos-renyi,scale-free" },
    edges: { type: "string", default: "1,4" },
    seeds: { type: "string", default: "3" },
    rows: { type: "string", default: "1000" },
    "no-sachs": { type: "boolean", default: false },
  },
});
const list = (text: string): string[] => text.split(",").filter((word) => word !== "");
const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);

type Orderer = (observations: Observations, raw: Observations, truth: Graph) => Promise<readonly string[]>;

const byVariance: Orderer = async (_, { names, values: cells }) => {
  const d = names.length;
  const n = cells.length / d;
  const variances = names.map((_, j) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      sum += cells[i * d + j]!;
      squares += cells[i * d + j]! ** 2;
    }
    return squares / n - (sum / n) ** 2;
  });
  return names.toSorted((a, b) => variances[names.indexOf(a)]! - variances[names.indexOf(b)]!);
};
const all: Readonly<Record<string, Orderer>> = {
  score: async (o) => (await scoreOrder(o)).order,
  nogam: async (o) => (await noGamOrder(o)).order,
  diffan: async (o) => (await diffanOrder(o)).order,
};
const orderers: Readonly<Record<string, Orderer>> = {
  ...Object.fromEntries(list(values.methods).map((name) => [name, all[name]!])),
  "variance, raw units": byVariance,
  "true order": async (_, __, truth) => topologicalOrder(truth),
};

const reversed = (order: readonly string[], { names, edges }: Graph): number => {
  const places = names.map((name) => order.indexOf(name));
  let [wrong, total] = [0, 0];
  for (const [i] of names.entries())
    for (const [j] of names.entries()) {
      if (!edges[i * names.length + j]) continue;
      total++;
      if (places[i]! > places[j]!) wrong++;
    }
  return wrong / total;
};
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const distances = (truth: Graph, graph: Graph): readonly [number, number] => [
  structuralHammingDistance(truth, graph),
  structuralInterventionDistance(truth, graph).least,
];
const empty = ({ names }: Graph): Graph => ({ names, edges: new Uint8Array(names.length ** 2) });
const count = ({ edges }: Graph): number => edges.reduce((sum, edge) => sum + edge, 0);

console.log("| graph | noise | edges | order | reversed | SHD | SID | CPU seconds |");
console.log("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |");
for (const size of list(values.sizes).map(Number))
  for (const kind of list(values.kinds) as NonNullable<RandomGraphOptions["kind"]>[])
    for (const edgesPerVariable of list(values.edges).map(Number))
      for (const noise of list(values.noises) as NoiseKind[]) {
        const models = Array.from({ length: Number(values.seeds) }, (_, seed) => {
          const graph = randomGraph({ variables: size, kind, edgesPerVariable, seed });
          const options = { graph, rows: Number(values.rows), noise, seed };
          const { observations: raw } = simulateAdditiveNoise({ ...options, standardise: false });
          return { graph, observations: simulateAdditiveNoise(options).observations, raw };
        });
        const head = `${size}, ${kind} ${edgesPerVariable} | ${noise} | ${mean(models.map(({ graph }) => count(graph))).toFixed(0)}`;
        const nothing = models.map(({ graph }) => distances(graph, empty(graph)));
        console.log(
          `| ${head} | empty graph | | ${[0, 1].map((k) => mean(nothing.map((pair) => pair[k]!)).toFixed(1)).join(" | ")} | |`,
        );
        for (const [name, orderer] of Object.entries(orderers)) {
          const rows: number[][] = [];
          for (const { graph, observations, raw } of models) {
            const begun = spent();
            const order = await orderer(observations, raw, graph);
            const seconds = (spent() - begun) / 1000;
            const pruned = await pruneBySplines(observations, order);
            rows.push([reversed(order, graph), ...distances(graph, pruned.graph), seconds]);
          }
          const [wrong, shd, sid, seconds] = [0, 1, 2, 3].map((k) => mean(rows.map((row) => row[k]!)));
          console.log(
            `| ${head} | ${name} | ${wrong!.toFixed(2)} | ${shd!.toFixed(1)} | ${sid!.toFixed(1)} | ${seconds!.toFixed(1)} |`,
          );
        }
      }

const folder = join(process.env.SCOREFIELD_DATA ?? "../shared/data", "sachs");
if (!values["no-sachs"] && !existsSync(folder)) console.log(`\nLeft out: ${folder} is not there.`);
if (!values["no-sachs"] && existsSync(folder)) {
  const lines = (file: string): string[][] =>
    readFileSync(join(folder, file), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.trim().split(","));
  const [names = [], ...cells] = lines("observational.csv");
  const edges = lines("consensus.csv")
    .slice(1)
    .map(([from, to]) => ({ from: from!, to: to! }));
  const truth = makeGraph({ names, edges });
  const raw = { names, values: Float64Array.from(cells.flat(), Number) };
  const logs = { names, values: raw.values.map((value) => Math.log(value)) };
  const row = (name: string, order: string, graph: Graph, seconds: number): void =>
    console.log(
      `| ${name} | ${order} | ${count(graph)} | ${distances(truth, graph).join(" | ")} | ${seconds.toFixed(1)} |`,
    );
  console.log(`\nSachs: ${cells.length} cells, ${names.length} proteins, ${edges.length} edges\n`);
  console.log("| cells | order and pruning | edges | SHD | SID | CPU seconds |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: |");
  row("", "empty graph", empty(truth), 0);
  for (const [kind, observations] of [
    ["as measured", raw],
    ["logarithms", logs],
  ] as const)
    for (const [name, orderer] of Object.entries(orderers)) {
      const begun = spent();
      const order = await orderer(observations, observations, truth);
      for (const [pruning, prune] of [
        ["splines", pruneBySplines],
        ["trees", pruneByTrees],
      ] as const) {
        const { graph } = await prune(observations, order);
        row(kind, `${name}, ${pruning}`, graph, (spent() - begun) / 1000);
      }
    }
}
await runtime.dispose();
