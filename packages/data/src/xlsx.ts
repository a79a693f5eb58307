/**
 * Excel workbooks (.xlsx), a sheet at a time. The archive is unpacked and checked here, the sheet is parsed by
 * read-excel-file, which holds all of it in memory.
 */
import { withSource } from "./bytes.ts";
import { headerLookahead, looksLikeHeader } from "./csv-header.ts";
import { DataError, describeSystemError } from "./errors.ts";
import type { OpenSink, SourceOptions } from "./row-sink.ts";
import { checkColumnCount, quoteNames } from "./table.ts";
import { openWorkbook, type Workbook } from "./xlsx-book.ts";
import { type SheetScan, scanSheet } from "./xlsx-scan.ts";

type Cell = string | number | boolean | Date | null;

const what = "an Excel workbook (.xlsx)";

/** @throws DataError for the older format of Excel, and for workbooks with a password, which are packed in it */
const checkFormat = async (path: string): Promise<void> => {
  const start = new Uint8Array(4);
  const got = await withSource(path, (source) => source.fill(start));
  if (got === 0) throw new DataError({ path, expected: what, found: "an empty file" });
  if (start[0] !== 0xd0 || start[1] !== 0xcf) return;
  const fix = "Open it in a spreadsheet, and save it as .xlsx without a password, or as CSV";
  throw new DataError({ path, expected: what, found: "a file of old Excel (.xls), or one with a password", fix });
};

const chooseSheet = (path: string, { sheets }: Workbook, asked: string | number | undefined) => {
  const at = typeof asked === "string" ? sheets.findIndex(({ name }) => name === asked) : (asked ?? 1) - 1;
  const names = `the sheets ${quoteNames(sheets.map(({ name }) => name))}`;
  const sheet = sheets[at];
  if (!sheet)
    throw new DataError({
      path,
      expected: asked === undefined ? "a sheet" : `the sheet ${JSON.stringify(asked)}`,
      found: sheets.length > 0 ? names : "none",
      fix: "Give the option sheet a name, or a number from 1",
    });
  if (sheet.member) return { at, name: sheet.name, member: sheet.member };
  const found = `the sheet ${JSON.stringify(sheet.name)} without any, such as a chart, among ${names}`;
  throw new DataError({ path, expected: "a sheet of cells", found, fix: "Name another with the option sheet" });
};

