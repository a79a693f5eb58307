/** What is known of rows, put together from conditions, given rows and levels in turn. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { cellValue } from "../column/cell-text.ts";
import type { ColumnCondition } from "../mixed/allowed.ts";
import { parseWhere } from "../mixed/parse-where.ts";
import { type TableModel, type TableRun, tableModel } from "./table-model.ts";

/** Conditions as people write them, such as `age >= 30, city = Paris`, or one by one. */
export type Where = string | readonly ColumnCondition[];

/** A cell that every row has. */
interface KnownCell {
  /** The column's number in the table. */
  readonly column: number;
  readonly value: number;
}

/** Conditions of a run. */
export interface Conditions {
  readonly list: readonly ColumnCondition[];
  /** What the model is given: `sample(run.model, { count, given })`. [observedSize] */
  readonly given: { readonly observed: NdArray<"float32"> };
  /** Cells that the conditions say exactly. Samples only come near them, so they are written over. */
  readonly cells: readonly KnownCell[];
  /** Whether the model keeps all of it exactly: values and sets of levels. Of ranges a sample may have to be rejected. */
  readonly exact: boolean;
  /** For each of rows [n, columns], in the data's units, whether it satisfies the conditions: 1 or 0. */
  satisfies(rows: NdArray<"float64">): Uint8Array;
}

/** The conditions that a text or a list says. @throws ArgumentError as {@link parseWhere} */
const readWhere = ({ table }: TableModel, where: Where): readonly ColumnCondition[] => {
  if (typeof where === "string") return parseWhere(where, table, cellValue);
  if (!Array.isArray(where))
    throw new ArgumentError(
      `where: expected conditions as text, such as "age >= 30, city = Paris", or a list of them, found ${typeof where}`,
    );
  return where;
};

const singleOf = ({ is }: ColumnCondition): number | undefined =>
  typeof is === "number" ? is : is?.length === 1 ? is[0] : undefined;

/**
 * What conditions say to the model of a run.
 * @param run of a table, such as one of `loadRun`
 * @param where text, such as `"age >= 30, city = Paris | Rome, income != missing"`, or a list
 * @throws ArgumentError for a run that takes no conditions, an unknown column or level, and for what no sample can satisfy
 */
export const conditions = (run: TableRun, where: Where): Conditions => {
  const known = tableModel("conditions", run);
  const { codec, table } = known;
  const list = readWhere(known, where);
  const observed = codec.observe(list);
  const cells = new Map<number, number>();
  for (const condition of list) {
    const column = table.findIndex(({ name }) => name === condition.column);
    const value = condition.missing === true ? Number.NaN : singleOf(condition);
    if (value !== undefined) cells.set(column, value);
  }
  return {
    list,
    given: { observed: ndarray(observed, [codec.observedSize]) },
    cells: Array.from(cells, ([column, value]) => ({ column, value })),
    exact: list.every((condition) => condition.missing !== undefined || condition.is !== undefined),
    satisfies: (rows) => codec.satisfies(list, rows),
  };
};

/** That no cell is missing, as conditions on the columns that training rows lack. */
export const completeConditions = ({ codec }: TableModel): readonly ColumnCondition[] =>
  codec.parts.flatMap(({ name, from, size }) =>
    codec.names.slice(from, from + size).includes(`${name}: missing`) ? [{ column: name, missing: false }] : [],
  );

/**
 * What is known of a row by two sources. Both are rows of `observed`: bounds of numbers and excluded levels grow where more is
 * known, so the greater of each says both.
 * @returns undefined where they exclude each other
 */
export const bothKnown = (
  { layout }: TableModel["codec"],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float32Array<ArrayBuffer> | undefined => {
  const both = Float32Array.from(a as Float32Array, (value, k) => Math.max(value, b[k]!));
  let at = 0;
  for (const size of layout.columns) {
    if (size === 1) {
      const [lower, upper] = [both[at]!, both[at + 1]!];
      // low + 16 and 16 - high: low is above high where they add up to more than 32.
      if (lower > 0 && upper > 0 && lower + upper > 32) return undefined;
      at += 2;
    } else {
      if (both.subarray(at, at + size).every((excluded) => excluded === 1)) return undefined;
      at += size;
    }
  }
  return both;
};
