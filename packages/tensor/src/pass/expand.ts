import { type Graph, rewrite } from "../graph/graph.ts";
import type { Target } from "../graph/target.ts";

/** Replaces what the target has no kernel for by simpler operations, and removes marks that only differentiation needs. */
export const expand = (graph: Graph, target: Target): Graph =>
  rewrite(graph, (node) => node.operation.expand?.(node, target));
