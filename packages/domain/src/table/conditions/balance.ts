/** Rows that have each level of a column equally often. */
import { ArgumentError, didYouMean } from "@scorefield/core";
import { bothKnown, type Conditions } from "./knowledge.ts";
import type { TableModel } from "./table-model.ts";

/** A level that some rows have. */
interface BalancedLevel {
  readonly column: number;
  /** Its code. */
  readonly value: number;
  /** What the model is conditioned on, [observedSize]. */
  readonly observed: Float32Array;
}

/**
 * The level of each row: levels in turn.
 * @param base what is known of all rows; levels that it excludes are left out
 * @throws ArgumentError for an unknown column, one without levels, and where a condition excludes all
 */
export const balancedLevels = (
  { codec, table }: TableModel,
  name: string,
  base: ArrayLike<number>,
  { list }: Conditions,
): { readonly levels: readonly string[]; at(row: number): BalancedLevel } => {
  const names = table.map((column) => column.name);
  const column = names.indexOf(name);
  if (column < 0)
    throw new ArgumentError(
      `sampleTable balance: expected one of the columns ${names.join(", ")}, found ${name}${didYouMean(name, names)}`,
    );
  const { levels, kind } = table[column]!;
  if (!levels || kind === "constant")
    throw new ArgumentError(
      `sampleTable balance: expected a category, a yes-no or an ordered column, whose levels can be equally frequent, found ${name}, which is of kind ${kind}`,
    );
  const single = { shape: [1, names.length], dtype: "float64" } as const;
  const own = list.filter((condition) => condition.column === name);
  const left = levels.flatMap((text, value) => {
    const row = new Float64Array(names.length).fill(Number.NaN);
    row[column] = value;
    // Other columns are missing in this row, so conditions on them are left out.
    if (own.length > 0 && codec.satisfies(own, { ...single, data: row })[0] !== 1) return [];
    const observed = codec.observe([{ column: name, is: value }]);
    return bothKnown(codec, base, observed) ? [{ column, value, observed, text }] : [];
  });
  if (left.length === 0)
    throw new ArgumentError(`sampleTable balance: expected a level of ${name} that the conditions allow, found none`);
  return { levels: left.map(({ text }) => text), at: (row) => left[row % left.length]! };
};
