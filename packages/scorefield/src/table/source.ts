/** The rows that a recipe for a table names: from a file, or a planar set made on the spot. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { DataError, readTable, takeRows } from "@scorefield/data";
import { planarSets } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import type { TableRecipe } from "../recipe/schema.ts";
import { archiveLabels, withoutColumn } from "./labels.ts";

/** Rows of numbers, and what tells them from others. */
export interface Rows {
  readonly columns: readonly string[];
  /** [rows, columns], in the file's order. */
  readonly values: NdArray<"float32"> | NdArray<"float64">;
  /** SHA-256 of columns and values, to notice when a file has changed. */
  readonly sha256: string;
}

type File = Extract<TableRecipe, { kind: "file" }>;

const fingerprint = (columns: readonly string[], { data }: Rows["values"]): string =>
  createHash("sha256")
    .update(JSON.stringify(columns))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");

const isArchive = (path: string): boolean => /\.npz$/i.test(path);

const readFileRows = async (recipe: File, folder: string, signal?: AbortSignal): Promise<Omit<Rows, "sha256">> => {
  const { label, only, array, missing, header, delimiter } = recipe;
  const path = resolve(folder, recipe.path);
  const archive = isArchive(path);
  if (array !== undefined && !archive)
    throw new DataError({ path, expected: "an .npz file for the option array", found: JSON.stringify(array) });
  if (only && label === undefined)
    throw new DataError({ path, expected: "a label with only", found: "none", fix: "Name the label's column" });
  if (archive && label !== undefined && missing === "drop")
    throw new DataError({ path, expected: 'missing: "error" with a label array', found: '"drop"' });
  const columns = recipe.columns && label !== undefined && !archive ? [...recipe.columns, label] : recipe.columns;
  const options = { columns, exclude: recipe.exclude, array, missing, header, delimiter, signal };
  const table = await readTable(path, options);
  if (label === undefined) return table;
  const rows = table.values.shape[0]!;
  const at = table.columns.indexOf(label);
  if (!archive && at < 0)
    throw new DataError({
      path,
      column: label,
      expected: "the label among the columns",
      found: table.columns.join(", "),
      fix: "Name it exactly as the file does, and do not exclude it",
    });
  if (!archive && table.columns.length < 2)
    throw new DataError({ path, expected: "a column beside the label", found: "none" });
  const { labels, ...rest } = archive
    ? { ...table, labels: await archiveLabels(path, label, rows) }
    : { columns: table.columns.filter((_, j) => j !== at), ...withoutColumn(table.values, at) };
  if (!only) return rest;
  const chosen = [...labels.keys()].filter((i) => only.includes(labels[i]!));
  if (chosen.length === 0)
    throw new DataError({
      path,
      column: label,
      expected: `rows with ${only.join(" or ")}`,
      found: `labels ${[...new Set(labels)].slice(0, 12).join(", ")}`,
    });
  return { columns: rest.columns, values: takeRows(rest.values as NdArray<"float64">, chosen) };
};

/**
 * The rows of a recipe.
 * @param folder that paths are relative to
 * @throws DataError for missing, damaged or non-numeric data, naming row and column
 */
export const readRows = async (recipe: TableRecipe, folder: string, signal?: AbortSignal): Promise<Rows> => {
  const { columns, values } =
    recipe.kind === "set"
      ? { columns: ["x", "y"], values: planarSets[recipe.set]()(recipe.count, recipe.seed) }
      : await readFileRows(recipe, folder, signal);
  return { columns, values, sha256: fingerprint(columns, values) };
};
