import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import type { CellColumn } from "./cell-column.ts";
import type { CellOptions } from "./cells.ts";
import { writeNpy } from "./npy-file.ts";
import { readCells } from "./read.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-cells-"));
afterAll(() => rmSync(folder, { recursive: true }));
let next = 0;
const at = (ending: string): string => join(folder, `${next++}${ending}`);

const read = (content: string | Uint8Array, options?: CellOptions, ending = ".csv") => {
  const path = at(ending);
  writeFileSync(path, content);
  return readCells(path, options);
};

/** A column's cells as a person reads them: text where it is kept, null where missing. */
const cellsOf = ({ codes, texts }: CellColumn) =>
  Array.from(codes, (code) => (code === -1 ? null : (texts[code] ?? code)));
const column = async (cells: readonly string[], options?: CellOptions, name = "x", delimiter = ",") =>
  (
    await read([`${name}${delimiter}z`, ...cells.map((cell) => `"${cell}"${delimiter}1`)].join("\n"), {
      delimiter,
      ...options,
    })
  ).columns[0]!;

describe("mixed columns", () => {
  test("numbers, words, dates and gaps, each with its texts and counts", async () => {
    const { rows, columns, found, remarks } = await read(
      "age,town,day,zip\n31,Köln,2020-01-02,01234\n,Ulm,2020-02-03,\n7.50,,NA,90210\n?,Köln,2020-01-02,01234\n",
    );
    expect(rows).toBe(4);
    expect(found).toEqual({ encoding: "utf-8", delimiter: ",", decimal: "." });
    expect(remarks).toEqual([]);
    const [age, town, day, zip] = columns as [CellColumn, CellColumn, CellColumn, CellColumn];
    expect([...age.numbers]).toEqual([31, Number.NaN, 7.5, Number.NaN]);
    expect(cellsOf(age)).toEqual(["31", null, "7.50", null]);
    expect(age).toMatchObject({ name: "age", missing: 2, numeric: 2, other: 0, distinct: 2, decimals: 2 });
    expect(cellsOf(town)).toEqual(["Köln", "Ulm", null, "Köln"]);
    expect(town).toMatchObject({ missing: 1, numeric: 0, other: 3, distinct: 2 });
    expect(town.decimals).toBeUndefined();
    expect(town.typed).toBeUndefined();
    expect(cellsOf(day)).toEqual(["2020-01-02", "2020-02-03", null, "2020-01-02"]);
    expect([...zip.numbers]).toEqual([1234, Number.NaN, 90210, 1234]);
    expect(cellsOf(zip)).toEqual(["01234", null, "90210", "01234"]);
  });

  test("columns are chosen, in the order asked for", async () => {
    const text = "a,b,c\n1,x,2\n";
    expect((await read(text, { columns: ["c", "b"] })).columns.map(({ name }) => name)).toEqual(["c", "b"]);
    expect((await read(text, { exclude: ["b"] })).columns.map(({ name }) => name)).toEqual(["a", "c"]);
    await expect(read(text, { columns: ["d"] })).rejects.toThrow(/no such column; it has "a", "b", "c"/);
  });

  test("errors name row and column", async () => {
    await expect(read("a,b\n1,2\n3\n")).rejects.toThrow(/row 3: expected 2 fields, as in the first row, found 1/);
    await expect(read("a,a\n1,2\n")).rejects.toThrow(/column "a": expected each column name once/);
    await expect(read("a,b\n")).rejects.toThrow(/at least one row/);
    await expect(read("")).rejects.toThrow(/an empty file/);
    await expect(read('a,b\n"1,2\n')).rejects.toThrow(/row 2: expected a closing quote/);
  });

  test("options are checked", async () => {
    const call = (options: unknown) => read("a\n1\n", options as CellOptions);
    await expect(call({ delimeter: ";" })).rejects.toThrow(/delimeter in the call of readCells.*delimiter/);
    await expect(call({ decimal: ";" })).rejects.toThrow(/option decimal/);
    await expect(call({ thousands: "x" })).rejects.toThrow(/option thousands/);
    await expect(call({ decimal: ",", thousands: "," })).rejects.toThrow(/to differ/);
    await expect(call({ delimiter: ";;" })).rejects.toThrow(/delimiter of one character/);
    await expect(call({ signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
  });
});

describe("missing cells", () => {
  test.each(["", "  ", "NA", "na", "N/A", "#N/A", "NaN", "null", "NULL", "<NA>", "\\N", "?"])(
    "%j always",
    async (word) => {
      expect(cellsOf(await column(["red", word, "blue"]))).toEqual(["red", null, "blue"]);
      expect(await column(["1", word, "2"])).toMatchObject({ missing: 1, numeric: 2, other: 0 });
    },
  );

  test.each(["-", ".", "--", "None", "nil", "Missing", "#DIV/0!"])("%j among numbers and dates only", async (word) => {
    expect(await column(["1", word, "2.5"])).toMatchObject({ missing: 1, numeric: 2, other: 0, texts: ["1", "2.5"] });
    expect(cellsOf(await column(["2020-01-02", word, "2020-01-03"]))).toEqual(["2020-01-02", null, "2020-01-03"]);
    expect(cellsOf(await column(["mild", word, "severe"]))).toEqual(["mild", word, "severe"]);
    expect(await column([word, word])).toMatchObject({ missing: 0, other: 2 });
  });

  test("more words may be told", async () => {
    const told = { missingWords: ["unknown", "-999"] };
    expect(await column(["1", "Unknown", "-999"], told)).toMatchObject({ missing: 2, numeric: 1 });
    expect(cellsOf(await column(["red", "unknown"], told))).toEqual(["red", null]);
    const many = Array.from({ length: 25_000 }, (_, i) => (i % 5 === 0 ? "-999" : `${i}`));
    expect(await column(many, told)).toMatchObject({ missing: 5000, numeric: 20_000 });
    const { columns } = await read('{"a":-999}\n{"a":3}\n', told, ".jsonl");
    expect(columns[0]).toMatchObject({ missing: 1, numeric: 1 });
  });

  test("a blank line in a single column", async () => {
    expect(cellsOf((await read("a\nred\n\nblue\n")).columns[0]!)).toEqual(["red", null, "blue"]);
  });
});

describe("how numbers are written", () => {
  test("decimal commas after semicolons, tabs, and in quotes", async () => {
    for (const [text, delimiter] of [
      ["a;b\n3,14;1\n2,5;2\n", ";"],
      ["a\tb\n3,14\t1\n2,5\t2\n", "\t"],
      ['a,b\n"3,14",1\n"2,5",2\n', ","],
      ["a|b\n3,14|1\n2,5|2\n", "|"],
    ] as const) {
      const { columns, found, remarks } = await read(text);
      expect(found).toMatchObject({ delimiter, decimal: "," });
      expect([...columns[0]!.numbers]).toEqual([3.14, 2.5]);
      expect(columns[0]!.decimals).toBe(2);
      expect(remarks).toEqual([]);
    }
  });

  test("without names, where commas are as many as semicolons", async () => {
    const { columns, found } = await read("1,5;2,5;3,25\n4,5;5,5;6,75\n");
    expect(found).toMatchObject({ delimiter: ";", decimal: "," });
    expect(columns.map(({ numbers }) => [...numbers])).toEqual([
      [1.5, 4.5],
      [2.5, 5.5],
      [3.25, 6.75],
    ]);
    expect((await read("x\n1,5\n2,5\n")).columns.map(({ numbers }) => [...numbers])).toEqual([[1.5, 2.5]]);
  });

  test.each([
    [["1,234.50", "12.25"], ".", ","],
    [["1.234,50", "12,25"], ",", "."],
    [["1 234,50", "12,25"], ",", " "],
    [["1\u202f234,50", "12,25"], ",", "\u202f"],
    [["1'234.50", "12.25"], ".", "'"],
  ])("%j", async (cells, decimal, thousands) => {
    const { columns, found, remarks } = await read(`x\tz\n${cells.map((cell) => `${cell}\t1`).join("\n")}\n`);
    expect([...columns[0]!.numbers]).toEqual([1234.5, 12.25]);
    expect(found).toMatchObject({ decimal, thousands });
    expect(remarks).toEqual([]);
  });

  test("1,234 alone: read by the rest of the file, else by the delimiter, and said", async () => {
    const alone = await read('x,z\n"1,234",1\n"5,678",2\n');
    expect([...alone.columns[0]!.numbers]).toEqual([1234, 5678]);
    expect(alone.remarks).toEqual([
      'Column "x": numbers such as 1,234 were read by default as one thousand two hundred thirty-four. If that is wrong, set the option decimal to ",".',
    ]);
    const german = await read("x;z\n1,234;1\n5,678;2\n");
    expect([...german.columns[0]!.numbers]).toEqual([1.234, 5.678]);
    expect(german.columns[0]!.decimals).toBe(3);
    expect(german.remarks[0]).toMatch(/1 and 234 thousandths.*set the option decimal to "\."/);
    const others = await read("x\ty\n1,234\t3,5\n5,678\t2,5\n");
    expect([...others.columns[0]!.numbers]).toEqual([1.234, 5.678]);
    const points = await read("x;y\n1.234;3,5\n5.678;2,5\n");
    expect([...points.columns[0]!.numbers]).toEqual([1234, 5678]);
    expect(points.found.thousands).toBe(".");
    expect(points.remarks[0]).toMatch(/as other columns of the file are written as one thousand/);
    // Commas that set thousands apart would do so in 1200 too.
    expect([...(await column(["1,234", "1200"], {}, "x", "\t")).numbers]).toEqual([1.234, 1200]);
    // Plain decimals need no word.
    expect((await read("x,y\n1.234,a\n5.678,b\n")).remarks).toEqual([]);
    const told = await read('x,z\n"1,234",1\n', { decimal: "," });
    expect([...told.columns[0]!.numbers]).toEqual([1.234]);
    expect(told.remarks).toEqual([]);
  });

  test("columns that differ are each read as they are written", async () => {
    const { columns, remarks } = await read("price;latitude;mix\n3,50;52.51;1,5\n4,25;48.13;2.5\n1,75;50.94;3,5\n");
    expect([...columns[0]!.numbers]).toEqual([3.5, 4.25, 1.75]);
    expect([...columns[1]!.numbers]).toEqual([52.51, 48.13, 50.94]);
    expect([...columns[2]!.numbers]).toEqual([1.5, 2.5, 3.5]);
    expect(remarks).toEqual([
      'Column "mix": 1 of 3 numbers have a decimal point, the others a decimal comma. Each was read as it is written.',
    ]);
  });

  test("a sign that every number has is taken off and reported", async () => {
    const percent = await column(["12 %", "", "3.5 %"]);
    expect([...percent.numbers]).toEqual([12, Number.NaN, 3.5]);
    expect(percent).toMatchObject({ suffix: "%", decimals: 1, numeric: 2, missing: 1 });
    const euro = await read("x;z\n€ 1.234,50;1\n€ 3,50;2\n");
    expect([...euro.columns[0]!.numbers]).toEqual([1234.5, 3.5]);
    expect(euro.columns[0]!.prefix).toBe("€");
    expect(euro.remarks).toEqual(['Column "x": every number is written with "€" and was read without it.']);
    for (const cells of [
      ["12 %", "3"],
      ["3", "12 %"],
      ["€ 3", "$ 3"],
      ["12 %", "many"],
      ["many", "12 %"],
      ["12 %", "12 %", "3", "12 %", "9 %"],
    ]) {
      const mixed = await column(cells);
      expect(mixed.suffix ?? mixed.prefix).toBeUndefined();
      expect(cellsOf(mixed)).toEqual(cells);
      expect(mixed.numeric).toBe(cells.filter((cell) => cell === "3").length);
      expect(Array.from(mixed.numbers, (x) => !Number.isNaN(x)).filter(Boolean).length).toBe(
        mixed.numeric === 0 ? 0 : mixed.numeric,
      );
    }
  });

  test("infinities are text, and said", async () => {
    const { columns, remarks } = await read("x,z\n1,1\ninf,2\n");
    expect(cellsOf(columns[0]!)).toEqual(["1", "inf"]);
    expect(columns[0]).toMatchObject({ numeric: 1, other: 1 });
    expect(remarks[0]).toMatch(/1 cells hold an infinity/);
  });
});

describe("many different cells", () => {
  test("texts of numbers go first, words stay", async () => {
    const cells = Array.from({ length: 25_000 }, (_, i) => (i % 100 === 7 ? "unknown" : `${i / 8}`));
    const { columns } = await read(`x,z\n${cells.map((cell) => `${cell},1`).join("\n")}\n`);
    const [x] = columns as [CellColumn];
    expect(x.texts).toEqual(["unknown"]);
    expect(x).toMatchObject({ numeric: 24_750, other: 250, missing: 0, distinct: 24_751, decimals: 3 });
    expect(Array.from(x.numbers)).toEqual(cells.map((cell) => (cell === "unknown" ? Number.NaN : Number(cell))));
    expect(Array.from(x.codes)).toEqual(cells.map((cell) => (cell === "unknown" ? 0 : -2)));
  });

  test("words beyond 20,000 are counted, and not kept", async () => {
    const cells = Array.from({ length: 30_000 }, (_, i) => `id-${i % 29_000}`);
    const { columns } = await read(`x\n${cells.join("\n")}\n`);
    expect(columns[0]!.texts.length).toBe(20_000);
    expect(columns[0]).toMatchObject({ other: 30_000, distinct: 29_000 });
    expect([columns[0]!.codes[0], columns[0]!.codes[20_000], columns[0]!.codes[29_000]]).toEqual([0, -2, 0]);
  });

  test("decimal commas, ambiguous numbers and gaps in long columns", async () => {
    const cells = Array.from({ length: 60_000 }, (_, i) =>
      i % 50 === 3 ? "-" : `${(i * 7) % 30_011},${String(i % 1000).padStart(3, "0")}`,
    );
    const { columns, found } = await read(`x;z\n${cells.map((cell) => `${cell};1,5`).join("\n")}\n`);
    expect(found.decimal).toBe(",");
    expect(Array.from(columns[0]!.numbers)).toEqual(
      cells.map((cell) => (cell === "-" ? Number.NaN : Number(cell.replace(",", ".")))),
    );
    expect(columns[0]).toMatchObject({ missing: 1200, other: 0, texts: [] });
  });

  test("a sign that turns out not to be everywhere, late", async () => {
    const cells = Array.from({ length: 30_000 }, (_, i) => `${i} %`);
    const { columns } = await read(`x,z\n${[...cells, "3"].map((cell) => `${cell},1`).join("\n")}\n`);
    expect(columns[0]).toMatchObject({ numeric: 1, other: 30_000 });
    expect(columns[0]!.numbers.filter((x) => !Number.isNaN(x))).toEqual(new Float64Array([3]));
  });
});

test("any texts come back as they were", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\n", ";", " ", "1", ".", "-"), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 }), async (rows) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const { columns } = await read(`x,y\n${rows.map((row) => row.map(quote).join(",")).join("\n")}\n`, {
        delimiter: ",",
        header: true,
      });
      for (const [j, { codes, texts, numbers, missing }] of columns.entries()) {
        let gaps = 0;
        for (const [i, row] of rows.entries()) {
          const text = row[j]!.trim();
          if (codes[i] === -1) gaps++;
          else expect(texts[codes[i]!]).toBe(text);
          if (/^-?\d+(\.\d+)?$/.test(text)) expect(numbers[i]).toBe(Number(text));
        }
        expect(gaps).toBe(missing);
        expect(new Set(texts).size).toBe(texts.length);
      }
    }),
    { numRuns: 60 },
  );
});

