export { type CpdagOptions, cpdagOf } from "./graph/cpdag.ts";
export { structuralHammingDistance } from "./graph/distance.ts";
export { dagOf } from "./graph/extension.ts";
export { type Edge, edgesOf, type Graph, type GraphOptions, makeGraph } from "./graph/graph.ts";
export { type InterventionDistance, structuralInterventionDistance } from "./graph/intervention-distance.ts";
export type { Observations } from "./graph/observations.ts";
export { type EdgeRanking, edgeRanking } from "./graph/ranking.ts";
export { dSeparated, type SeparationOptions } from "./graph/separation.ts";
export { isAcyclic, topologicalOrder } from "./graph/topological-order.ts";
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
