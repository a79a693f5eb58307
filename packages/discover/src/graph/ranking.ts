/** How well a list of edges by confidence puts true edges first. */
import { ArgumentError } from "@scorefield/core";
import { showValue } from "@scorefield/tensor/internal";
import { checkGraph } from "./check-graph.ts";
import type { Graph } from "./graph.ts";

/** Areas under the curves of a ranking. */
export interface EdgeRanking {
  /** Area under the ROC curve: 1/2 for a ranking by chance. */
  readonly auroc: number;
  /** Area under the curve of precision against recall. */
  readonly aupr: number;
  /** `aupr` of a ranking by chance: the share of ordered pairs that are edges. */
  readonly chance: number;
}

/**
 * Scores a ranking of edges as the DREAM challenges did (Prill et al. 2010; Stolovitzky, Prill & Califano 2009). All ordered pairs
 * without the diagonal count. Between two points of the list, true edges come at a constant rate, so that precision is a hyperbola,
 * not a line. Edges of equal confidence are in any order, so they too come at a constant rate. What the challenges did with edges
 * that were not listed is the same: list them with confidence 0.
 * @param truth a graph; open edges count both ways
 * @param confidence [d, d] by rows, from row to column, in the order of the graph's names; higher is surer; the diagonal is not read
 * @throws ArgumentError for another number of confidences, one that is not a number, and a graph without edges or with all
 */
export const edgeRanking = (truth: Graph, confidence: ArrayLike<number>): EdgeRanking => {
  checkGraph("edgeRanking", truth);
  const d = truth.names.length;
  if (typeof confidence !== "object" || confidence === null || confidence.length !== d * d)
    throw new ArgumentError(
      `edgeRanking confidence: expected ${d * d} numbers, found ${showValue(confidence?.length ?? confidence)}`,
    );
  const pairs: number[] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      if (i === j) continue;
      if (!(typeof confidence[i * d + j] === "number") || Number.isNaN(confidence[i * d + j]))
        throw new ArgumentError(
          `edgeRanking confidence: expected a number from ${truth.names[i]} to ${truth.names[j]}, found ${showValue(confidence[i * d + j])}`,
        );
      pairs.push(i * d + j);
    }
  const total = pairs.length;
  const positives = pairs.reduce((sum, pair) => sum + truth.edges[pair]!, 0);
  const negatives = total - positives;
  if (positives === 0 || negatives === 0)
    throw new ArgumentError(
      `edgeRanking: expected a graph with some of its ${total} possible edges, found ${positives}`,
    );
  pairs.sort((a, b) => confidence[b]! - confidence[a]!);
  let [auroc, aupr, listed, hits] = [0, 0, 0, 0];
  for (let start = 0; start < total; ) {
    let [end, found] = [start, 0];
    while (end < total && confidence[pairs[end]!] === confidence[pairs[start]!]) found += truth.edges[pairs[end++]!]!;
    const count = end - start;
    // Integral of precision (hits + rate t) / (listed + t) over recall, t from 0 to count.
    const rate = found / count;
    const curve = listed === 0 ? 0 : (hits - rate * listed) * Math.log((listed + count) / listed);
    aupr += (rate * (rate * count + curve)) / positives;
    auroc += ((count - found) * (hits + found / 2)) / positives / negatives;
    listed += count;
    hits += found;
    start = end;
  }
  return { auroc, aupr, chance: positives / total };
};
