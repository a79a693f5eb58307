import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import type { CellOptions } from "./cells.ts";
import { readCells, readTable } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-xlsx-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "a.xlsx");

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** A workbook of sheets, each given as the XML of its rows, and perhaps more parts. */
const book = (sheets: Readonly<Record<string, string>>, parts: Readonly<Record<string, string>> = {}): Uint8Array => {
  const names = Object.keys(sheets);
  const relations = names.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${office}/worksheet" Target="worksheets/s${i + 1}.xml"/>`,
  );
  const texts: Record<string, string> = {
    "xl/workbook.xml": `<workbook xmlns:r="${office}"><sheets>${names
      .map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${relations.join("")}<Relationship Id="rS" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rT" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    // 0: plain; 1: m/d/yy, which is built in.
    "xl/styles.xml": `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": "<sst><si><t>Köln</t></si><si><r><t>Ul</t></r><r><t>m</t></r></si></sst>",
    ...Object.fromEntries(names.map((name, i) => [`xl/worksheets/s${i + 1}.xml`, sheets[name]!])),
    ...parts,
  };
  return zipSync(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, strToU8(text)])));
};

type Cell = number | string | boolean | null | { readonly xml: string };
const letters = (column: number): string => String.fromCharCode(65 + column);
const cellXml = (cell: Cell, column: number, row: number): string => {
  const r = `r="${letters(column)}${row}"`;
  if (cell === null) return "";
  if (typeof cell === "object") return cell.xml.replace("<c", `<c ${r}`);
  if (typeof cell === "string") return `<c ${r} t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
  return typeof cell === "boolean" ? `<c ${r} t="b"><v>${Number(cell)}</v></c>` : `<c ${r}><v>${cell}</v></c>`;
};
/** A sheet of rows from the first on. */
const sheet = (rows: readonly (readonly Cell[])[], after = ""): string =>
  `<worksheet><sheetData>${rows
    .map((row, i) => `<row r="${i + 1}">${row.map((cell, j) => cellXml(cell, j, i + 1)).join("")}</row>`)
    .join("")}</sheetData>${after}</worksheet>`;

const day = (serial: number): Cell => ({ xml: `<c s="1"><v>${serial}</v></c>` });
const shared = (index: number): Cell => ({ xml: `<c t="s"><v>${index}</v></c>` });
const read = (bytes: Uint8Array, options?: CellOptions) => {
  writeFileSync(path, bytes);
  return readCells(path, options);
};

const people = sheet([
  ["town", "age", "member", "since", "code"],
  [shared(0), 31.5, true, day(43_831), "007"],
  [shared(1), null, false, day(43_831.75), null],
  [null, 7, null, null, "x & y"],
]);

test("numbers, texts, truth values, dates and empty cells", async () => {
  const { rows, columns, found, remarks } = await read(book({ People: people }));
  expect(rows).toBe(3);
  expect(found).toEqual({ sheet: "People" });
  expect(remarks).toEqual([]);
  expect(columns.map(({ name, typed, missing }) => [name, typed, missing])).toEqual([
    ["town", "text", 1],
    ["age", "number", 1],
    ["member", "boolean", 1],
    ["since", "date", 1],
    ["code", "text", 1],
  ]);
  expect(columns[0]!.texts).toEqual(["Köln", "Ulm"]);
  expect([...columns[1]!.numbers]).toEqual([31.5, Number.NaN, 7]);
  expect([...columns[2]!.numbers]).toEqual([1, 0, Number.NaN]);
  expect([...columns[3]!.numbers]).toEqual([Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 1, 18), Number.NaN]);
  expect(columns[3]!.texts).toEqual(["2020-01-01", "2020-01-01T18:00:00.000Z"]);
  expect(columns[4]!.texts).toEqual(["007", "x & y"]);
});

test("readTable takes the numbers, and names what is not a number", async () => {
  writeFileSync(path, book({ People: people }));
  const { values, dropped } = await readTable(path, { columns: ["age"], missing: "drop" });
  expect([...values.data]).toEqual([31.5, 7]);
  expect(dropped).toEqual([1]);
  await expect(readTable(path)).rejects.toThrow(/row 2, column "town": expected a number, found the text "Köln"/);
});

describe("sheets", () => {
  const bytes = book({
    First: sheet([["a"], [1]]),
    "Q1 & Q2": sheet([["b"], [2]]),
    Empty: "<worksheet><sheetData/></worksheet>",
  });
  test("by name and by number", async () => {
    for (const [sheet, name] of [
      [undefined, "a"],
      [1, "a"],
      [2, "b"],
      ["Q1 & Q2", "b"],
    ] as const)
      expect((await read(bytes, { sheet })).columns[0]!.name).toBe(name);
  });
  test("that are not there", async () => {
    for (const sheet of [0, 4, 1.5, "first"])
      await expect(read(bytes, { sheet })).rejects.toThrow(
        /expected the sheet .*found the sheets "First", "Q1 & Q2", "Empty"/,
      );
    await expect(read(bytes, { sheet: 3 })).rejects.toThrow(/expected rows, found the sheet "Empty" without a value/);
  });
});

describe("where the table stands", () => {
  test("below a title, beside empty columns, with empty rows in it", async () => {
    const { columns, remarks, rows } = await read(
      book({ S: sheet([["Report of May"], [], [null, "a", "b", "c"], [null, 1, 2, 3], [], [null, 4, 5, 6]]) }),
    );
    expect(columns.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(rows).toBe(2);
    expect(remarks).toEqual(["Rows 1 to 2 hold a title or nothing and were passed over."]);
  });
  test("without names", async () => {
    const bytes = book({
      S: sheet([
        [1, 2],
        [3, 4],
      ]),
    });
    expect((await read(bytes)).columns.map(({ name, numeric }) => [name, numeric])).toEqual([
      ["column1", 2],
      ["column2", 2],
    ]);
    expect((await read(bytes, { header: true })).columns.map(({ name }) => name)).toEqual(["1", "2"]);
    const words = book({
      S: sheet([
        ["x", "y"],
        ["z", "w"],
      ]),
    });
    expect((await read(words, { header: false })).rows).toBe(2);
    expect(
      (
        await read(
          book({
            S: sheet([
              ["country", 1990],
              ["France", 5],
              ["Spain", 7],
            ]),
          }),
        )
      ).rows,
    ).toBe(3);
  });
  test("names that are missing, or occur twice", async () => {
    expect(
      (
        await read(
          book({
            S: sheet([
              ["a", null],
              [1, 2],
            ]),
          }),
        )
      ).columns.map(({ name }) => name),
    ).toEqual(["a", "column2"]);
    await expect(
      read(
        book({
          S: sheet([
            ["a", "a"],
            [1, 2],
          ]),
        }),
      ),
    ).rejects.toThrow(/each column name once/);
  });
});

test("errors, formulas without results and merged cells are said", async () => {
  const { columns, remarks } = await read(
    book({
      S: sheet(
        [
          ["a", "b"],
          [1, { xml: '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>' }],
          [{ xml: "<c><f>A2+1</f></c>" }, 2],
          [{ xml: "<c><f>A2+1</f><v>5</v></c>" }, 2],
        ],
        '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="A1:B1"/></mergeCells>',
      ),
    }),
  );
  expect(columns.map(({ missing }) => missing)).toEqual([1, 1]);
  expect([...columns[0]!.numbers]).toEqual([1, Number.NaN, 5]);
  expect(remarks).toEqual([
    "Cells with an error such as #DIV/0!: 1, the first in B2. They are missing.",
    "Formulas whose result the file does not hold: 1. They are missing. Save the file in a spreadsheet to keep them.",
    "Merged cells over several rows: 1. Their value stands in the first one, and the others are missing.",
  ]);
});

test("texts that hold numbers stay texts, and their numbers are read too", async () => {
  const { columns } = await read(
    book({
      S: sheet([
        ["a", "b"],
        ["3,50", 1],
        ["4,25", 2],
      ]),
    }),
  );
  expect(columns[0]).toMatchObject({ typed: "text", numeric: 2, texts: ["3,50", "4,25"] });
  expect([...columns[0]!.numbers]).toEqual([3.5, 4.25]);
});

test("times of day come back to the second, whatever a fraction of a day rounds to", async () => {
  const times = Array.from({ length: 500 }, (_, i) => Date.UTC(2024, 0, 1 + i, i % 24, (7 * i) % 60, (11 * i) % 60));
  // Excel writes 15 digits.
  const cells = times.map((time) => day(Number((time / 86_400_000 + 25_569).toPrecision(15))));
  const { columns } = await read(book({ Times: sheet([["at"], ...cells.map((cell) => [cell])]) }));
  expect([...columns[0]!.numbers]).toEqual(times);
});

test("dates beside numbers are texts", async () => {
  const { columns } = await read(
    book({
      S: sheet([
        ["a", "b"],
        [day(43_831), 5],
        [7, day(43_832)],
        [day(43_833), "9"],
      ]),
    }),
  );
  expect(columns[0]).toMatchObject({ texts: ["2020-01-01", "7", "2020-01-03"], numeric: 2, other: 1 });
  expect(columns[1]).toMatchObject({ texts: ["5", "2020-01-02", "9"], numeric: 2, other: 1 });
  expect(columns.map(({ typed }) => typed)).toEqual([undefined, undefined]);
});

describe("files that are refused", () => {
  test("other formats", async () => {
    await expect(read(new Uint8Array(0))).rejects.toThrow(/Excel workbook \(.xlsx\), found an empty file/);
    await expect(read(strToU8("a,b\n1,2\n"))).rejects.toThrow(/expected an Excel workbook/);
    await expect(read(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0, 0]))).rejects.toThrow(
      /old Excel \(\.xls\), or one with a password/,
    );
    await expect(read(zipSync({ "content.xml": strToU8("<x/>") }))).rejects.toThrow(
      /an archive without xl\/.*\.ods are not read/,
    );
    await expect(readCells(join(folder, "none.xlsx"))).rejects.toThrow(/no such file/);
  });

  test("cells far from the table, and places that no sheet has", async () => {
    const cell = (place: string) =>
      `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="${place}"><v>1</v></c></row></sheetData></worksheet>`;
    const far = `<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>`;
    await expect(read(book({ S: far }))).rejects.toThrow(
      /at most 20000000 cells in the sheet "S", found 1048576 rows of 16384 columns.*stray cells/,
    );
    for (const place of ["A1048577", "XFE2", "A9999999999999", "2", "A", "ZZZZ1"])
      await expect(read(book({ S: cell(place) }))).rejects.toThrow(/places such as B7/);
    const nowhere = `<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>`;
    await expect(read(book({ S: nowhere }))).rejects.toThrow(/cells with their places/);
    const row = `<worksheet><sheetData><row r="999999999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`;
    await expect(read(book({ S: row }))).rejects.toThrow(/places such as B7/);
  });

  test("damaged ones, always with a DataError", async () => {
    const whole = book({ People: people });
    for (let length = 0; length < whole.length; length += 29)
      await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ name: "DataError" });
    for (let at = 0; at < whole.length; at += 17)
      await read(whole.map((byte, i) => (i === at ? byte ^ 0x55 : byte))).catch((error) =>
        expect(error.name).toBe("DataError"),
      );
    for (let length = 20; length < people.length; length += 11)
      await read(book({ People: people.slice(0, length) })).catch((error) => expect(error.name).toBe("DataError"));
  });
});

const python = (() => {
  try {
    execFileSync("python3", ["-c", "import openpyxl"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!python)(
  `a workbook of openpyxl${python ? "" : ": skipped, python3 with openpyxl is not installed"}`,
  async () => {
    execFileSync("python3", [
      "-c",
      `import openpyxl, datetime, sys
b = openpyxl.Workbook(); s = b.active; s.title = "Data"
s.append(["name", "born", "score", "ok"])
s.append(["Ann", datetime.datetime(2001, 2, 3), 1.25, True])
s.append(["Bob", None, -3, False])
b.save(sys.argv[1])`,
      path,
    ]);
    const { columns } = await readCells(path);
    expect(columns.map(({ typed }) => typed)).toEqual(["text", "date", "number", "boolean"]);
    expect(columns[1]!.numbers[0]).toBe(Date.UTC(2001, 1, 3));
  },
);