/** A sheet and what it needs, in an archive that is not packed: the library unpacks archives without checking them. */
const unpacked = async (path: string, { parts }: Workbook, { name, member }: ReturnType<typeof chooseSheet>) => {
  const xml = member.read();
  const scan = scanSheet(xml, path, name);
  const { zipSync } = await import("fflate");
  const files: Record<string, Uint8Array> = { [member.name.replace(/^\//, "")]: xml };
  for (const part of parts) files[part.name.replace(/^\//, "")] = part.read();
  return { scan, archive: zipSync(files, { level: 0 }).buffer as ArrayBuffer };
};

/**
 * Times of whole seconds as they are. A workbook counts days, so that seconds are fractions with rounding errors, which the
 * library cuts to whole milliseconds: half of all times come out a millisecond early.
 */
const wholeSeconds = (rows: readonly (readonly Cell[])[]): void => {
  for (const row of rows)
    for (const cell of row)
      if (cell instanceof Date && cell.getUTCMilliseconds() === 999) cell.setTime(cell.getTime() + 1);
};

/** The cells of one sheet, row by row from the first. */
const parseSheet = async (path: string, book: Workbook, sheet: ReturnType<typeof chooseSheet>) => {
  const { scan, archive } = await unpacked(path, book, sheet);
  const { readSheet } = await import("read-excel-file/universal");
  try {
    const rows = (await readSheet(archive, sheet.at + 1)) as Cell[][];
    wholeSeconds(rows);
    return { scan, rows: rows as (Cell[] | undefined)[] };
  } catch (cause) {
    const described = describeSystemError(cause, path, what);
    if (described instanceof DataError) throw described;
    const found = `damaged or unusual content (${(cause as Error).message}) in the sheet ${JSON.stringify(sheet.name)}`;
    const fix = "Open it in a spreadsheet and save it again, or save the sheet as CSV";
    throw new DataError({ path, expected: what, found, fix, cause });
  }
};

const remarksOf = ({ errors, firstError, unsolved, merged }: SheetScan): string[] => [
  ...(errors > 0
    ? [`Cells with an error such as #DIV/0!: ${errors}, the first in ${firstError}. They are missing.`]
    : []),
  ...(unsolved > 0
    ? [
        `Formulas whose result the file does not hold: ${unsolved}. They are missing. Save the file in a spreadsheet to keep them.`,
      ]
    : []),
  ...(merged > 0
    ? [`Merged cells over several rows: ${merged}. Their value stands in the first one, and the others are missing.`]
    : []),
];

const nameOf = (cell: Cell | undefined, position: number): string => {
  const text = cell instanceof Date ? cell.toISOString().slice(0, 10) : `${cell ?? ""}`.trim();
  return text === "" ? `column${position + 1}` : text;
};

/**
 * The rows of a sheet in pieces of at most `chunkRows` rows. Rows without any value are passed over, and so are columns, and
 * rows with a single value, such as a title, above a table of three columns or more. The first row then holds names, unless
 * it holds numbers and no text. Rows are counted as the spreadsheet does.
 * @throws DataError for damaged and too large workbooks, for a sheet that is not there, and for what the sink refuses
 */
export async function* streamXlsx<T>(
  path: string,
  options: SourceOptions,
  open: OpenSink<T>,
): AsyncGenerator<T, void, undefined> {
  const { chunkRows = 4096, signal } = options;
  await checkFormat(path);
  const book = await openWorkbook(path);
  const sheet = chooseSheet(path, book, options.sheet);
  const { rows, scan } = await parseSheet(path, book, sheet);
  signal?.throwIfAborted();
  const remarks = remarksOf(scan);

  const filled: number[] = [];
  const counts = rows.map((row) => {
    let count = 0;
    for (const [i, cell] of row!.entries()) {
      if (cell === null) continue;
      filled[i] = (filled[i] ?? 0) + 1;
      count++;
    }
    return count;
  });
  let first = counts.findIndex((count) => count > 0);
  if (first < 0) {
    const found = `the sheet ${JSON.stringify(sheet.name)} without a value`;
    throw new DataError({ path, expected: "rows", found, fix: "Name another with the option sheet" });
  }
  const titles = first;
  const wide = Math.max(...counts.slice(first, first + headerLookahead)) > 2;
  while (wide && counts[first]! < 2) {
    // What stands above is no part of the table's columns either.
    for (const [i, cell] of rows[first]!.entries()) if (cell !== null) filled[i]!--;
    first++;
  }
  if (first > titles) remarks.push(`Rows ${titles + 1} to ${first} hold a title or nothing and were passed over.`);
  const positions = [...filled.keys()].filter((i) => (filled[i] ?? 0) > 0);
  checkColumnCount(path, positions.length);
  const cells = (row: readonly Cell[]): (Cell | undefined)[] => positions.map((i) => row[i]);
  const start = cells(rows[first]!);
  const sample = rows.slice(first, first + headerLookahead).map((row) => cells(row!));
  const header =
    options.header ??
    (start.some((cell) => typeof cell === "string") &&
      (!start.some((cell) => typeof cell === "number") || looksLikeHeader(sample)));
  const names = positions.map((position, j) => nameOf(header ? start[j] : null, position));
  const sink = open(names, () => ({ sheet: sheet.name, remarks }));
  for (let row = header ? first + 1 : first; row < rows.length; row++) {
    const values = rows[row]!;
    rows[row] = undefined;
    if (counts[row] === 0) continue;
    sink.add(cells(values), row + 1);
    if (sink.rows < chunkRows) continue;
    signal?.throwIfAborted();
    yield sink.take();
  }
  if (sink.pending) yield sink.take();
}
