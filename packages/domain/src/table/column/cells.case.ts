/** Cells of texts, for tests: as a reader of a file gives them. */
import type { CellColumn, CellTable } from "@scorefield/data";

const missing = new Set(["", "?", "NA", "NaN", "null"]);
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const columnOf = (name: string, cells: readonly string[], mostTexts: number): CellColumn => {
  const numbers = new Float64Array(cells.length).fill(Number.NaN);
  const codes = new Int32Array(cells.length).fill(-1);
  const texts = new Map<string, number>();
  let [numeric, other] = [0, 0];
  for (const [i, cell] of cells.entries()) {
    if (missing.has(cell)) continue;
    const number = decimal.test(cell);
    if (number) numbers[i] = Number(cell);
    if (number) numeric++;
    else other++;
    if (!texts.has(cell) && texts.size < mostTexts) texts.set(cell, texts.size);
    codes[i] = texts.get(cell) ?? -2;
  }
  const distinct = new Set(cells.filter((cell) => !missing.has(cell))).size;
  const kept = [...texts.keys()];
  return { name, numbers, codes, texts: kept, distinct, missing: cells.length - numeric - other, numeric, other };
};

/** Columns of texts as cells. */
export const cellsOf = (columns: Readonly<Record<string, readonly string[]>>, mostTexts = 20_000): CellTable => ({
  rows: Object.values(columns)[0]?.length ?? 0,
  columns: Object.entries(columns).map(([name, cells]) => columnOf(name, cells, mostTexts)),
  found: {},
  remarks: [],
  rowOf: (row) => row + 2,
});
