/**
 * All passes in order, repeated until nothing changes. Dead code needs no pass: what no output reaches is not in the
 * graph.
 */
import type { Graph } from "../graph/graph.ts";
import type { Target } from "../graph/target.ts";
import { columnSums } from "./column-sums.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";
import { constantFolding } from "./constant-folding.ts";
import { contraction } from "./contraction.ts";
import { emulateFloat16 } from "./emulate-float16.ts";
import { expand } from "./expand.ts";
import { fuseProducts } from "./fuse-products.ts";
import { joinPads } from "./join-pads.ts";
import { keepBlocks } from "./keep-blocks.ts";
import { lazyBroadcast } from "./lazy-broadcast.ts";
import { longSums } from "./long-sums.ts";
import { sharedSigmoid } from "./shared-sigmoid.ts";
import { simplify } from "./simplify.ts";

// These lead to operations and forms that the passes before do not know, and so come once, at the end.
const last = (graph: Graph): Graph =>
  [sharedSigmoid, columnSums, longSums, simplify, fuseProducts].reduce((current, pass) => pass(current), graph);

/** A graph that computes the same values with less work on this target. */
export const optimise = (graph: Graph, target: Target): Graph => {
  let current = typeof target.float16 === "string" ? emulateFloat16(graph) : graph;
  for (;;) {
    let next = keepBlocks(expand(current, target), target);
    for (const pass of [constantFolding, simplify, joinPads, lazyBroadcast, contraction, commonSubexpressions])
      next = pass(next);
    if (next.outputs.every((output, i) => output === current.outputs[i])) return last(next);
    current = next;
  }
};
