/** Whether cells are missing together as they are in real data. */
import type { NdArray } from "@scorefield/tensor";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricColumn } from "./metric-column.ts";
import { statistic } from "./statistic.ts";

/** A set of columns that are missing together: details of {@link missingPatternMetric}. */
export interface MissingPattern {
  /** Names of the columns that a row lacks; none for a complete row. */
  readonly columns: readonly string[];
  /** Shares of rows that lack these and no others. */
  readonly samples: number;
  readonly reference: number;
}

const listed = 20;

/** Which columns a row lacks, as a text: the same for rows that lack the same. */
const patternsOf = ({ data, shape: [n = 0, d = 0] }: NdArray): string[] =>
  Array.from({ length: n }, (_, i) => {
    const lacks: number[] = [];
    for (let j = 0; j < d; j++) if (Number.isNaN(Number(data[i * d + j]))) lacks.push(j);
    return lacks.join();
  });

const sharesOf = (patterns: readonly string[], counts: ArrayLike<number>): Map<string, number> => {
  const sums = new Map<string, number>();
  let all = 0;
  for (const [i, pattern] of patterns.entries()) {
    sums.set(pattern, (sums.get(pattern) ?? 0) + counts[i]!);
    all += counts[i]!;
  }
  for (const [pattern, sum] of sums) sums.set(pattern, sum / all);
  return sums;
};

const differences = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number => {
  let sum = 0;
  for (const [pattern, share] of a) sum += Math.abs(share - (b.get(pattern) ?? 0));
  for (const [pattern, share] of b) if (!a.has(pattern)) sum += share;
  return sum / 2;
};

const named = (pattern: string, columns: readonly MetricColumn[]): string[] =>
  pattern === "" ? [] : pattern.split(",").map((j) => columns[Number(j)]!.name);

/**
 * The total variation between the patterns of missing cells of samples and real rows, in [0, 1]. A pattern is the set of
 * columns that a row lacks. It is left out where no row lacks any.
 */
export const missingPatternMetric = declareMetric({
  kind: "missing-patterns",
  name: "missingPatternMetric",
  family: "single columns",
  title: "missing cells",
  summary: "total variation between the sets of columns that rows lack",
  source: "Rubin 1976 (patterns of missing data)",
  unit: "",
  good: "small",
  zero: "cells are missing as often, and together, as in real data",
  range: [0, 1],
  needs: "rows",
  settings: {},
  take: ({ own, columns }) => {
    if (!columns) return undefined;
    const once = { length: Math.max(own.samples.shape[0]!, own.reference.shape[0]!) };
    const ones = Array.from(once, () => 1);
    const [samples, reference] = [own.samples, own.reference].map((rows) => sharesOf(patternsOf(rows), ones));
    const all = [...new Set([...samples!.keys(), ...reference!.keys()])];
    if (all.every((pattern) => pattern === "")) return undefined;
    const details: MissingPattern[] = all
      .map((pattern) => ({
        columns: named(pattern, columns),
        samples: samples!.get(pattern) ?? 0,
        reference: reference!.get(pattern) ?? 0,
      }))
      .sort((a, b) => b.reference - a.reference || b.samples - a.samples)
      .slice(0, listed);
    return {
      ...againstReference(own, (a, b) => {
        const [left, right] = [patternsOf(a), patternsOf(b)];
        return statistic([left.length, right.length], (countsA, countsB) =>
          differences(sharesOf(left, countsA!), sharesOf(right, countsB!)),
        );
      }),
      details,
    };
  },
});
