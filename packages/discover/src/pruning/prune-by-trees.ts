import { boostedTrees } from "@scorefield/assess";
import { permutation } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known, tTail } from "@scorefield/core/internal";
import { ndarray } from "@scorefield/tensor";
import type { Observations } from "../graph/observations.ts";
import { turn } from "../order/peel.ts";
import {
  type PrunedGraph,
  type PruneOptions,
  prunedGraph,
  pruneOptions,
  pruneTask,
  type TestedEdge,
} from "./prune-options.ts";
import { chooseCandidates, splineDesign } from "./spline-design.ts";

/** Options of {@link pruneByTrees}. */
export interface PruneByTreesOptions extends PruneOptions {
  /** Trees of each regression. Default 80. */
  readonly rounds?: number;
  /** Splits from the root to a leaf, at most. Default 3. */
  readonly depth?: number;
  /** Of how rows are cut in two. Default 0. */
  readonly seed?: number;
}

const known = { ...pruneOptions, rounds: true, depth: true, seed: true } satisfies Known<PruneByTreesOptions>;

/** How rows are predicted that the trees did not see. */
interface HeldOut {
  /** Squared errors of all rows. */
  readonly errors: Float64Array;
  /** Which columns any tree has split. */
  readonly used: readonly boolean[];
}

/**
 * Finds the edges of an order by boosted trees, which see effects that work together: a variable is predicted from those before
 * it, on rows that the trees did not see, with each of them and without. A parent without which the error does not rise is left
 * out. The p-value is of a paired t test on the rows' squared errors. It is approximate, since rows share their trees.
 *
 *     const { graph } = await pruneByTrees(observations, order, { level: 0.01 });
 *
 * @param order names, causes first @returns the graph, and every tested edge with its p-value
 * @throws ArgumentError for observations, an order or options that do not fit; the signal's reason when aborted
 */
export const pruneByTrees = async (
  observations: Observations,
  order: readonly string[],
  options: PruneByTreesOptions = {},
): Promise<PrunedGraph> => {
  const owner = "pruneByTrees";
  checkOptions(owner, options, known);
  const { level = 0.001, mostParents = 20, rounds = 80, depth = 3, seed = 0, signal, onProgress } = options;
  for (const [option, value] of Object.entries({ rounds, depth })) checkWhole(`${owner} ${option}`, value);
  checkCount(`${owner} seed`, seed);
  const task = pruneTask(owner, observations, order, options);
  const { names, columns, candidates } = task;
  const d = names.length;

  const heldOut = (rows: Int32Array, target: number, parents: readonly number[]): HeldOut => {
    const n = rows.length;
    const drawn = permutation(n, { seed, purpose: "held-out" }).data;
    const halves = [drawn.subarray(0, n >> 1), drawn.subarray(n >> 1)] as const;
    const errors = new Float64Array(n);
    const used = parents.map(() => false);
    const table = (half: Int32Array) =>
      ndarray(
        Float64Array.from(
          { length: half.length * parents.length },
          (_, at) => columns[parents[at % parents.length]!]![rows[half[Math.floor(at / parents.length)]!]!]!,
        ),
        [half.length, parents.length],
      );
    for (const [seen, unseen] of [halves, [halves[1], halves[0]] as const]) {
      const targets = Float64Array.from(seen, (place) => columns[target]![rows[place]!]!);
      const trees =
        parents.length > 0
          ? boostedTrees(table(seen), targets, { objective: "squares", rounds, depth, smallestLeaf: 5 })
          : undefined;
      const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
      const predicted = trees?.predict(table(unseen)).data;
      for (const [k, place] of unseen.entries())
        errors[place] = (columns[target]![rows[place]!]! - (predicted?.[k] ?? mean)) ** 2;
      for (const [k, gain] of trees?.gains.entries() ?? []) used[k] ||= gain > 0;
    }
    return { errors, used };
  };

  const tested: Omit<TestedEdge, "kept">[] = [];
  for (let j = 0; j < d; j++) {
    const rows = task.rowsOf(j);
    const required = candidates[j]!.filter((i) => task.rules.required[i * d + j]);
    let parents = [...candidates[j]!];
    if (parents.length > mostParents) {
      const design = splineDesign(columns, rows, 4);
      const chosen = chooseCandidates(design, design.sidesOf(j), parents, mostParents);
      parents = [...new Set([...required, ...chosen])].sort((a, b) => a - b);
    }
    const all = parents.length > 0 ? heldOut(rows, j, parents) : undefined;
    for (const [k, parent] of parents.entries()) {
      await turn();
      signal?.throwIfAborted();
      const ends = { from: names[parent]!, to: names[j]! };
      if (!all!.used[k]) {
        tested.push({ ...ends, pValue: 1, strength: 0 });
        continue;
      }
      const without = heldOut(
        rows,
        j,
        parents.filter((other) => other !== parent),
      ).errors;
      const n = rows.length;
      const rises = without.map((error, i) => error - all!.errors[i]!);
      const mean = rises.reduce((sum, value) => sum + value, 0) / n;
      const variance = rises.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
      const total = without.reduce((sum, value) => sum + value, 0) / n;
      const t = variance > 0 ? mean / Math.sqrt(variance / n) : 0;
      tested.push({ ...ends, pValue: tTail(t, n - 1), strength: Math.max(0, mean / total) });
    }
    onProgress?.({ done: j + 1, total: d });
  }
  return prunedGraph(observations.names, task, tested, level);
};
