import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, fTail, type Known } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { turn } from "../order/peel.ts";
import { mostFunctions } from "./orthonormal-splines.ts";
import {
  type PrunedGraph,
  type PruneOptions,
  prunedGraph,
  pruneOptions,
  pruneTask,
  type TestedEdge,
} from "./prune-options.ts";
import { chooseCandidates, partialTests, type SplineDesign, splineDesign } from "./spline-design.ts";

/** Options of {@link pruneBySplines}. */
export interface PruneBySplinesOptions extends PruneOptions {
  /**
   * Functions of each parent, the linear one among them, 1 to 6. 1 is linear regression. Default 6, or fewer where rows are few: three
   * rows at least for each function.
   */
  readonly functions?: number;
}

const known = { ...pruneOptions, functions: true } satisfies Known<PruneBySplinesOptions>;

/**
 * Finds the edges of an order by additive regression on cubic splines, as CAM does (Buhlmann, Peters & Ernest 2014, section 3.3):
 * a variable is regressed on those before it, and a parent whose functions say little more than chance is left out, by a partial
 * F test. With Gaussian noise and additive effects its p-values are exact. Many variables are thinned out first by boosting.
 * Rows in which a variable was set from outside say nothing of its causes and are left out for it.
 *
 *     const { graph, edges } = await pruneBySplines(observations, order, { level: 0.001 });
 *
 * @param order names, causes first @returns the graph, and every tested edge with its p-value
 * @throws ArgumentError for observations, an order or options that do not fit; the signal's reason when aborted
 */
export const pruneBySplines = async (
  observations: Observations,
  order: readonly string[],
  options: PruneBySplinesOptions = {},
): Promise<PrunedGraph> => {
  const owner = "pruneBySplines";
  checkOptions(owner, options, known);
  const { level = 0.001, mostParents = 20, functions, signal, onProgress } = options;
  if (functions !== undefined) checkWhole(`${owner} functions`, functions);
  if (functions !== undefined && functions > mostFunctions)
    throw new ArgumentError(`${owner} functions: expected at most ${mostFunctions}, found ${functions}`);
  const task = pruneTask(owner, observations, order, options);
  const { names, columns, candidates } = task;
  const d = names.length;
  const tested: Omit<TestedEdge, "kept">[] = [];
  const whole = columns[0]!.length;
  const parentsAtMost = Math.min(mostParents, d - 1);
  let shared: SplineDesign | undefined;
  for (let j = 0; j < d; j++) {
    await turn();
    signal?.throwIfAborted();
    const rows = task.rowsOf(j);
    const each =
      functions ?? Math.max(1, Math.min(mostFunctions, Math.floor(rows.length / (3 * Math.max(1, parentsAtMost)))));
    if (candidates[j]!.length > 0) {
      const design =
        rows.length === whole ? (shared ??= splineDesign(columns, rows, each)) : splineDesign(columns, rows, each);
      const sides = design.sidesOf(j);
      const required = candidates[j]!.filter((i) => task.rules.required[i * d + j]);
      const chosen = new Set([...required, ...chooseCandidates(design, sides, candidates[j]!, mostParents)]);
      const parents = [...chosen].sort((a, b) => a - b);
      const tests = partialTests(design, sides, design.varianceOf(j), parents);
      if (!tests)
        throw new ArgumentError(
          `${owner}: expected more rows than functions of the ${parents.length} parents of ${names[j]}, found ${rows.length} rows; take fewer functions or mostParents`,
        );
      for (const [k, { f, above, below, strength }] of tests.entries())
        tested.push({ from: names[parents[k]!]!, to: names[j]!, pValue: fTail(f, above, below), strength });
    }
    onProgress?.({ done: j + 1, total: d });
  }
  return prunedGraph(observations.names, task, tested, level);
};
