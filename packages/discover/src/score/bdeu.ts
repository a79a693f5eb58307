/** The Bayesian score of graphs of categories. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkPositive, type Known, logGamma } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { columnsOf, excludedBy } from "./columns.ts";
import { remembering, type Score } from "./score.ts";

export interface BdeuOptions {
  /** Rows that the prior is worth. Positive, default 1. */
  readonly sampleSize?: number;
}

const known = { sampleSize: true } satisfies Known<BdeuOptions>;

/**
 * The marginal likelihood of a graph of categories under a uniform Dirichlet prior, BDeu (Buntine 1991; Heckerman, Geiger & Chickering
 * 1995, equation 28 with uniform weights). Numbers are refused: {@link discretise} makes categories of them. Rows in which a variable
 * was set from outside are left out of its local score (Cooper & Yoo 1999).
 * @throws ArgumentError for numbers, for codes without a level, and for options out of range
 */
export const bdeu = (observations: Observations, options: BdeuOptions = {}): Score => {
  checkOptions("bdeu", options, known);
  const { sampleSize = 1 } = options;
  checkPositive("bdeu sampleSize", sampleSize);
  const { names, shown, rows, columns, levels, targets, targetOf } = columnsOf("bdeu", observations);
  const number = levels.indexOf(0);
  if (number >= 0)
    throw new ArgumentError(
      `bdeu: expected categories, found numbers of ${names[number]}; discretise makes categories`,
    );
  const used = names.map((_, variable) => {
    const excluded = excludedBy(targets, variable);
    return Int32Array.from(targetOf.keys()).filter((i) => !excluded?.[targetOf[i]!]);
  });
  const local = (variable: number, parents: readonly number[]): number => {
    const own = columns[variable]!;
    const count = levels[variable]!;
    const configurations = parents.reduce((product, parent) => product * levels[parent]!, 1);
    const all = sampleSize / configurations;
    const each = all / count;
    // Only combinations that occur say something. They are numbered as they come; sums are over sorted numbers.
    const places = new Map<number, number>();
    const codes: number[] = [];
    let counts = new Int32Array(64 * count);
    for (const i of used[variable]!) {
      let code = 0;
      for (const parent of parents) code = code * levels[parent]! + columns[parent]![i]!;
      let place = places.get(code);
      if (place === undefined) {
        place = codes.push(code) - 1;
        places.set(code, place);
        if ((place + 1) * count > counts.length) {
          const longer = new Int32Array(2 * counts.length + count);
          longer.set(counts);
          counts = longer;
        }
      }
      counts[place * count + own[i]!]!++;
    }
    let sum = 0;
    for (const place of [...codes.keys()].sort((a, b) => codes[a]! - codes[b]!)) {
      let total = 0;
      for (let k = 0; k < count; k++) {
        const n = counts[place * count + k]!;
        if (n > 0) sum += logGamma(each + n) - logGamma(each);
        total += n;
      }
      sum += logGamma(all) - logGamma(all + total);
    }
    return sum;
  };
  return { kind: "bdeu", names, shown, rows, targets, equivalent: true, local: remembering(names.length, local) };
};
