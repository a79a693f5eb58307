/** What changing one gene does to the others, in standard deviations of measurement. */
import type { CheckedExpression, GeneRows } from "./expression.ts";

const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Effects of changed genes. */
export interface Effects {
  /** z, [genes, genes] by rows, from the changed gene to the measured one. The diagonal is 0. */
  readonly z: Float64Array;
  /**
   * The change of the measured gene per change of the changed one, [genes, genes] by rows, in the units of the data. The
   * diagonal is 1. 0 where the gene was not changed.
   */
  readonly slopes: Float64Array;
  /** Of each gene: its value without change, and the standard deviation of a measurement. */
  readonly centre: Float64Array;
  readonly deviation: Float64Array;
}

/** Rows in which nothing is changed: wild types, and where time series begin. */
const wildRows = ({ wildType, series }: CheckedExpression, d: number): readonly Float64Array[] => {
  const rows = (part: GeneRows | undefined): Float64Array[] =>
    Array.from({ length: part?.n ?? 0 }, (_, i) => part!.data.subarray(i * d, (i + 1) * d));
  return [...rows(wildType), ...series.map(({ data }) => data.subarray(0, d))];
};

/**
 * Effects of knock-outs and knock-downs as z-scores. Most changes leave most genes as they are: so the median over all rows is where
 * a gene rests, and the median distance from it (times 1.4826) its deviation. Deviations are drawn towards the one that
 * all genes share, since a gene's own is of few rows. Knock-downs, whose effect is about half, count half.
 */
export const knockoutEffects = (expression: CheckedExpression): Effects => {
  const { names, knockouts, knockdowns } = expression;
  const d = names.length;
  const wild = wildRows(expression, d);
  const parts = [knockouts, knockdowns].flatMap((part, k) => (part ? [{ ...part, weight: k === 0 ? 1 : 0.5 }] : []));
  const [centre, deviation] = [new Float64Array(d), new Float64Array(d)];
  for (let j = 0; j < d; j++) {
    const values = [
      ...wild.map((row) => row[j]!),
      ...parts.flatMap(({ genes, data }) => genes.flatMap((gene, i) => (gene === j ? [] : [data[i * d + j]!]))),
    ];
    centre[j] = median(values);
    deviation[j] = 1.4826 * median(values.map((value) => Math.abs(value - centre[j]!)));
  }
  const shared = median(Array.from(deviation));
  for (let j = 0; j < d; j++) deviation[j] = Math.sqrt((deviation[j]! ** 2 + shared ** 2) / 2) || 1;
  const [z, weights] = [new Float64Array(d * d), new Float64Array(d * d)];
  const [moves, squares] = [new Float64Array(d * d), new Float64Array(d * d)];
  for (const { genes, data, weight } of parts)
    for (const [i, gene] of genes.entries()) {
      const own = data[i * d + gene]! - centre[gene]!;
      for (let j = 0; j < d; j++) {
        const at = gene * d + j;
        const move = data[i * d + j]! - centre[j]!;
        moves[at]! += move * own;
        squares[at]! += own * own;
        if (j === gene) continue;
        z[at]! += (weight * move) / deviation[j]!;
        weights[at]! += weight * weight;
      }
    }
  return {
    z: z.map((sum, at) => (weights[at]! > 0 ? sum / Math.sqrt(weights[at]!) : 0)),
    slopes: moves.map((sum, at) => (squares[at]! > 0 ? sum / squares[at]! : 0)),
    centre,
    deviation,
  };
};