describe("formats that keep types", () => {
  test("JSON lines", async () => {
    const { columns, found } = await read(
      '{"n":1,"t":"01","b":true,"m":1}\n{"n":2.25,"t":"x","b":false,"m":"a"}\n{"n":null,"t":null,"b":true,"m":null}\n',
      {},
      ".jsonl",
    );
    expect(columns.map(({ typed }) => typed)).toEqual(["number", "text", "boolean", undefined]);
    expect([...columns[0]!.numbers]).toEqual([1, 2.25, Number.NaN]);
    expect(columns[0]!.decimals).toBe(2);
    expect(cellsOf(columns[1]!)).toEqual(["01", "x", null]);
    expect(cellsOf(columns[2]!)).toEqual(["true", "false", "true"]);
    expect([...columns[2]!.numbers]).toEqual([1, 0, 1]);
    expect(cellsOf(columns[3]!)).toEqual(["1", "a", null]);
    expect(found).toEqual({ encoding: "utf-8" });
    await expect(read('{"a":[1]}\n', {}, ".jsonl")).rejects.toThrow(
      /column "a": expected a number, a text.*found a list.*exclude/,
    );
  });

  test("Parquet, over several row groups", async () => {
    const path = at(".parquet");
    const rows = 20_000;
    writeFileSync(
      path,
      new Uint8Array(
        parquetWriteBuffer({
          rowGroupSize: 7000,
          columnData: [
            { name: "x", data: Float64Array.from({ length: rows }, (_, i) => i / 4) },
            {
              name: "town",
              data: Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : ["Ulm", "Köln"][i % 2]!)),
              type: "STRING",
            },
            { name: "day", data: Array.from({ length: rows }, (_, i) => new Date(86_400_000 * (i % 10))) },
            { name: "flag", data: Array.from({ length: rows }, (_, i) => i % 3 === 0) },
            {
              name: "long",
              data: BigInt64Array.from({ length: rows }, (_, i) => 9_007_199_254_740_993n + BigInt(i % 2)),
            },
          ],
        }),
      ),
    );
    const { rows: count, columns } = await readCells(path, { exclude: ["flag"] });
    expect(count).toBe(rows);
    expect(columns.map(({ name, typed }) => [name, typed])).toEqual([
      ["x", "number"],
      ["town", "text"],
      ["day", "date"],
      ["long", "number"],
    ]);
    expect(columns[0]).toMatchObject({ decimals: 2, distinct: rows });
    expect(columns[0]!.numbers[19_999]).toBe(19_999 / 4);
    expect(columns[1]!.missing).toBe(Math.ceil(rows / 7));
    expect(columns[2]!.texts.slice(0, 2)).toEqual(["1970-01-01", "1970-01-02"]);
    expect(columns[2]!.numbers[3]).toBe(3 * 86_400_000);
    expect(columns[3]!.texts).toEqual(["9007199254740993", "9007199254740994"]);
    const flags = await readCells(path, { columns: ["flag"] });
    expect(flags.columns[0]).toMatchObject({ typed: "boolean", texts: ["true", "false"] });
    await expect(readCells(path, { columns: ["size"] })).rejects.toThrow(/no such column/);
  });

  test("arrays", async () => {
    const path = at(".npy");
    await writeNpy(path, {
      dtype: "float64",
      shape: [2, 2],
      data: new Float64Array([1, Number.NaN, 2.5, Number.POSITIVE_INFINITY]),
    });
    const { columns, remarks } = await readCells(path);
    expect(columns.map(({ name }) => name)).toEqual(["column1", "column2"]);
    expect(columns[0]).toMatchObject({ typed: "number", numeric: 2, decimals: 1 });
    expect(columns[1]).toMatchObject({ missing: 1, other: 1 });
    expect(remarks).toHaveLength(1);
    await writeNpy(path, { dtype: "bool", shape: [3], data: new Uint8Array([1, 0, 1]) });
    expect((await readCells(path)).columns[0]).toMatchObject({ typed: "boolean", texts: ["true", "false"] });
  });
});

test("what is cut off anywhere is read, or refused with a DataError", async () => {
  const whole = {
    ".csv": Buffer.from('a;b\n"1;2";3,5\n"x\ny";Köln\n'),
    ".csv.gz": gzipSync("a,b\n1,x\n2,y\n"),
    ".jsonl": Buffer.from('{"a":1,"b":"ü"}\n{"a":2,"b":null}\n'),
    ".tsv": Buffer.from("\ufeffa\tb\n1\tx\n", "utf16le"),
  };
  for (const [ending, bytes] of Object.entries(whole))
    for (let length = 0; length < bytes.length; length++)
      await read(bytes.subarray(0, length), {}, ending).catch((error) => expect(error.name).toBe("DataError"));
});
