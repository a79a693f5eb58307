/** Numbers as categories. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Observations } from "../graph/observations.ts";
import { columnsOf } from "./columns.ts";

export interface DiscretiseOptions {
  /** Levels of each number, 2 to 100. Default 3. */
  readonly levels?: number;
}

const known = { levels: true } satisfies Known<DiscretiseOptions>;

/**
 * Observations whose numbers are categories: each column is cut at its quantiles, so that levels hold about equally many rows. Equal
 * numbers have the same level. A column with few values has fewer levels. Categories stay as they are.
 * @throws ArgumentError for values that are not finite and for levels out of range
 */
export const discretise = (observations: Observations, options: DiscretiseOptions = {}): Observations => {
  checkOptions("discretise", options, known);
  const { levels = 3 } = options;
  if (!Number.isInteger(levels) || levels < 2 || levels > 100)
    throw new ArgumentError(`discretise levels: expected a whole number from 2 to 100, found ${showValue(levels)}`);
  columnsOf("discretise", observations);
  const { names, values } = observations;
  const d = names.length;
  const rows = values.length / d;
  const coded = values.slice();
  const categories = names.map((_, j) => {
    const given = observations.categories?.[j] ?? 0;
    if (given > 0) return given;
    const column = Float64Array.from({ length: rows }, (_, i) => values[i * d + j]!);
    const sorted = column.slice().sort();
    const cuts = new Set<number>();
    for (let k = 1; k < levels; k++) cuts.add(sorted[Math.floor((k * rows) / levels)]!);
    // A value belongs above the cuts that it reaches; the least value is no cut.
    const above = [...cuts].filter((cut) => cut > sorted[0]!).sort((a, b) => a - b);
    for (let i = 0; i < rows; i++) {
      let level = 0;
      while (level < above.length && column[i]! >= above[level]!) level++;
      coded[i * d + j] = level;
    }
    return above.length + 1;
  });
  return { ...observations, values: coded, categories };
};
