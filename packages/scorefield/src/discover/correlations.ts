/** Correlations of variables, of codes too. */
import type { Observations } from "@scorefield/discover";

/** Pearson's correlation of two variables by number, over all rows; 0 where one of them does not vary. */
export const correlationsOf = ({ names, values }: Observations): ((i: number, j: number) => number) => {
  const d = names.length;
  const n = values.length / d;
  const columns = new Map<number, Float64Array>();
  /** With mean 0 and length 1. */
  const unit = (j: number): Float64Array => {
    const known = columns.get(j);
    if (known) return known;
    const column = Float64Array.from({ length: n }, (_, i) => values[i * d + j]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    const centred = column.map((value) => value - mean);
    const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    const scaled = centred.map((value) => (length > 0 ? value / length : 0));
    columns.set(j, scaled);
    return scaled;
  };
  return (i, j) => {
    const [a, b] = [unit(i), unit(j)];
    return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  };
};
