/** Series as rows whose causes lie in earlier rows. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkGraph, checkNames } from "../graph/check-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import { columnsOf } from "../score/columns.ts";
import type { Knowledge, NamedEdge } from "./knowledge.ts";

export interface LagOptions {
  /** Rows back that causes may lie. Default 1. */
  readonly lags?: number;
  /** Whether a variable may be a cause of another in the same row. Default false. */
  readonly sameTime?: boolean;
}

const known = { lags: true, sameTime: true } satisfies Known<LagOptions>;

/** Rows with their past, and what is known of them: nothing has an effect on what was before. */
export interface Lagged {
  readonly observations: Observations;
  readonly knowledge: Knowledge;
}

/** The name of a variable some rows back: "a" itself for 0, else "a[t-1]". */
const lagName = (name: string, lag: number): string => (lag === 0 ? name : `${name}[t-${lag}]`);

/**
 * Series as rows with their past, so that any search finds a dynamic network (Dean & Kanazawa 1989; Murphy 2002, section 2.2): a row holds
 * the variables at time t and, as "a[t-1]", those of rows before it. The knowledge forbids edges into the past, and edges within the
 * past, which other rows tell. Without `sameTime` it forbids edges within a row, too; then every search that looks at each variable
 * alone is exact. Rows of one series are never the past of another's. `targets` of a row hold for time t.
 * @param series one or more, each with its rows in order at equal steps, all of the same variables in the same order
 * @throws ArgumentError for series of other variables, series that are not longer than the lags, and options out of range
 */
export const withLags = (series: Observations | readonly Observations[], options: LagOptions = {}): Lagged => {
  checkOptions("withLags", options, known);
  const { lags = 1, sameTime = false } = options;
  checkWhole("withLags lags", lags);
  const all = (Array.isArray(series) ? series : [series]) as readonly Observations[];
  const [first] = all;
  if (first === undefined) throw new ArgumentError("withLags: expected at least one series, found none");
  for (const one of all) columnsOf("withLags", one, lags + 1);
  const { names, categories } = first;
  const d = names.length;
  for (const one of all)
    if (one.names.join("\n") !== names.join("\n"))
      throw new ArgumentError(`withLags: expected series of ${names.join(", ")}, found ${one.names.join(", ")}`);
  const lagged = Array.from({ length: lags + 1 }, (_, lag) => names.map((name) => lagName(name, lag)));
  checkNames("withLags names", lagged.flat());
  const rows: Float64Array[] = [];
  const targets: (readonly number[])[] = [];
  for (const one of all)
    for (let t = lags; t < one.values.length / d; t++) {
      const row = new Float64Array((lags + 1) * d);
      for (let lag = 0; lag <= lags; lag++) row.set(one.values.subarray((t - lag) * d, (t - lag + 1) * d), lag * d);
      rows.push(row);
      targets.push(one.targets?.[t] ?? []);
    }
  const values = new Float64Array(rows.length * (lags + 1) * d);
  for (const [i, row] of rows.entries()) values.set(row, i * row.length);
  const [now = [], ...past] = lagged;
  const forbidden: NamedEdge[] = [];
  const forbid = (from: readonly string[], to: readonly string[]): void => {
    for (const a of from) for (const b of to) if (a !== b) forbidden.push({ from: a, to: b });
  };
  forbid(past.flat(), past.flat());
  if (!sameTime) forbid(now, now);
  return {
    observations: {
      names: lagged.flat(),
      values,
      ...(categories ? { categories: lagged.flatMap(() => categories) } : {}),
      ...(all.some((one) => one.targets) ? { targets } : {}),
    },
    knowledge: { tiers: [past.flat(), now], forbidden },
  };
};

/**
 * The graph of variables whatever their lags: an edge stands where any lag has one. Effects of a variable's own past are left out, as no
 * edge joins a variable to itself.
 * @param graph of rows with their past, as from {@link withLags}
 * @throws ArgumentError for what is no such graph
 */
export const withoutLags = (graph: Graph): Graph => {
  checkGraph("withoutLags", graph);
  const pastOf = (name: string): string => {
    const at = name.lastIndexOf("[t-");
    return at > 0 && name.endsWith("]") ? name.slice(0, at) : name;
  };
  const names = graph.names.filter((name) => pastOf(name) === name);
  const places = graph.names.map((name) => names.indexOf(pastOf(name)));
  const unknown = places.indexOf(-1);
  if (unknown >= 0)
    throw new ArgumentError(
      `withoutLags: expected ${pastOf(graph.names[unknown]!)} beside ${showValue(graph.names[unknown])}, found it missing`,
    );
  const d = names.length;
  const edges = new Uint8Array(d * d);
  const width = graph.names.length;
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++)
      if (graph.edges[i * width + j] && places[i] !== places[j]) edges[places[i]! * d + places[j]!] = 1;
  return { names, edges };
};
