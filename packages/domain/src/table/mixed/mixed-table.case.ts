/** A table of all kinds of columns, made by seed, for tests. */
import { normalQuantile, uniform } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import { millisecondsOfDay } from "./date-map.ts";

export const mixedColumns: readonly TableColumn[] = [
  { name: "size", kind: "number", missing: false },
  { name: "price", kind: "number", decimals: 2, missing: true },
  { name: "count", kind: "whole", missing: false },
  { name: "gain", kind: "whole", missing: true },
  { name: "grade", kind: "ordered", levels: ["low", "medium", "high"], missing: true },
  { name: "city", kind: "category", levels: ["Paris", "Rome", "Oslo", "Bern"], missing: true },
  { name: "member", kind: "yes-no", levels: ["no", "yes"], missing: false },
  { name: "day", kind: "date", missing: true, time: false },
  { name: "visit", kind: "date", missing: false, time: true },
  { name: "unit", kind: "constant", missing: false },
];

const monday = Date.UTC(2020, 0, 6);

/** Rows of {@link mixedColumns}: a tenth of the cells is missing where columns allow it, and two thirds of `gain` are 0. */
export const mixedRows = (n: number, seed = 1): NdArray<"float64"> => {
  const width = mixedColumns.length;
  const u = uniform([n, 2 * width], { seed, dtype: "float64" }).data;
  const rows = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    const at = (j: number): number => u[i * 2 * width + j]! * (1 - 2 ** -30) + 2 ** -31;
    const z = (j: number): number => normalQuantile(at(j));
    const cells = [
      z(0),
      Math.round(100 * Math.exp(3 + z(1) / 2)) / 100,
      Math.floor(10 * at(2) ** 2),
      at(width) < 2 / 3 ? 0 : Math.round(Math.exp(5 + z(3))),
      Math.floor(3 * at(4)),
      Math.floor(4 * at(5) ** 2),
      at(6) < 0.3 ? 1 : 0,
      // Weekdays alone.
      monday + millisecondsOfDay * (7 * Math.floor(60 * at(7)) + Math.floor(5 * at(width + 1))),
      monday + millisecondsOfDay * Math.floor(30 * at(8)) + 60_000 * Math.floor(1440 * at(width + 2)),
      7,
    ];
    for (const [j, { missing }] of mixedColumns.entries())
      rows[i * width + j] = missing && at(width + j) > 0.9 ? Number.NaN : cells[j]!;
  }
  return ndarray(rows, [n, width]);
};
