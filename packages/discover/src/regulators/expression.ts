/** Expression of genes, measured in several ways. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkOptions, type Known } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { checkNames } from "../graph/check-graph.ts";

/** Steady states after single genes were changed: row k after gene `genes[k]` was. */
export interface Perturbed {
  /** [rows, genes] */
  readonly values: NdArray;
  /** The number of the changed gene, for each row. */
  readonly genes: readonly number[];
}

/** One time series. */
export interface TimeSeries {
  /** Times in rising order, in any unit that all series share. */
  readonly times: ArrayLike<number>;
  /** [times, genes] */
  readonly values: NdArray;
}

/** Expression data. Each kind may be left out. */
export interface Expression {
  /** Names of the genes, each once. */
  readonly names: readonly string[];
  /** Steady states without any change, [rows, genes]. */
  readonly wildType?: NdArray | undefined;
  /** A gene was switched off. */
  readonly knockouts?: Perturbed | undefined;
  /** A gene's production was lowered. */
  readonly knockdowns?: Perturbed | undefined;
  /** Steady states of other conditions or cells, where it is not known what was changed, [rows, genes]. */
  readonly steady?: NdArray | undefined;
  readonly series?: readonly TimeSeries[] | undefined;
}

/** How sure each edge is. */
export interface RegulatorRanking {
  readonly names: readonly string[];
  /** [names, names] by rows, from regulator to target: higher is surer. The diagonal is 0. */
  readonly confidence: Float64Array;
}

const known = {
  names: true,
  wildType: true,
  knockouts: true,
  knockdowns: true,
  steady: true,
  series: true,
} satisfies Known<Expression>;

/** Rows of float64. */
export interface GeneRows {
  readonly n: number;
  readonly data: Float64Array;
}

/** {@link Expression}, checked and as plain rows. */
export interface CheckedExpression {
  readonly names: readonly string[];
  readonly wildType?: GeneRows | undefined;
  readonly knockouts?: (GeneRows & { readonly genes: readonly number[] }) | undefined;
  readonly knockdowns?: (GeneRows & { readonly genes: readonly number[] }) | undefined;
  readonly steady?: GeneRows | undefined;
  readonly series: readonly (GeneRows & { readonly times: Float64Array })[];
}

const rowsOf = (owner: string, array: NdArray, d: number): GeneRows => {
  checkArray(owner, array);
  if (array.shape.length !== 2 || array.shape[1] !== d)
    throw new ShapeError(`${owner}: expected rows of ${d} genes, found shape [${array.shape}]`);
  const data = Float64Array.from(array.data as ArrayLike<number>, Number);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(`${owner}: expected finite values, found ${data[bad]} in row ${Math.floor(bad / d)}`);
  return { n: array.shape[0]!, data };
};

const perturbedRows = (owner: string, given: Perturbed, d: number) => {
  checkOptions(owner, given, { values: true, genes: true } satisfies Known<Perturbed>);
  const rows = rowsOf(owner, given.values, d);
  if (!Array.isArray(given.genes) || given.genes.length !== rows.n)
    throw new ArgumentError(`${owner} genes: expected the changed gene of each of ${rows.n} rows`);
  for (const gene of given.genes)
    if (!(Number.isInteger(gene) && gene >= 0 && gene < d))
      throw new ArgumentError(`${owner} genes: expected numbers from 0 to ${d - 1}, found ${gene}`);
  return { ...rows, genes: given.genes };
};

/** @throws ArgumentError | ShapeError for names, rows or times that do not fit */
export const checkExpression = (owner: string, expression: Expression): CheckedExpression => {
  checkOptions(owner, expression, known);
  const { names, wildType, knockouts, knockdowns, steady, series = [] } = expression;
  checkNames(`${owner} names`, names);
  const d = names.length;
  if (d < 2) throw new ArgumentError(`${owner} names: expected at least 2 genes, found ${d}`);
  return {
    names,
    wildType: wildType && rowsOf(`${owner} wildType`, wildType, d),
    knockouts: knockouts && perturbedRows(`${owner} knockouts`, knockouts, d),
    knockdowns: knockdowns && perturbedRows(`${owner} knockdowns`, knockdowns, d),
    steady: steady && rowsOf(`${owner} steady`, steady, d),
    series: series.map(({ times, values }, k) => {
      const rows = rowsOf(`${owner} series ${k}`, values, d);
      if (times.length !== rows.n || Array.from(times).some((time, i) => i > 0 && !(time > times[i - 1]!)))
        throw new ArgumentError(
          `${owner} series ${k}: expected ${rows.n} times in rising order, found ${times.length}`,
        );
      return { ...rows, times: Float64Array.from(times) };
    }),
  };
};
