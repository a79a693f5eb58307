export { type Edge, edgesOf, type Graph, type GraphOptions, makeGraph } from "./graph/graph.ts";
export type { Observations } from "./graph/observations.ts";
