/** What would happen to all variables if some were set from outside. */
import { ArgumentError } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkGraph, checkSameNames, edgesInOrder, variableOf } from "../graph/check-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import { directedWays } from "../graph/open-components.ts";
import { orderOf } from "../graph/topological-order.ts";
import { columnsOf } from "../score/columns.ts";
import { momentsOf, scaleOf } from "../score/moments.ts";
import { drawRegression, type Regression, regress } from "./linear-posterior.ts";
import { pace } from "./pace.ts";
import { randomStream } from "./random-stream.ts";

export interface InterventionOptions {
  /** Values of the variables that are set, in units of the observations: `{ A: 0 }` knocks A out. */
  readonly set: Readonly<Record<string, number>>;
  /** Draws of the parameters for each DAG, at least 100. Default 2,000. */
  readonly draws?: number;
  /** DAGs of a graph with open edges, at most. Default 100. */
  readonly graphs?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

const known = {
  set: true,
  draws: true,
  graphs: true,
  seed: true,
  signal: true,
} satisfies Known<InterventionOptions>;

/** What is predicted of a variable, in units of the observations. */
export interface InterventionPrediction {
  readonly name: string;
  /** Its expectation under the intervention; over several DAGs, their mean. */
  readonly mean: number;
  /** Least and greatest expectation over the DAGs of the graph: equal where all edges are directed. */
  readonly range: readonly [number, number];
  /** 90 % interval of the expectation; over several DAGs, from the least to the greatest. */
  readonly interval: readonly [number, number];
  /** 90 % interval of a new row. */
  readonly rows: readonly [number, number];
}

const quantile = (sorted: Float64Array, share: number): number => {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
};

const checkSet = (set: InterventionOptions["set"], names: readonly string[]): Map<number, number> => {
  if (typeof set !== "object" || set === null || Array.isArray(set) || Object.keys(set).length === 0)
    throw new ArgumentError(
      `predictIntervention set: expected values by name such as { A: 0 }, found ${showValue(set)}`,
    );
  return new Map(
    Object.entries(set).map(([name, value]) => {
      if (typeof value !== "number" || !Number.isFinite(value))
        throw new ArgumentError(`predictIntervention set ${name}: expected a finite number, found ${showValue(value)}`);
      return [variableOf("predictIntervention set", names, name), value];
    }),
  );
};

/**
 * The means of all variables when some are set from outside, by a linear Gaussian model of the graph: set variables lose their causes, and
 * changes follow the edges (Pearl 2009, section 3.2). Intervals are 90 % credible ones under the prior 1 / sigma^2 of each regression.
 * Rows in which a variable was set from outside say nothing of its causes and are left out of its regression.
 *
 * Where edges are open, every DAG of the graph gives a prediction (IDA: Maathuis, Kalisch & Buhlmann 2009), and the ranges go from the
 * least to the greatest.
 * @returns a prediction for each variable, in the order of the observations
 * @throws ArgumentError for categories, unknown names, fewer rows than a variable's causes need, and a graph with more DAGs than `graphs`
 */
export const predictIntervention = async (
  graph: Graph,
  observations: Observations,
  options: InterventionOptions,
): Promise<InterventionPrediction[]> => {
  const name = "predictIntervention";
  checkGraph(name, graph);
  const { names, shown, columns, levels } = columnsOf(name, observations);
  checkSameNames(name, graph, { names, edges: new Uint8Array(0) });
  checkOptions(name, options, known);
  const { set, draws = 2000, graphs = 100, seed = 0, signal } = options;
  checkWhole(`${name} draws`, draws);
  checkWhole(`${name} graphs`, graphs);
  checkCount(`${name} seed`, seed);
  if (draws < 100) throw new ArgumentError(`${name} draws: expected at least 100, found ${draws}`);
  const category = levels.findIndex((count) => count > 0);
  if (category >= 0)
    throw new ArgumentError(`${name}: expected numbers, found categories of ${names[category]}; leave it out`);
  const d = names.length;
  const edges = edgesInOrder(graph, names);
  const given = checkSet(set, names);
  const scales = columns.map(scaleOf);
  const fixed = new Map(
    [...given].map(([at, value]) => {
      const { mean, deviation } = scales[at]!;
      return [at, deviation === 0 ? 0 : (value - mean) / deviation];
    }),
  );
  const moments = momentsOf(name, observations);
  const ways = directedWays(name, edges, d, [...names.keys()], graphs);
  const steps = pace(signal);
  const found: { mean: number; interval: [number, number]; rows: [number, number] }[][] = [];
  for (const way of ways) {
    const order = orderOf(way, d);
    if (order.length < d) throw new ArgumentError(`${name}: expected a graph without cycles, found one with a cycle`);
    const regressions = names.map((_, j): Regression | undefined => {
      if (fixed.has(j)) return undefined;
      const parents = [...names.keys()].filter((i) => way[i * d + j]);
      return regress(name, moments, j, parents);
    });
    const center = new Float64Array(d);
    for (const j of order) {
      const one = regressions[j];
      center[j] = one
        ? one.parents.reduce((sum, p, k) => sum + one.slopes[k]! * (center[p]! - one.parentMeans[k]!), one.mean)
        : fixed.get(j)!;
    }
    const random = randomStream(seed, "sampler");
    const means = names.map(() => new Float64Array(draws));
    const rows = names.map(() => new Float64Array(draws));
    for (let k = 0; k < draws; k++) {
      if (k % 64 === 0) await steps.turn(k, draws);
      for (const j of order) {
        const one = regressions[j];
        if (!one) {
          means[j]![k] = rows[j]![k] = fixed.get(j)!;
          continue;
        }
        const draw = drawRegression(one, random);
        let [mean, row] = [draw.mean, draw.mean];
        for (const [i, parent] of one.parents.entries()) {
          mean += draw.slopes[i]! * (means[parent]![k]! - one.parentMeans[i]!);
          row += draw.slopes[i]! * (rows[parent]![k]! - one.parentMeans[i]!);
        }
        means[j]![k] = mean;
        rows[j]![k] = row + draw.deviation * draw.noise;
      }
    }
    const back = (j: number, value: number) => given.get(j) ?? scales[j]!.mean + scales[j]!.deviation * value;
    const interval = (j: number, values: Float64Array): [number, number] => {
      const sorted = values.sort();
      return [back(j, quantile(sorted, 0.05)), back(j, quantile(sorted, 0.95))];
    };
    found.push(
      names.map((_, j) => ({
        mean: back(j, center[j]!),
        interval: interval(j, means[j]!),
        rows: interval(j, rows[j]!),
      })),
    );
  }
  const hull = (pairs: readonly (readonly [number, number])[]): [number, number] => [
    Math.min(...pairs.map(([low]) => low)),
    Math.max(...pairs.map(([, high]) => high)),
  ];
  return shown.map((word) => {
    const all = found.map((way) => way[names.indexOf(word)]!);
    return {
      name: word,
      mean: all.reduce((sum, { mean }) => sum + mean, 0) / all.length,
      range: hull(all.map(({ mean }) => [mean, mean])),
      interval: hull(all.map((one) => one.interval)),
      rows: hull(all.map((one) => one.rows)),
    };
  });
};
