/** SQLite databases, a table at a time, by sql.js: SQLite itself, compiled to WebAssembly. It holds the file in memory. */
import { stat } from "node:fs/promises";
import { readWhole } from "./bytes.ts";
import { DataError, describeSystemError } from "./errors.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { checkColumnCount, quoteNames } from "./table.ts";

const what = "an SQLite database";

/** The part of sql.js that is used here. */
interface Statement {
  step(): boolean;
  get(): (number | string | Uint8Array | null)[];
  getColumnNames(): string[];
  free(): void;
}
interface Database {
  exec(sql: string): { readonly values: (number | string | Uint8Array | null)[][] }[];
  prepare(sql: string): Statement;
  close(): void;
}
type StartSqlJs = () => Promise<{ readonly Database: new (bytes: Uint8Array) => Database }>;

/** SQLite with its own file system and memory: WebAssembly's memory never shrinks, and goes with it. */
const startSqlite = async () => {
  try {
    // The program is inside the script, so that no file is looked for beside it.
    // @ts-expect-error its types do not describe this file
    const start = (await import("sql.js/dist/sql-wasm-inline.js")).default as StartSqlJs;
    return await start();
  } catch (cause) {
    throw new DataError({
      expected: "the package sql.js, which reads SQLite databases",
      found: `that it cannot be loaded (${(cause as Error).message})`,
      fix: "Install it; a bundler for Node must leave it out of the bundle (external)",
      cause,
    });
  }
};

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Bytes of a database that can be opened alone. @throws DataError for other files, and where changes stand beside the file */
const readDatabase = async (path: string): Promise<Uint8Array> => {
  const bytes = await readWhole(path);
  if (Buffer.from(bytes.subarray(0, 16)).toString("latin1") !== "SQLite format 3\0") {
    const found = bytes.length === 0 ? "an empty file" : "a file that does not start as one";
    throw new DataError({ path, expected: what, found, fix: "Check the file; one with a password is not read" });
  }
  // Page size and number of pages (sqlite.org/fileformat2.html, 1.3.2 and 1.3.7). The number holds where the two counters agree.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pageSize = bytes.length < 100 ? 0 : view.getUint16(16) === 1 ? 65_536 : view.getUint16(16);
  const stated = bytes.length >= 100 && view.getUint32(24) === view.getUint32(92) ? view.getUint32(28) * pageSize : 0;
  if (bytes.length < Math.max(100, stated)) {
    const found = `one that is cut off at byte ${bytes.length}`;
    throw new DataError({ path, expected: what, found, fix: "Fetch or write it again" });
  }
  const log = await stat(`${path}-wal`).catch(() => undefined);
  if (log && log.size > 0)
    throw new DataError({
      path,
      expected: "a database that no program has open",
      found: `changes in ${path}-wal that are not in it yet`,
      fix: "Close the program that writes it, or run PRAGMA wal_checkpoint(TRUNCATE) in it",
    });
  // Versions of the format (sqlite.org/fileformat2.html, 1.3.3): 2 asks for the write-ahead log, which is empty.
  if (bytes[18] === 2) bytes[18] = 1;
  if (bytes[19] === 2) bytes[19] = 1;
  return bytes;
};

const chooseTable = (path: string, database: Database, asked: string | undefined): string => {
  const listed = database.exec("PRAGMA main.table_list")[0]?.values ?? [];
  const entries = listed.map(([, name, type]) => ({ name: `${name}`, type: `${type}` }));
  const own = entries.filter(({ name }) => !name.startsWith("sqlite_"));
  const tables = own.filter(({ type }) => type === "table" || type === "virtual").map(({ name }) => name);
  const views = own.filter(({ type }) => type === "view").map(({ name }) => name);
  if (asked !== undefined && [...tables, ...views].includes(asked)) return asked;
  if (asked === undefined && tables.length === 1) return tables[0]!;
  const words = [
    tables.length > 0 ? `the tables ${quoteNames(tables)}` : "no table",
    ...(views.length > 0 ? [`the views ${quoteNames(views)}`] : []),
  ];
  throw new DataError({
    path,
    expected: asked === undefined ? "a single table" : `the table ${JSON.stringify(asked)}`,
    found: words.join(" and "),
    fix: tables.length + views.length > 0 ? "Name one of these with the option table" : undefined,
  });
};

const rowsPerTurn = 1 << 15;

/**
 * The rows of a table, or of a view that is named, in pieces of at most `chunkRows` rows. Cells have the type that they are
 * stored with, whatever the column declares, except that 0 and 1 of a column declared `BOOLEAN` are no and yes. Rows are
 * counted from 1.
 * @throws DataError for damaged databases, for a table that is not there, and for what the sink refuses
 */
export async function* streamSqlite<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const { chunkRows = 4096, signal } = options;
  const bytes = await readDatabase(path);
  const damaged = (cause: unknown): unknown => {
    if (cause instanceof DataError) return cause;
    const described = describeSystemError(cause, path, what);
    if (described instanceof DataError) return described;
    const found = `damaged content (${(cause as Error).message})`;
    return new DataError({ path, expected: what, found, fix: "Fetch or write it again", cause });
  };
  const attempt = <R>(act: () => R): R => {
    try {
      return act();
    } catch (cause) {
      throw damaged(cause);
    }
  };
  let database: Database | undefined;
  try {
    const { Database } = await startSqlite();
    const db = attempt(() => new Database(bytes));
    database = db;
    const table = attempt(() => chooseTable(path, db, options.table));
    const statement = attempt(() => db.prepare(`SELECT * FROM main.${quoteName(table)}`));
    const names = attempt(() => statement.getColumnNames());
    checkColumnCount(path, names.length);
    const declared = attempt(() => db.exec(`PRAGMA main.table_info(${quoteName(table)})`))[0]?.values ?? [];
    const types = new Map(declared.map(([, name, type]) => [`${name}`, `${type}`]));
    const flags = names.flatMap((name, j) => (/^bool/i.test(types.get(name) ?? "") ? [j] : []));
    const unsafe = new Set<number>();
    const remarks = (): string[] =>
      [...unsafe].map(
        (j) =>
          `Column ${JSON.stringify(names[j])} holds whole numbers beyond 2^53, which were rounded. Store them as text to keep them.`,
      );
    const sink = open(names, () => ({ table, remarks: remarks() }));
    let row = 0;
    while (attempt(() => statement.step())) {
      const cells: unknown[] = attempt(() => statement.get());
      for (const j of flags) if (cells[j] === 0 || cells[j] === 1) cells[j] = cells[j] === 1;
      for (let j = 0; j < cells.length; j++) {
        const cell = cells[j];
        if (
          typeof cell === "number" &&
          Number.isInteger(cell) &&
          Math.abs(cell) >= 2 ** 53 &&
          Math.abs(cell) < 2 ** 63 + 1
        )
          unsafe.add(j);
      }
      sink.add(cells, ++row);
      if (sink.rows >= chunkRows) yield sink.take();
      if (row % rowsPerTurn !== 0) continue;
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    if (sink.pending) yield sink.take();
  } finally {
    try {
      database?.close();
    } catch {
      // A database that failed may not close. Its memory goes with it.
    }
  }
}
