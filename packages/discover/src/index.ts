export { type Edge, edgesOf, type Graph, type GraphOptions, makeGraph } from "./graph/graph.ts";
export type { Knowledge, NamedEdge } from "./graph/knowledge.ts";
export type { Observations } from "./graph/observations.ts";
export { type DiffanOrderOptions, diffanOrder } from "./order/diffan-order.ts";
export { type NoGamOrderOptions, noGamOrder } from "./order/nogam-order.ts";
export type { CausalOrder, DiscoverProgress, OrderOptions } from "./order/peel.ts";
export { type ScoreOrderOptions, scoreOrder } from "./order/score-order.ts";
export { type SteinOptions, type SteinScore, steinScore } from "./order/stein.ts";
export { type DiscoverByOrderOptions, discoverByOrder, type OrderedGraph } from "./pruning/discover-by-order.ts";
export { type PruneBySplinesOptions, pruneBySplines } from "./pruning/prune-by-splines.ts";
export { type PruneByTreesOptions, pruneByTrees } from "./pruning/prune-by-trees.ts";
export type { PrunedGraph, PruneOptions, TestedEdge } from "./pruning/prune-options.ts";
export type { Expression, Perturbed, RegulatorRanking, TimeSeries } from "./regulators/expression.ts";
export { type TreeRankingOptions, treeRanking } from "./regulators/tree-ranking.ts";
export {
  type AdditiveNoise,
  type AdditiveNoiseOptions,
  type Mechanism,
  type NoiseKind,
  simulateAdditiveNoise,
} from "./simulation/additive-noise.ts";
export { type RandomGraphOptions, randomGraph } from "./simulation/random-graph.ts";
