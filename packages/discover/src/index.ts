export { type CpdagOptions, cpdagOf } from "./graph/cpdag.ts";
export { structuralHammingDistance } from "./graph/distance.ts";
export { dagOf } from "./graph/extension.ts";
export { type Edge, edgesOf, type Graph, type GraphOptions, makeGraph } from "./graph/graph.ts";
export { type InterventionDistance, structuralInterventionDistance } from "./graph/intervention-distance.ts";
export type { Observations } from "./graph/observations.ts";
export { type EdgeRanking, edgeRanking } from "./graph/ranking.ts";
export { dSeparated, type SeparationOptions } from "./graph/separation.ts";
export { isAcyclic, topologicalOrder } from "./graph/topological-order.ts";
export { type DiffanOrderOptions, diffanOrder } from "./order/diffan-order.ts";
export { type NoGamOrderOptions, noGamOrder } from "./order/nogam-order.ts";
export type { CausalOrder, DiscoverProgress, OrderOptions } from "./order/peel.ts";
export { type ScoreOrderOptions, scoreOrder } from "./order/score-order.ts";
export { type SteinOptions, type SteinScore, steinScore } from "./order/stein.ts";
export { type DiscoverByOrderOptions, discoverByOrder, type OrderedGraph } from "./pruning/discover-by-order.ts";
export { type PruneBySplinesOptions, pruneBySplines } from "./pruning/prune-by-splines.ts";
export { type PruneByTreesOptions, pruneByTrees } from "./pruning/prune-by-trees.ts";
export type { PrunedGraph, PruneOptions, TestedEdge } from "./pruning/prune-options.ts";
export { combinedRanking } from "./regulators/combined-ranking.ts";
export type { Expression, Perturbed, RegulatorRanking, TimeSeries } from "./regulators/expression.ts";
export { knockoutRanking } from "./regulators/knockout-ranking.ts";
export { type TreeRankingOptions, treeRanking } from "./regulators/tree-ranking.ts";
export { type AdditiveBicOptions, additiveBic } from "./score/additive-bic.ts";
export { type BdeuOptions, bdeu } from "./score/bdeu.ts";
export { type BgeOptions, bge } from "./score/bge.ts";
export { type BicOptions, bic } from "./score/bic.ts";
export { type DiscretiseOptions, discretise } from "./score/discretise.ts";
export type { CovarianceTable } from "./score/moments.ts";
export type { Score } from "./score/score.ts";
export { scoreGraph } from "./score/score-graph.ts";
export { type EdgeConfidence, type EdgeConfidenceOptions, edgeConfidence } from "./search/edge-confidence.ts";
export { type EdgeProbabilities, type EdgeProbabilityOptions, edgeProbabilities } from "./search/edge-probabilities.ts";
export { type ExactOptions, exactSearch } from "./search/exact.ts";
export type { Found, SearchOptions } from "./search/found.ts";
export { type GesOptions, ges } from "./search/ges.ts";
export { type HillClimbOptions, hillClimb } from "./search/hill-climb.ts";
export type { Knowledge, NamedEdge } from "./search/knowledge.ts";
export { type Lagged, type LagOptions, withLags, withoutLags } from "./search/lags.ts";
export {
  type InterventionOptions,
  type InterventionPrediction,
  predictIntervention,
} from "./search/predict-intervention.ts";
export {
  type AdditiveNoise,
  type AdditiveNoiseOptions,
  type Mechanism,
  type NoiseKind,
  simulateAdditiveNoise,
} from "./simulation/additive-noise.ts";
export { type RandomGraphOptions, randomGraph } from "./simulation/random-graph.ts";
