/** The tables of the benchmarks as rows of numbers and codes, the same for us and for peers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { permutation } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Rows of a table, cut into two parts at random. Cells are numbers, codes of `levels`, or NaN. */
export interface PlainTable {
  readonly columns: readonly string[];
  /** Levels of each column, 0 for numbers. */
  readonly categories: readonly number[];
  /** [rows, columns] */
  readonly rows: NdArray<"float64">;
}

const missing = new Set(["", "?", "NA", "NaN"]);

/** A CSV file without quotes, gzipped or not. @param header names of its columns where it has none */
export const readPlain = (
  path: string,
  { header, without = [] }: { readonly header?: readonly string[]; readonly without?: readonly string[] } = {},
): PlainTable => {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim();
  const lines = text.split(/\r?\n/).map((line) => line.split(",").map((cell) => cell.trim()));
  const names = header ?? lines.shift()!;
  const kept = names.map((_, j) => j).filter((j) => !without.includes(names[j]!));
  const data = new Float64Array(lines.length * kept.length).fill(Number.NaN);
  const categories = kept.map((from, j) => {
    const cells = lines.map((line) => line[from]!);
    const isNumber = cells.every((cell) => missing.has(cell) || Number.isFinite(Number(cell)));
    const levels = isNumber ? [] : [...new Set(cells.filter((cell) => !missing.has(cell)))].sort();
    const codes = new Map(levels.map((level, code) => [level, code]));
    for (const [i, cell] of cells.entries())
      if (!missing.has(cell)) data[i * kept.length + j] = isNumber ? Number(cell) : codes.get(cell)!;
    return levels.length;
  });
  return { columns: kept.map((j) => names[j]!), categories, rows: ndarray(data, [lines.length, kept.length]) };
};

/** Rows, and what is predicted for each. */
export interface TaskRows {
  readonly x: NdArray<"float64">;
  readonly y: Float64Array;
}

/** What is predicted: a column, and the others. */
export interface Task {
  readonly name: string;
  readonly objective: "binary" | "classes" | "squares";
  readonly classes: number;
  readonly categories: readonly number[];
  readonly train: TaskRows;
  readonly test: TaskRows;
}

/** A task of predicting a column: four fifths of the rows for training, the others apart, by a seed. */
export const taskOf = (name: string, { columns, categories, rows }: PlainTable, target: string, seed: number): Task => {
  const [n = 0, d = 0] = rows.shape;
  const at = columns.indexOf(target);
  if (at < 0) throw new Error(`${name}: no column ${target} among ${columns.join(", ")}`);
  const values = Float64Array.from({ length: n }, (_, i) => rows.data[i * d + at]!);
  const distinct = new Set(values).size;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const y = distinct === 2 ? values.map((value) => (value === least ? 0 : 1)) : values;
  const order = permutation(n, { seed }).data;
  const part = (from: number, to: number) => {
    const x = new Float64Array((to - from) * (d - 1));
    for (let i = from; i < to; i++) {
      let k = (i - from) * (d - 1);
      for (let j = 0; j < d; j++) if (j !== at) x[k++] = rows.data[order[i]! * d + j]!;
    }
    return {
      x: ndarray(x, [to - from, d - 1]),
      y: Float64Array.from({ length: to - from }, (_, i) => y[order[from + i]!]!),
    };
  };
  const cut = Math.floor(0.8 * n);
  return {
    name,
    objective: distinct === 2 ? "binary" : categories[at]! > 0 ? "classes" : "squares",
    classes: distinct,
    categories: categories.filter((_, j) => j !== at),
    train: part(0, cut),
    test: part(cut, n),
  };
};

/** Names of MAGIC's columns, as its file has none. */
export const magicColumns = [..."length width size conc conc1 asym m3long m3trans alpha dist".split(" "), "class"];

/** The tasks that trees are compared on. @param splits how many ways each table is cut; small ones are cut `small` ways */
export const tasks = (folder: string, { splits, small }: { splits: number; small: number }): Task[][] => {
  const of = (name: string, file: string, target: string, options?: Parameters<typeof readPlain>[1]): Task[] => {
    const table = readPlain(join(folder, "tables", file), options);
    const ways = table.rows.shape[0]! < 2000 ? small : splits;
    return Array.from({ length: ways }, (_, seed) => taskOf(name, table, target, seed));
  };
  return [
    of("MAGIC", "magic04.data.gz", "class", { header: magicColumns }),
    of("Adult", "adult.csv.gz", "Salary"),
    of("credit default", "credit_default.csv.gz", "default.payment.next.month", { without: ["ID"] }),
    of("titanic", "titanic.csv", "survived", { without: ["alive"] }),
    of("German credit", "german_credit.csv", "class"),
    of("penguins", "penguins.csv", "species"),
    of("diamonds", "diamonds.csv.gz", "price"),
    of("mpg", "mpg.csv", "mpg", { without: ["name"] }),
  ];
};
