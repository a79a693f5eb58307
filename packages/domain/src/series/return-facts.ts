/** Stylised facts of windows of returns, drawn ones beside real ones. */
import { type StylisedFacts, stylisedFactNames, stylisedFacts } from "@scorefield/assess";
import type { FloatType, NdArray } from "@scorefield/tensor";

/** A fact of a series, of each set of windows. */
export interface ReturnFact {
  readonly series: string;
  readonly fact: keyof StylisedFacts;
  readonly samples: number;
  /** Of windows that the model was trained on, and of others. */
  readonly training?: number;
  readonly heldOut?: number;
}

/** Facts need so many returns. */
const fewest = 200;

/** Steps that facts look back or add up, of those that need more than one. */
const reaches: { readonly [fact in keyof StylisedFacts]?: number } = {
  kurtosis5: 5,
  kurtosis20: 20,
  memory5: 5,
  memory20: 20,
  clusters5: 5,
  clusters20: 20,
  clusters100: 100,
  leverage: 10,
};

/** Returns of one series, window after window, of windows that lack none. */
const returnsOf = ({ data, shape }: NdArray<FloatType>, series: number): Float64Array => {
  const [n = 0, channels = 1, length = 1] = shape;
  const kept: number[] = [];
  for (let i = 0; i < n; i++) {
    const from = (i * channels + series) * length;
    const own = data.subarray(from, from + length);
    if (!own.some(Number.isNaN)) for (const value of own) kept.push(Number(value));
  }
  return Float64Array.from(kept);
};

/**
 * Facts of windows that are put one after the other, so memory ends at their borders in real ones as in drawn ones. Those that look
 * further than half a window are left out, and so is a set of fewer than 200 returns.
 * @param sets windows [n, channels, length] of returns
 * @param names of the series, the first channels
 */
export const returnFacts = (
  sets: {
    readonly samples: NdArray<FloatType>;
    readonly training?: NdArray<FloatType> | undefined;
    readonly heldOut?: NdArray<FloatType> | undefined;
  },
  names: readonly string[],
): ReturnFact[] => {
  const length = sets.samples.shape[2] ?? 1;
  return names.flatMap((series, j) => {
    const factsOf = (windows: NdArray<FloatType> | undefined): StylisedFacts | undefined => {
      const returns = windows && returnsOf(windows, j);
      return returns && returns.length >= fewest ? stylisedFacts(returns) : undefined;
    };
    const [samples, training, heldOut] = [factsOf(sets.samples), factsOf(sets.training), factsOf(sets.heldOut)];
    if (!samples) return [];
    return stylisedFactNames
      .filter((fact) => 2 * (reaches[fact] ?? 1) <= length)
      .map((fact) => ({
        series,
        fact,
        samples: samples[fact],
        ...(training && { training: training[fact] }),
        ...(heldOut && { heldOut: heldOut[fact] }),
      }));
  });
};

/** Series whose facts are written out for people. */
const mostSaid = 4;

/** Facts in words, a sentence for each of the first series. */
export const factSentences = (facts: readonly ReturnFact[]): string[] =>
  [...new Set(facts.map(({ series }) => series))].slice(0, mostSaid).map((name) => {
    const own = facts.filter(({ series }) => series === name);
    const said = own.map(({ fact, samples, training, heldOut }) => {
      const real = [training, heldOut].filter((value) => value !== undefined).map((value) => value.toPrecision(3));
      return `${fact} ${samples.toPrecision(3)}${real.length > 0 ? ` (${real.join(", ")})` : ""}`;
    });
    const { training, heldOut } = own[0]!;
    const of = [training !== undefined && "training windows", heldOut !== undefined && "others"].filter(Boolean);
    return `Stylised facts of returns of ${name}${of.length > 0 ? `, and in brackets of ${of.join(" and of ")}` : ""}: ${said.join(", ")}.`;
  });
