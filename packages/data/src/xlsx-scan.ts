/**
 * What a sheet of an Excel workbook holds, looked at before it is parsed. The library that parses it fills a sheet up to its
 * last row and column, so that two cells far apart would take all memory, and it passes over errors and merged cells in
 * silence.
 */
import { DataError } from "./errors.ts";

/** Bytes of a sheet's XML: the library holds all of it as one text. */
const mostBytes = 2 ** 28;
/** Cells up to the last row and column. */
const mostCells = 2e7;
/** Excel's own limits (Microsoft, "Excel specifications and limits"). */
const mostRows = 1_048_576;
const mostColumns = 16_384;

const pieceBytes = 1 << 20;

const tag = /<(?:\w{1,20}:)?(c|row|mergeCell)(?=[\s/>])([^<>]*)>/g;
/** A formula that the cell ends after. */
const unsolvedFormula = /<(?:\w{1,20}:)?f(?:[\s/][^<>]*)?>(?:[^<>]*<\/(?:\w{1,20}:)?f>)?\s*<\/(?:\w{1,20}:)?c>/g;
const place = /\sr\s*=\s*["']([^"']*)["']/;
const type = /\st\s*=\s*["'](\w*)["']/;
const range = /\sref\s*=\s*["']([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?["']/;

const cellPlace = /^([A-Z]{0,3})(\d{1,7})$/;

/** The number of a column from 1: A is 1, AA is 27. */
const columnNumber = (letters: string): number => {
  let number = 0;
  for (let i = 0; i < letters.length; i++) number = 26 * number + letters.charCodeAt(i) - 64;
  return number;
};

/** What a person should know of a sheet. */
export interface SheetScan {
  /** Cells that hold an error such as `#DIV/0!`, and the place of the first one. */
  readonly errors: number;
  readonly firstError?: string;
  /** Formulas whose result the file does not hold. */
  readonly unsolved: number;
  /** Groups of merged cells of more than one row. */
  readonly merged: number;
}

/** XML in pieces that end between cells. */
function* pieces(xml: Uint8Array): Generator<string> {
  const bytes = Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("c>", at + pieceBytes);
    const until = end < 0 ? bytes.length : end + 2;
    // Tags and their attributes are ASCII.
    yield bytes.toString("latin1", at, until);
    at = until;
  }
}

/**
 * Looks at a sheet's XML.
 * @param name of the sheet
 * @throws DataError for sheets that are too large for the library, and for rows and columns that no sheet has
 */
export const scanSheet = (xml: Uint8Array, path: string, name: string): SheetScan => {
  const refuse = (expected: string, found: string, fix: string, row?: number): DataError =>
    new DataError({ path, row, expected: `${expected} in the sheet ${JSON.stringify(name)}`, found, fix });
  const asCsv = "Save the sheet as CSV, which is read in pieces";
  if (xml.length > mostBytes)
    throw refuse(`at most ${mostBytes / 2 ** 20} MiB`, `${Math.ceil(xml.length / 2 ** 20)} MiB, unpacked`, asCsv);
  let lastRow = 0;
  let lastColumn = 0;
  let errors = 0;
  let firstError: string | undefined;
  let unsolved = 0;
  let merged = 0;
  for (const text of pieces(xml)) {
    if (text.includes("</f>") || text.includes(":f>") || text.includes("/>"))
      unsolved += text.match(unsolvedFormula)?.length ?? 0;
    const mayHaveErrors = /t\s*=\s*["']e["']/.test(text);
    tag.lastIndex = 0;
    for (let found = tag.exec(text); found; found = tag.exec(text)) {
      const [, element, attributes = ""] = found;
      if (element === "mergeCell") {
        const cells = range.exec(attributes);
        if (cells?.[4] !== undefined && cells[2] !== cells[4]) merged++;
        continue;
      }
      const at = place.exec(attributes)?.[1];
      if (at === undefined) {
        if (element === "row") continue;
        throw refuse("cells with their places", "one without", "Open the workbook in a spreadsheet and save it again");
      }
      const [, letters = "", digits] = cellPlace.exec(at) ?? [];
      const row = Number(digits ?? Number.NaN);
      const column = letters === "" ? 0 : columnNumber(letters);
      if (!(row >= 1 && row <= mostRows && column <= mostColumns && column > 0 === (element === "c")))
        throw refuse("places such as B7", JSON.stringify(at), "Fetch or write the file again");
      if (element === "row" || attributes.endsWith("/")) continue;
      if (row > lastRow) lastRow = row;
      if (column > lastColumn) lastColumn = column;
      if (!mayHaveErrors || type.exec(attributes)?.[1] !== "e") continue;
      errors++;
      firstError ??= at;
    }
  }
  if (lastRow * lastColumn > mostCells)
    throw refuse(
      `at most ${mostCells} cells`,
      `${lastRow} rows of ${lastColumn} columns, up to the last cell that is not empty`,
      `Remove stray cells far from the table, or s${asCsv.slice(1)}`,
    );
  return { errors, unsolved, merged, ...(firstError !== undefined && { firstError }) };
};
