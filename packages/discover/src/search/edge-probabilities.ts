/** How probable edges are given the rows, over all graphs. */
import { ArgumentError } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { edgesInOrder } from "../graph/check-graph.ts";
import { neighboursOf } from "../graph/neighbours.ts";
import { orderOf } from "../graph/topological-order.ts";
import { additionsOf, checkScore, type Score } from "../score/score.ts";
import type { EdgeConfidence } from "./edge-confidence.ts";
import type { SearchOptions } from "./found.ts";
import { hillClimb } from "./hill-climb.ts";
import { rulesOf } from "./knowledge.ts";
import { pace } from "./pace.ts";
import { type ParentSums, type PartitionChain, parentSums, partitionChain } from "./partition-chain.ts";
import { randomStream } from "./random-stream.ts";

export interface EdgeProbabilityOptions extends SearchOptions {
  /** Sweeps of each chain; the first fifth is not used. At least 10, default 500. */
  readonly sweeps?: number;
  /**
   * Variables that may be parents of each, 1 to 16: those that a climb joins with it, then those that explain it best alone. Default 10;
   * up to 13 variables all are taken.
   */
  readonly candidates?: number;
  /** Parents of a variable, at most. No bound but `candidates` by default. */
  readonly maxParents?: number;
  /** Of the chains. Default 0. */
  readonly seed?: number;
}

const known = {
  knowledge: true,
  signal: true,
  onProgress: true,
  sweeps: true,
  candidates: true,
  maxParents: true,
  seed: true,
} satisfies Known<EdgeProbabilityOptions>;

/** Probabilities of edges, and how well two chains agree on them. */
export interface EdgeProbabilities extends EdgeConfidence {
  /** The greatest difference of a directed edge's probability between the two chains: more than 0.1 asks for more sweeps. */
  readonly disagreement: number;
}

/** Variables of which all others are candidates. */
const fewVariables = 13;

/** The layer of each variable: the longest path that leads to it. */
const layersOf = (edges: Uint8Array, d: number): number[] => {
  const { parents } = neighboursOf(edges, d);
  const layers = new Array<number>(d).fill(0);
  for (const j of orderOf(edges, d)) layers[j] = Math.max(0, ...parents[j]!.map((i) => layers[i]! + 1));
  return layers;
};

/**
 * The probability of each edge under a score's posterior with equal weight for all DAGs before, by a Markov chain over ordered partitions
 * (Kuipers & Moffa 2017): each stands for all graphs that have it as layers, sums over parents are exact, and no graph counts twice, as it
 * does in chains over orders (Friedman & Koller 2003). The score should be a log marginal likelihood: bge or bdeu; bic approximates one.
 * Two chains run, one from the graph that a climb finds and one from the required edges alone.
 * @throws ArgumentError for options out of range and for knowledge that contradicts itself
 */
export const edgeProbabilities = async (
  score: Score,
  options: EdgeProbabilityOptions = {},
): Promise<EdgeProbabilities> => {
  const name = "edgeProbabilities";
  checkScore(name, score);
  checkOptions(name, options, known);
  const d = score.names.length;
  const { sweeps = 500, candidates: most = d <= fewVariables ? d : 10, maxParents = d, seed = 0 } = options;
  const { knowledge, signal, onProgress } = options;
  checkWhole(`${name} sweeps`, sweeps);
  if (sweeps < 10) throw new ArgumentError(`${name} sweeps: expected at least 10, found ${sweeps}`);
  checkWhole(`${name} maxParents`, maxParents);
  checkCount(`${name} seed`, seed);
  if (!Number.isInteger(most) || most < 1 || most > 16)
    throw new ArgumentError(`${name} candidates: expected a whole number from 1 to 16, found ${showValue(most)}`);
  const rules = rulesOf(name, knowledge, score.names);
  const steps = pace(signal, onProgress);
  const climbed = await hillClimb(score, { maxParents, signal, ...(knowledge ? { knowledge } : {}) });
  const dag = edgesInOrder(climbed.dag, score.names);
  const sums: Float64Array[] = [];
  const candidates = score.names.map((_, variable): readonly number[] => {
    const alone = additionsOf(score, variable, []);
    // Required causes first, then what the climb joins, then what explains most.
    const rank = (other: number): number =>
      rules.required[other * d + variable] ? 2 : dag[other * d + variable] || dag[variable * d + other] ? 1 : 0;
    return [...score.names.keys()]
      .filter((other) => rules.allowed[other * d + variable])
      .sort((a, b) => rank(b) - rank(a) || alone[b]! - alone[a]! || a - b)
      .slice(0, most)
      .sort((a, b) => a - b);
  });
  for (const [variable, list] of candidates.entries()) {
    sums.push(parentSums(score, variable, list, maxParents, rules));
    await steps.turn(variable, d);
  }
  for (const [variable, list] of candidates.entries()) {
    const needed = [...score.names.keys()].filter((other) => rules.required[other * d + variable]);
    if (needed.length > Math.min(list.length, maxParents) || needed.some((other) => !list.includes(other)))
      throw new ArgumentError(
        `${name} candidates: expected room for the ${needed.length} required causes of ${score.names[variable]}, found less`,
      );
    // The climb may join more than there are candidates.
    for (let other = 0; other < d; other++) if (!list.includes(other)) dag[other * d + variable] = 0;
  }
  const tables: ParentSums = { candidates, sums };
  const chains: PartitionChain[] = [rules.required, dag].map((start, k) =>
    partitionChain(tables, layersOf(start, d), randomStream(seed * 2 + k, "sampler")),
  );
  const found = chains.map(() => new Float64Array(d * d));
  const unused = Math.floor(sweeps / 5);
  for (let sweep = 0; sweep < sweeps; sweep++)
    for (const [k, chain] of chains.entries()) {
      chain.sweep();
      if (sweep >= unused) chain.addTo(found[k]!);
      await steps.turn(sweep, sweeps);
    }
  const [first = new Float64Array(0), second = first] = found;
  const used = sweeps - unused;
  const places = score.shown.map((word) => score.names.indexOf(word));
  const directed = new Float64Array(d * d);
  const joined = new Float64Array(d * d);
  let disagreement = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      const [there, back] = [places[i]! * d + places[j]!, places[j]! * d + places[i]!];
      directed[i * d + j] = (first[there]! + second[there]!) / (2 * used);
      joined[i * d + j] = (first[there]! + second[there]! + first[back]! + second[back]!) / (2 * used);
      disagreement = Math.max(disagreement, Math.abs(first[there]! - second[there]!) / used);
    }
  return { names: score.shown, directed, joined, disagreement };
};
