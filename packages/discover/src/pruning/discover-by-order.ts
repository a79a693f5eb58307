import { ArgumentError } from "@scorefield/core";
import { checkCount, checkOptions, checkPositive, type Known } from "@scorefield/core/internal";
import type { Runtime } from "@scorefield/tensor";
import type { Observations } from "../graph/observations.ts";
import { diffanOrder } from "../order/diffan-order.ts";
import { noGamOrder } from "../order/nogam-order.ts";
import type { CausalOrder, DiscoverProgress } from "../order/peel.ts";
import { scoreOrder } from "../order/score-order.ts";
import type { Knowledge } from "../search/knowledge.ts";
import { pruneBySplines } from "./prune-by-splines.ts";
import { pruneByTrees } from "./prune-by-trees.ts";
import type { PrunedGraph } from "./prune-options.ts";

/** Options of {@link discoverByOrder}. */
export interface DiscoverByOrderOptions {
  /** How variables are ordered: SCORE, NoGAM or DiffAN. Default `score`. */
  readonly method?: "score" | "nogam" | "diffan";
  /** How edges are found: additive splines or boosted trees. Default `splines`. */
  readonly pruning?: "splines" | "trees";
  readonly knowledge?: Knowledge | undefined;
  /** Largest p-value of an edge that is kept, in (0, 1). Default 0.001. */
  readonly level?: number;
  /** Of what is drawn. Default 0. */
  readonly seed?: number;
  /** Of `diffan`: time after which no further network is trained. Default no limit. */
  readonly minutes?: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  /** Leaves taken and variables pruned, out of about twice the number of variables. */
  readonly onProgress?: ((progress: DiscoverProgress) => void) | undefined;
}

const known = {
  method: true,
  pruning: true,
  knowledge: true,
  level: true,
  seed: true,
  minutes: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<DiscoverByOrderOptions>;

/** A graph by an order, with that order. */
export interface OrderedGraph extends PrunedGraph, CausalOrder {}

/**
 * Discovers a graph by an order of variables and a pruning of its edges, such as SCORE with additive splines.
 *
 *     const { graph, order, edges } = await discoverByOrder(observations, { method: "nogam", signal });
 *
 * @throws ArgumentError for observations or options that do not fit; the signal's reason when aborted
 */
export const discoverByOrder = async (
  observations: Observations,
  options: DiscoverByOrderOptions = {},
): Promise<OrderedGraph> => {
  checkOptions("discoverByOrder", options, known);
  const { method = "score", pruning = "splines", level = 0.001, seed = 0, minutes } = options;
  const { knowledge, signal, runtime, onProgress } = options;
  if (!["score", "nogam", "diffan"].includes(method))
    throw new ArgumentError(`discoverByOrder method: expected score, nogam or diffan, found ${method}`);
  if (!["splines", "trees"].includes(pruning))
    throw new ArgumentError(`discoverByOrder pruning: expected splines or trees, found ${pruning}`);
  if (!(level > 0 && level < 1)) throw new ArgumentError(`discoverByOrder level: expected in (0, 1), found ${level}`);
  checkCount("discoverByOrder seed", seed);
  if (minutes !== undefined) checkPositive("discoverByOrder minutes", minutes);
  let before = 0;
  const common = {
    knowledge,
    signal,
    onProgress: ({ done, total }: DiscoverProgress) =>
      onProgress?.({ done: before + done, total: before || total * 2 + 1 }),
  };
  const ordering = { ...common, seed };
  const found =
    method === "score"
      ? await scoreOrder(observations, ordering)
      : method === "nogam"
        ? await noGamOrder(observations, ordering)
        : await diffanOrder(observations, { ...ordering, runtime, ...(minutes !== undefined && { minutes }) });
  const d = observations.names.length;
  before = d - 1;
  const ofPruning = {
    ...common,
    level,
    onProgress: ({ done }: DiscoverProgress) => onProgress?.({ done: before + done, total: 2 * d - 1 }),
  };
  const pruned =
    pruning === "splines"
      ? await pruneBySplines(observations, found.order, ofPruning)
      : await pruneByTrees(observations, found.order, { ...ofPruning, seed });
  return { ...found, ...pruned };
};
