/** Variables in logarithms, as is usual for expression and other amounts. */
import type { Observations } from "@scorefield/discover";
import { UsageError } from "../errors.ts";

/** Observations in logarithms, and what a value of a variable becomes. */
export interface Logarithms {
  readonly observations: Observations;
  of(name: string, value: number): number;
}

/** Logarithms of all numbers; of a column with zeros, of one more. @throws UsageError for negative numbers */
export const withLogarithms = (observations: Observations): Logarithms => {
  const { names, values, categories } = observations;
  const d = names.length;
  const least = names.map((_, j) => {
    let low = Number.POSITIVE_INFINITY;
    for (let at = j; at < values.length; at += d) low = Math.min(low, values[at]!);
    return low;
  });
  const negative = names.findIndex((_, j) => !categories?.[j] && least[j]! < 0);
  if (negative >= 0)
    throw new UsageError(
      `--log: expected numbers of 0 or more, found ${least[negative]} in ${names[negative]}; leave --log out, or the column with --exclude`,
    );
  const logarithm = (j: number, value: number): number => (least[j]! > 0 ? Math.log(value) : Math.log1p(value));
  return {
    observations: {
      ...observations,
      values: values.map((value, at) => (categories?.[at % d] ? value : logarithm(at % d, value))),
    },
    of: (name, value) => {
      const found = logarithm(names.indexOf(name), value);
      if (Number.isFinite(found)) return found;
      throw new UsageError(
        `--do ${name}=${value} with --log: expected a number above ${least[names.indexOf(name)]! > 0 ? 0 : -1}, whose logarithm is a number`,
      );
    },
  };
};
