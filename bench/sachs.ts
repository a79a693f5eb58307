/**
 * Searches on the 853 observational cells of Sachs et al. (2005) beside the 17 edges of the consensus.
 *
 *     npx tsx --conditions=source bench/sachs.ts [folder of data]
 *
 * SHD counts an open edge as a difference. Where edges are open, "DAGs" are all graphs of the class: the least and the greatest SHD among
 * them, and of SID the bounds over them. "joined" is SHD without directions. Rows are logarithms, as concentrations are skewed; raw ones
 * stand beside them. Levels of BDeu are thirds of the rows. No setting was chosen by the consensus.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  additiveBic,
  bdeu,
  bge,
  bic,
  discretise,
  edgeConfidence,
  edgeProbabilities,
  edgeRanking,
  edgesOf,
  exactSearch,
  type Graph,
  ges,
  hillClimb,
  isAcyclic,
  makeGraph,
  type Observations,
  type Score,
  structuralHammingDistance,
  structuralInterventionDistance,
} from "@scorefield/discover";
import { emptyGraph, sortByVariance } from "./linear-graphs.ts";

const folder = join(process.argv[2] ?? "../shared/data", "sachs");
if (!existsSync(folder)) {
  console.log(`left out: no ${folder}`);
  process.exit();
}
const lines = (file: string) => readFileSync(join(folder, file), "utf8").trim().split(/\r?\n/);
const [head = "", ...body] = lines("observational.csv");
const names = head.split(",");
const raw: Observations = { names, values: Float64Array.from(body.flatMap((line) => line.split(",").map(Number))) };
const logs: Observations = { names, values: raw.values.map(Math.log) };
const truth = makeGraph({
  names,
  edges: lines("consensus.csv")
    .slice(1)
    .map((line) => line.split(","))
    .map(([from = "", to = ""]) => ({ from, to })),
});

const d = names.length;
/** The graph with every edge open. */
const skeleton = ({ names, edges }: Graph): Graph => ({
  names,
  edges: edges.map((edge, k) => edge | edges[(k % d) * d + Math.floor(k / d)]!),
});

/** Colliders of a graph, which all of a class have in common. */
const colliders = ({ edges }: Graph): string => {
  const found: string[] = [];
  const joined = (i: number, j: number) => edges[i * d + j] || edges[j * d + i];
  const directed = (i: number, j: number) => edges[i * d + j] && !edges[j * d + i];
  for (let j = 0; j < d; j++)
    for (let i = 0; i < d; i++)
      for (let k = 0; k < i; k++) if (directed(i, j) && directed(k, j) && !joined(i, k)) found.push(`${i}>${j}<${k}`);
  return found.join(" ");
};

/** Least and greatest SHD of the DAGs of a graph: its open edges directed in all ways without cycles and new colliders. */
const overClass = (graph: Graph): readonly [number, number] => {
  const open: [number, number][] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) if (graph.edges[i * d + j] && graph.edges[j * d + i]) open.push([i, j]);
  const distances: number[] = [];
  for (let code = 0; code < 2 ** open.length; code++) {
    const edges = graph.edges.slice();
    for (const [k, [i, j]] of open.entries()) edges[(code >> k) & 1 ? i * d + j : j * d + i] = 0;
    const dag = { names, edges };
    if (isAcyclic(dag) && colliders(dag) === colliders(graph)) distances.push(structuralHammingDistance(truth, dag));
  }
  return [Math.min(...distances), Math.max(...distances)];
};

const pair = (low: number, high: number): string => (low === high ? `${low}` : `${low} to ${high}`);

console.log("| method | edges | joined | SHD | SHD of the DAGs | SID |");
console.log("| --- | --- | --- | --- | --- | --- |");
const show = (name: string, graph: Graph): void => {
  const { least, greatest } = structuralInterventionDistance(truth, graph);
  const edges = edgesOf(graph).length;
  const joined = structuralHammingDistance(skeleton(truth), skeleton(graph));
  const distance = structuralHammingDistance(truth, graph);
  console.log(
    `| ${name} | ${edges} | ${joined} | ${distance} | ${pair(...overClass(graph))} | ${pair(least, greatest)} |`,
  );
};

const scores: Readonly<Record<string, (rows: Observations) => Score>> = {
  BIC: (rows) => bic(rows),
  "extended BIC": (rows) => bic(rows, { extended: 1 }),
  BGe: (rows) => bge(rows),
  BDeu: (rows) => bdeu(discretise(rows)),
};
const searches: Readonly<Record<string, (score: Score) => Promise<{ readonly graph: Graph }>>> = {
  exact: (score) => exactSearch(score),
  GES: (score) => ges(score),
  "climb, 20 restarts": (score) => hillClimb(score, { restarts: 20 }),
};

show("no edges", emptyGraph(logs));
show("sort by variance, raw", sortByVariance(raw));
show("sort by variance, logarithms", sortByVariance(logs));
for (const [kind, make] of Object.entries(scores))
  for (const [name, search] of Object.entries(searches)) show(`${name}, ${kind}`, (await search(make(logs))).graph);
/** What changing a column to deviation 1, and to a logarithm before, adds to a log-likelihood: for comparing scales. */
const changeOfScale = (rows: Observations): number => {
  const n = rows.values.length / d;
  let sum = rows === raw ? 0 : -logs.values.reduce((total, value) => total + value, 0);
  for (let j = 0; j < d; j++) {
    let [mean, square] = [0, 0];
    for (let i = 0; i < n; i++) mean += rows.values[i * d + j]! / n;
    for (let i = 0; i < n; i++) square += (rows.values[i * d + j]! - mean) ** 2 / n;
    sum -= (n / 2) * Math.log(square);
  }
  return sum;
};
const byScale: string[] = [];
for (const [name, rows] of Object.entries({ logarithms: logs, raw }))
  for (const knots of [3, 4, 5, 6, 7]) {
    const found = await exactSearch(additiveBic(rows, { knots }));
    show(`exact, additive BIC, ${knots} knots, ${name}`, found.graph);
    byScale.push(`| ${name} | ${knots} | ${(found.score + changeOfScale(rows)).toFixed(0)} |`);
  }
for (const kind of ["BIC", "BGe"]) show(`exact, ${kind}, raw`, (await exactSearch(scores[kind]!(raw))).graph);

console.log("\n| scale | knots | additive BIC of the raw rows |\n| --- | --- | --- |");
console.log(byScale.join("\n"));

console.log("\n| confidence of edges | AUROC | AUPR | by chance |");
console.log("| --- | --- | --- | --- |");
const rank = (name: string, confidence: Float64Array): void => {
  const { auroc, aupr, chance } = edgeRanking(truth, confidence);
  console.log(`| ${name} | ${auroc.toFixed(3)} | ${aupr.toFixed(3)} | ${chance.toFixed(3)} |`);
};
const again = async (rows: Observations) => (await ges(bic(rows))).graph;
rank("100 draws of the rows, GES, BIC", (await edgeConfidence(logs, { search: again })).directed);
rank("partition chain, BGe", (await edgeProbabilities(bge(logs), { sweeps: 2000 })).directed);
rank("partition chain, BDeu", (await edgeProbabilities(bdeu(discretise(logs)), { sweeps: 2000 })).directed);
