/**
 * What reading a table costs in each format: a part of docs/formats.md. Each file is read by `readCells` in a process of its own.
 * `npm run build`, then `npm run bench docs/make/formats.ts`, about three minutes.
 */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal, uniform } from "@scorefield/core";
import { xlsxCells } from "@scorefield/data";
import { unzipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { markdownTable, writeSection } from "./page-section.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-formats-"));
const [million, fifth] = [1_000_000, 200_000];
const words = Array.from({ length: 500 }, (_, i) => `word ${i}`);
const columns = Array.from({ length: 20 }, (_, j) => `column${j}`);

type Cell = number | string | null;

/** Eight columns of decimals, four of whole numbers, four of words, two of times, an identifier, and decimals with gaps. */
const rowsFrom = (first: number, count: number): Cell[][] => {
  const which = { seed: 1, firstSample: first, purpose: "augmentation", dtype: "float64" } as const;
  const z = normal([count, 9], which).data;
  const u = uniform([count, 12], { ...which, step: 1 }).data;
  return Array.from({ length: count }, (_, i) => {
    const own = u.subarray(12 * i, 12 * i + 12);
    const decimals = Array.from(z.subarray(9 * i, 9 * i + 9), (value) => Math.round(1e4 * value) / 1e4);
    return [
      ...decimals.slice(0, 8),
      ...Array.from(own.subarray(0, 4), (value) => Math.floor(1000 * value)),
      ...Array.from(own.subarray(4, 8), (value) => words[Math.floor(words.length * value)]!),
      ...Array.from(own.subarray(8, 10), (value) =>
        new Date(1.5e12 + 1000 * Math.floor(1e8 * value)).toISOString().slice(0, 19),
      ),
      `id-${first + i}`,
      own[10]! < 0.1 ? null : decimals[8]!,
    ];
  });
};

/** Writes rows in parts, as text. */
const writeText = (name: string, rows: number, head: string, line: (row: readonly Cell[]) => string): string => {
  const path = join(folder, name);
  const file = openSync(path, "w");
  writeSync(file, head);
  for (let first = 0; first < rows; first += 20_000)
    writeSync(
      file,
      rowsFrom(first, 20_000)
        .map((row) => `${line(row)}\n`)
        .join(""),
    );
  closeSync(file);
  return path;
};

const csv = (name: string, rows: number): string =>
  writeText(name, rows, `${columns.join(",")}\n`, (row) => row.map((cell) => cell ?? "").join(","));

/** Of the two formats that hold columns. */
const byColumn = (rows: readonly (readonly Cell[])[]) =>
  columns.map(
    (name, j) =>
      ({
        name,
        data: rows.map((row) => row[j]!),
        type: typeof rows[0]![j] === "string" ? "STRING" : "DOUBLE",
      }) as const,
  );

const sqlite = async (path: string, rows: readonly (readonly Cell[])[]): Promise<void> => {
  interface Made {
    run(text: string, values?: readonly Cell[]): void;
    prepare(text: string): { run(values: readonly Cell[]): void; free(): void };
    export(): Uint8Array;
  }
  // @ts-expect-error its types do not describe this file
  const start = (await import("sql.js/dist/sql-wasm-inline.js")).default as () => Promise<{ Database: new () => Made }>;
  const made = new (await start()).Database();
  made.run(`CREATE TABLE rows (${columns.map((name) => `"${name}"`).join(", ")})`);
  made.run("BEGIN");
  const insert = made.prepare(`INSERT INTO rows VALUES (${columns.map(() => "?").join(", ")})`);
  for (const row of rows) insert.run(row);
  insert.free();
  made.run("COMMIT");
  writeFileSync(path, made.export());
};

const reader = `
  import { readFileSync } from "node:fs";
  import { readCells } from ${JSON.stringify(new URL("../../packages/data/dist/index.js", import.meta.url).href)};
  const before = process.cpuUsage();
  const { rows } = await readCells(process.argv[1]);
  const { user, system } = process.cpuUsage(before);
  const peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  console.log(JSON.stringify({ rows, seconds: (user + system) / 1e6, megabytes: peak / 1024 }));
`;

const found: string[][] = [];
const measure = (format: string, path: string): void => {
  const words = ["--input-type=module", "-e", reader, path];
  const { rows, seconds, megabytes } = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" }));
  const size = statSync(path).size / 2 ** 20;
  found.push([format, rows.toLocaleString("en-US"), size.toFixed(0), seconds.toFixed(1), megabytes.toFixed(0)]);
  process.stderr.write(`${found.at(-1)!.join("  ")}\n`);
  rmSync(path);
};

try {
  measure("CSV", csv("million.csv", million));
  measure("CSV", csv("fifth.csv", fifth));
  measure(
    "JSON lines",
    writeText("fifth.jsonl", fifth, "", (row) =>
      JSON.stringify(Object.fromEntries(row.map((cell, j) => [columns[j]!, cell]))),
    ),
  );
  const rows = rowsFrom(0, fifth);
  const parquet = join(folder, "fifth.parquet");
  writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({ columnData: byColumn(rows) as never })));
  measure("Parquet", parquet);
  const database = join(folder, "fifth.sqlite");
  await sqlite(database, rows);
  measure("SQLite", database);
  const book = join(folder, "fifth.xlsx");
  const packed = await xlsxCells({ columns, rows: fifth, cell: (row, column) => rows[row]![column]! });
  writeFileSync(book, packed);
  const sheet = unzipSync(packed, { filter: ({ name }) => name.includes("sheet1") });
  const bytes = Object.values(sheet)[0]!.length;
  process.stderr.write(`Excel: ${(bytes / fifth / columns.length).toFixed(0)} bytes of XML a cell\n`);
  measure("Excel", book);
  writeSection(
    "formats.md",
    "reading",
    markdownTable(["file", "rows of 20 columns", "MB", "processor time, s", "most memory, MB"], found),
  );
} finally {
  rmSync(folder, { recursive: true });
}
