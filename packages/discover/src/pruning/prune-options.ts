/** What every pruning takes and gives. */
import { ArgumentError } from "@scorefield/core";
import { checkWhole } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import type { DiscoverProgress } from "../order/peel.ts";
import { numberColumns, standardColumn } from "../order/standard-columns.ts";
import { type Knowledge, type Rules, rulesOf } from "../search/knowledge.ts";

/** An edge that was tested. */
export interface TestedEdge {
  readonly from: string;
  readonly to: string;
  /** Probability of such a strength or a greater one where there is no such edge. */
  readonly pValue: number;
  /** Share of the variance that the other parents leave which this one explains. */
  readonly strength: number;
  /** Whether the graph has it. */
  readonly kept: boolean;
}

/** A graph out of an order. */
export interface PrunedGraph {
  readonly graph: Graph;
  /** Every edge that was tested, the surest first; of equal ones the first by name. */
  readonly edges: readonly TestedEdge[];
}

/** Options of every pruning. */
export interface PruneOptions {
  /** What is known: required edges are kept, forbidden ones and those against tiers are not tested. Default nothing. */
  readonly knowledge?: Knowledge | undefined;
  /** Largest p-value of an edge that is kept, in (0, 1). Default 0.001. */
  readonly level?: number;
  /** Of more variables that stand before one, this many that say most about it are tested. Default 20. */
  readonly mostParents?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DiscoverProgress) => void) | undefined;
}

/** The names of {@link PruneOptions}. */
export const pruneOptions = {
  knowledge: true,
  level: true,
  mostParents: true,
  signal: true,
  onProgress: true,
} as const;

/** What a pruning works on. Variables are sorted by name, so that nothing depends on the order of columns. */
export interface PruneTask {
  /** In ascending order. */
  readonly names: readonly string[];
  /** Standardised over all rows, each [n]. */
  readonly columns: readonly Float64Array[];
  readonly rules: Rules;
  /** Variables that may be causes of each, by the order and knowledge. */
  readonly candidates: readonly (readonly number[])[];
  /** Rows in which a variable was not set from outside. */
  rowsOf(variable: number): Int32Array;
}

/** @throws ArgumentError for an order that is not one of the observations' names, and as checks of options do */
export const pruneTask = (
  owner: string,
  observations: Observations,
  order: readonly string[],
  { knowledge, level = 0.001, mostParents = 20 }: PruneOptions,
): PruneTask => {
  const { names, rows: n, columns, targets, targetOf } = numberColumns(owner, observations, 20);
  if (!(level > 0 && level < 1)) throw new ArgumentError(`${owner} level: expected in (0, 1), found ${level}`);
  checkWhole(`${owner} mostParents`, mostParents);
  const d = names.length;
  if (!Array.isArray(order) || order.length !== d || names.some((name) => !order.includes(name)))
    throw new ArgumentError(
      `${owner} order: expected each of ${names.join(", ")} once, found ${Array.isArray(order) ? order.join(", ") : showValue(order)}`,
    );
  const rules = rulesOf(owner, knowledge, names);
  const places = names.map((name) => order.indexOf(name));
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      if (rules.required[i * d + j] && places[i]! > places[j]!)
        throw new ArgumentError(
          `${owner} order: expected causes first, found ${names[i]} after ${names[j]}, which it is required to cause`,
        );
  return {
    names,
    columns: columns.map((cells, j) => standardColumn(owner, names[j]!, cells)),
    rules,
    candidates: names.map((_, j) =>
      Array.from({ length: d }, (_, i) => i).filter((i) => places[i]! < places[j]! && rules.allowed[i * d + j]),
    ),
    rowsOf: (variable) =>
      Int32Array.from({ length: n }, (_, i) => i).filter((i) => !targets[targetOf[i]!]!.includes(variable)),
  };
};

/** The graph of the edges that are kept or required, over the caller's own names. */
export const prunedGraph = (
  names: readonly string[],
  { names: sorted, rules }: PruneTask,
  tested: readonly Omit<TestedEdge, "kept">[],
  level: number,
): PrunedGraph => {
  const numbers = new Map(sorted.map((name, index) => [name, index]));
  const isRequired = (from: string, to: string): boolean =>
    rules.required[numbers.get(from)! * sorted.length + numbers.get(to)!] === 1;
  const edges = tested
    .map((edge) => ({ ...edge, kept: edge.pValue <= level || isRequired(edge.from, edge.to) }))
    .sort((a, b) => a.pValue - b.pValue || b.strength - a.strength || (a.from + a.to < b.from + b.to ? -1 : 1));
  const places = new Map(names.map((name, index) => [name, index]));
  const entries = new Uint8Array(names.length ** 2);
  for (const { from, to, kept } of edges) if (kept) entries[places.get(from)! * names.length + places.get(to)!] = 1;
  return { graph: { names, edges: entries }, edges };
};
