/** How the distribution of one column differs in two sets, whatever its kind, missing cells included. */
import { setting } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { cellsOf, checkRowSets, isCategory, numberColumns } from "./cells.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricColumn } from "./metric-column.ts";
import { plainValue, type Statistic, statistic } from "./statistic.ts";

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * The largest difference of the distribution functions of two sets of numbers. A missing cell counts as greater than all
 * numbers, so that a wrong share of missing cells shows.
 */
const kolmogorovSmirnov = (a: Float64Array, b: Float64Array): Statistic => {
  const [n, m] = [a.length, b.length];
  const cells = new Float64Array(n + m);
  cells.set(a);
  cells.set(b, n);
  const order = Uint32Array.from(cells.keys()).filter((i) => !Number.isNaN(cells[i]!));
  order.sort((i, j) => cells[i]! - cells[j]!);
  return statistic([n, m], (countsA, countsB) => {
    const [allA, allB] = [total(countsA!), total(countsB!)];
    let [below, under, largest] = [0, 0, 0];
    for (let k = 0; k < order.length; k++) {
      const i = order[k]!;
      if (i < n) below += countsA![i]!;
      else under += countsB![i - n]!;
      if (k + 1 < order.length && cells[order[k + 1]!] === cells[i]) continue;
      largest = Math.max(largest, Math.abs(below / allA - under / allB));
    }
    return largest;
  });
};

/** Half the sum of the differences of the shares of levels. A missing cell is one more level. */
const totalVariation = (a: Float64Array, b: Float64Array, levels: number): Statistic => {
  const sums = (cells: Float64Array, counts: Float64Array): Float64Array => {
    const found = new Float64Array(levels + 1);
    for (let i = 0; i < cells.length; i++) found[Number.isNaN(cells[i]!) ? levels : cells[i]!]! += counts[i]!;
    return found;
  };
  return statistic([a.length, b.length], (countsA, countsB) => {
    const [left, right] = [sums(a, countsA!), sums(b, countsB!)];
    const [allA, allB] = [total(countsA!), total(countsB!)];
    let sum = 0;
    for (let level = 0; level <= levels; level++) sum += Math.abs(left[level]! / allA - right[level]! / allB);
    return sum / 2;
  });
};

const columnStatistic = (a: NdArray, b: NdArray, column: MetricColumn, j: number): Statistic =>
  isCategory(column)
    ? totalVariation(cellsOf(a, j), cellsOf(b, j), column.levels!.length)
    : kolmogorovSmirnov(cellsOf(a, j), cellsOf(b, j));

/**
 * The distance of each column's distributions in two sets, in [0, 1]: of numbers and ordered levels the two-sample
 * Kolmogorov-Smirnov distance, a missing cell counting as greater than all; of categories the total variation, a missing
 * cell being one more level.
 * @param a [n, d] @param b [m, d], with codes of levels, and NaN for missing cells
 * @throws ArgumentError for other values, and for another number of columns
 */
export const columnDistances = (a: NdArray, b: NdArray, columns: readonly MetricColumn[]): number[] => {
  checkRowSets("columnDistances", [a, b], columns);
  return columns.map((column, j) => plainValue(columnStatistic(a, b, column, j)));
};

/** Cells that are looked at in all replicates of a bootstrap, about: a few seconds. */
const mostWork = 6e7;
const fewestReplicates = 20;

/** The mean of {@link columnDistances} over all columns, as a metric of `assess`. */
export const marginalMetric = declareMetric({
  kind: "marginals",
  name: "marginalMetric",
  family: "single columns",
  title: "columns one by one",
  summary: "mean over columns of the distance of their distributions (Kolmogorov-Smirnov, total variation)",
  source: "Smirnov 1939; SDMetrics 2023 (column shapes, 1 minus this)",
  unit: "",
  good: "small",
  zero: "every column has the distribution of the real one",
  range: [0, 1],
  needs: "rows",
  settings: {
    worst: setting.boolean({ default: false, help: "the largest of all columns in place of their mean" }),
  },
  take: ({ own, columns: given }, { worst }) => {
    const columns = given ?? numberColumns(own.samples.shape[1]!);
    const cells = columns.length * (own.samples.shape[0]! + own.reference.shape[0]!);
    const replicates = Math.max(fewestReplicates, Math.min(200, Math.floor(mostWork / cells)));
    const compared = againstReference(own, (a, b) => {
      const parts = columns.map((column, j) => columnStatistic(a, b, column, j));
      return statistic(parts[0]!.sizes, (...counts) => {
        const values = parts.map((part) => part(...counts));
        return worst ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
      });
    });
    const taken = { ...compared, replicates };
    return worst ? { ...taken, name: "worst column", label: "the worst column" } : taken;
  },
});
