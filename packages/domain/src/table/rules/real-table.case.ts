/** Real tables for tests of rules: columns found by plain means. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";

const missingTexts = new Set(["", "?", "NA", "NaN", "null"]);

/** Rows and columns of a CSV file without quotes, gzipped or not, with or without a header. */
export const realTable = (path: string, header = true): { rows: NdArray<"float64">; columns: TableColumn[] } => {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const records = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(",").map((cell) => cell.trim()));
  const names = header ? records.shift()! : records[0]!.map((_, j) => `x${j + 1}`);
  const [n, d] = [records.length, names.length];
  const data = new Float64Array(n * d);
  const columns = names.map((name, j): TableColumn => {
    const cells = records.map((record) => record[j]!);
    const present = cells.filter((cell) => !missingTexts.has(cell));
    const missing = present.length < n;
    const distinct = [...new Set(present)].sort();
    const fill = (read: (cell: string) => number): void => {
      for (const [i, cell] of cells.entries()) data[i * d + j] = missingTexts.has(cell) ? Number.NaN : read(cell);
    };
    if (present.every((cell) => Number.isFinite(Number(cell)))) {
      fill(Number);
      const decimals = Math.max(...present.map((cell) => (/[eE]/.test(cell) ? 0 : (cell.split(".")[1]?.length ?? 0))));
      if (present.every((cell) => Number.isInteger(Number(cell)))) return { name, kind: "whole", missing };
      return { name, kind: "number", decimals, missing };
    }
    if (present.every((cell) => /^\d{4}-\d{2}-\d{2}/.test(cell))) {
      fill((cell) => Date.parse(cell.length > 10 ? `${cell.replace(" ", "T")}Z` : cell));
      return { name, kind: "date", time: present.some((cell) => cell.length > 10), missing };
    }
    fill((cell) => distinct.indexOf(cell));
    return { name, kind: distinct.length === 2 ? "yes-no" : "category", levels: distinct, missing };
  });
  return { rows: ndarray(data, [n, d]), columns };
};
