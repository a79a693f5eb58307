import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type CellSource, csvCells, jsonLinesCells, type WritableCell } from "./cell-text.ts";
import { readCells } from "./read.ts";
import { xlsxCells } from "./xlsx-write.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-cell-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

const source = (columns: readonly string[], cells: readonly (readonly WritableCell[])[]): CellSource => ({
  columns,
  rows: cells.length,
  cell: (row, column) => cells[row]![column]!,
});
const day = new Date(Date.UTC(2020, 1, 29));
const mixed = source(
  ["town", "price", "ok", "day"],
  [
    ["Köln, Dom", "-12.50", true, day],
    ['say "hi"', 3.25, false, null],
    ["=1+1", Number.NaN, null, new Date(day.getTime() + 1500)],
    [null, -0, true, null],
  ],
);

test("CSV: quotes, missing cells, dates, and formulas made text", () => {
  expect([...csvCells(mixed)].join("")).toBe(
    'town,price,ok,day\n"Köln, Dom",-12.50,true,2020-02-29\n"say ""hi""",3.25,false,\n\'=1+1,,,2020-02-29T00:00:01.500Z\n,-0,true,\n',
  );
  const german = source(["a", "b"], [["3,14", "x;y"]]);
  expect([...csvCells(german, ";")].join("")).toBe('a;b\n"3,14";"x;y"\n');
  expect([...csvCells(source(["a"], [["x"], [null], [""]]))].join("")).toBe("a\nx\nNA\nNA\n");
});

test("JSON lines", () => {
  expect([...jsonLinesCells(mixed)].join("").split("\n").slice(0, 4)).toEqual([
    '{"town":"Köln, Dom","price":"-12.50","ok":true,"day":"2020-02-29"}',
    '{"town":"say \\"hi\\"","price":3.25,"ok":false,"day":null}',
    '{"town":"=1+1","price":null,"ok":null,"day":"2020-02-29T00:00:01.500Z"}',
    '{"town":null,"price":0,"ok":true,"day":null}',
  ]);
});

test("any cells come back from every format", async () => {
  const text = fc
    .string({
      unit: fc.constantFrom("a", "é", "🙂", ",", '"', "\n", ";", "=", "-", "'", "_x0041_", "&", "<", "\u0007"),
      maxLength: 5,
    })
    .map((inner) => `w${inner}w`);
  const formula = text.map((inner) => `=${inner}`);
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
  const row = fc.tuple(fc.option(fc.oneof(text, formula)), fc.option(number));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (cells) => {
      const given = source(["words", "=x"], cells);
      const files = {
        "a.csv": [...csvCells(given)].join(""),
        "a.jsonl": [...jsonLinesCells(given)].join(""),
        "a.xlsx": await xlsxCells(given),
      };
      for (const [name, content] of Object.entries(files)) {
        const path = join(folder, name);
        writeFileSync(path, content);
        const { rows, columns } = await readCells(path, { ...(name === "a.csv" && { delimiter: ",", header: true }) });
        // Rows of a sheet without any value are no rows.
        const expected = name === "a.xlsx" ? cells.filter((row) => row.some((cell) => cell !== null)) : cells;
        if (name === "a.xlsx" && columns.length < 2) continue;
        expect(rows).toBe(expected.length);
        expect(columns.map(({ name }) => name)).toEqual(["words", "=x"]);
        expect(expected.map((_, i) => columns[0]!.texts[columns[0]!.codes[i]!] ?? null)).toEqual(
          expected.map(([words]) => words),
        );
        expect([...columns[1]!.numbers]).toEqual(expected.map(([, value]) => value ?? Number.NaN));
      }
    }),
    { numRuns: 40 },
  );
});

test("a workbook keeps types", async () => {
  const path = join(folder, "b.xlsx");
  writeFileSync(path, await xlsxCells(mixed, "A & B"));
  const { columns, found } = await readCells(path);
  expect(found).toEqual({ sheet: "A & B" });
  expect(columns.map(({ name, typed }) => [name, typed])).toEqual([
    ["town", "text"],
    ["price", undefined],
    ["ok", "boolean"],
    ["day", "date"],
  ]);
  expect([...columns[3]!.numbers]).toEqual([day.getTime(), Number.NaN, day.getTime() + 1500, Number.NaN]);
});

test("what a workbook cannot hold is refused", async () => {
  const cell = () => 1;
  await expect(xlsxCells({ columns: ["a"], rows: 2_000_000, cell })).rejects.toThrow(
    /at most 1048575 rows.*Write \.csv/,
  );
  await expect(xlsxCells(source(["a"], [["x".repeat(40_000)]]))).rejects.toThrow(
    /row 2, column "a": .*32767 characters/,
  );
  expect(() => [...csvCells(null as never)]).toThrow(/csvCells to be given cells/);
  await expect(xlsxCells({ columns: [] } as never)).rejects.toThrow(/xlsxCells to be given cells/);
});
