/** The rows of a table as variables to find causes among. */

import { didYouMean } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import type { Observations } from "@scorefield/discover";
import { firstSamples } from "@scorefield/domain";
import { type TableColumn, table } from "@scorefield/domain/table";

/** What is read of a table. */
export interface VariableOptions {
  /** Settings of the table, as of a recipe: path, columns, exclude, kinds, sheet, delimiter and others. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly path: string };
  /**
   * A column that names, for each row, the variable that was set from outside, or several between plus signs. An empty cell
   * stands for none.
   */
  readonly interventions?: string | undefined;
  /** What to do with rows that lack a cell; default error. */
  readonly missing?: "error" | "drop" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Variables of a table. */
export interface Variables {
  readonly observations: Observations;
  /** What people should know, such as columns that were left out. */
  readonly remarks: readonly string[];
  /** Rows of which a variable was set. */
  readonly intervened: number;
}

/** Kinds whose levels are categories, and kinds that are numbers. Others say nothing of causes. */
const isCategory = ({ kind }: TableColumn): boolean => kind === "category" || kind === "yes-no" || kind === "ordered";
const isNumber = ({ kind }: TableColumn): boolean => kind === "number" || kind === "whole";

/** @throws DataError for a name that is no variable */
const targetsOf = (texts: readonly string[], names: readonly string[], path: string, column: string): number[][] => {
  const indices = new Map(names.map((name, index) => [name, index]));
  return texts.map((text, row) =>
    text === ""
      ? []
      : text.split("+").map((part) => {
          const index = indices.get(part.trim());
          if (index === undefined)
            throw new DataError({
              path,
              column,
              row: row + 1,
              expected: "the name of a column that is modelled, or several between plus signs, or an empty cell",
              found: `${JSON.stringify(part.trim())}${didYouMean(part.trim(), names)}`,
            });
          return index;
        }),
  );
};

/**
 * Reads the variables of a table. Dates, constants and columns of texts without levels are left out, with a remark.
 * @throws DataError for missing cells, fewer than two variables, and targets that are no variables
 */
export const readVariables = async (options: VariableOptions): Promise<Variables> => {
  const { settings: given, interventions, missing = "error", signal } = options;
  const { path } = given;
  const columns = given.columns as readonly string[] | undefined;
  const settings = {
    kind: "file",
    missing: "model",
    ...given,
    ...(interventions !== undefined && {
      ...(columns && !columns.includes(interventions) && { columns: [...columns, interventions] }),
      kinds: [...((given.kinds as readonly string[] | undefined) ?? []), `${interventions}=category`],
    }),
  };
  const { samples, remarks = [] } = await table.read(settings, { signal });
  const found =
    samples.table ?? samples.columns!.map((name): TableColumn => ({ name, kind: "number", missing: false }));
  const rows = await firstSamples(samples);
  const [n = 0, width = 0] = rows.shape;
  const cell = (i: number, j: number): number => Number(rows.data[i * width + j]);
  const at = found.findIndex(({ name }) => name === interventions);
  const isVariable = (column: TableColumn, j: number): boolean => j !== at && (isNumber(column) || isCategory(column));
  const kept = found.flatMap((column, j) => (isVariable(column, j) ? [j] : []));
  const left = found.filter((column, j) => j !== at && !isVariable(column, j));
  const leftText = left.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  if (kept.length < 2)
    throw new DataError({
      path,
      expected: "at least two columns of numbers or categories to find causes among",
      found: `${kept.length} in ${n} ${n === 1 ? "row" : "rows"}${left.length > 0 ? `; left out: ${leftText}` : ""}`,
    });
  const whole = Array.from({ length: n }, (_, i) => i).filter((i) => kept.every((j) => Number.isFinite(cell(i, j))));
  if (whole.length < n && missing === "error") {
    const row = Array.from({ length: n }, (_, i) => i).find((i) => !kept.every((j) => Number.isFinite(cell(i, j))))!;
    throw new DataError({
      path,
      column: found[kept.find((j) => !Number.isFinite(cell(row, j)))!]!.name,
      row: row + 1,
      expected: "no missing cells",
      found: `a missing cell, and ${n - whole.length} of ${n} rows that lack one`,
      fix: "Fill them (scorefield impute), leave their rows out with --missing drop, or their columns with --exclude",
    });
  }
  const values = new Float64Array(whole.length * kept.length);
  for (const [i, row] of whole.entries())
    for (const [k, j] of kept.entries()) values[i * kept.length + k] = cell(row, j);
  const names = kept.map((j) => found[j]!.name);
  const texts =
    at < 0
      ? undefined
      : whole.map((i) => (Number.isFinite(cell(i, at)) ? (found[at]!.levels?.[cell(i, at)] ?? `${cell(i, at)}`) : ""));
  const unset = texts?.every((text) => text.trim() === "") ?? false;
  const targets = texts && targetsOf(texts, names, path, interventions!);
  return {
    observations: {
      names,
      values,
      categories: kept.map((j) => (isCategory(found[j]!) ? found[j]!.levels!.length : 0)),
      ...(targets && { targets }),
    },
    remarks: [
      ...remarks,
      ...(left.length > 0 ? [`left out, as they are neither numbers nor categories: ${leftText}`] : []),
      ...(unset ? [`${interventions}: no row names a variable that was set`] : []),
      ...(whole.length < n ? [`left out, as they lack a cell: ${n - whole.length} rows`] : []),
    ],
    intervened: targets?.filter((row) => row.length > 0).length ?? 0,
  };
};
