import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { writeCsv } from "./csv.ts";
import { readTable, streamRows } from "./read.ts";
import type { TableOptions } from "./table.ts";

fc.configureGlobal({ seed: 1 });

const folder = mkdtempSync(join(tmpdir(), "scorefield-csv-"));
afterAll(() => rmSync(folder, { recursive: true }));

let next = 0;
const file = (content: string | Uint8Array, ending = ".csv"): string => {
  const path = join(folder, `${next++}${ending}`);
  writeFileSync(path, content);
  return path;
};

const read = async (content: string | Uint8Array, options?: TableOptions, ending?: string) => {
  const { columns, values } = await readTable(file(content, ending), options);
  return { columns, rows: [...values.data], shape: values.shape };
};

const two = { columns: ["a", "b"], rows: [1, 2, 3, 4], shape: [2, 2] };

test.each([
  ["plain", "a,b\n1,2\n3,4\n"],
  ["without a last line end", "a,b\n1,2\n3,4"],
  ["CRLF", "a,b\r\n1,2\r\n3,4\r\n"],
  ["CR alone", "a,b\r1,2\r3,4"],
  ["a byte-order mark", "\ufeffa,b\n1,2\n3,4\n"],
  ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n3,4\n", "utf16le")],
  ["quotes", '"a","b"\n"1","2"\n3,"4"\n'],
  ["semicolons", "a;b\n1;2\n3;4\n"],
  ["tabs", "a\tb\n1\t2\n3\t4\n"],
  ["blank lines", "\na,b\n\n1,2\n  \n3,4\n\n\n"],
  ["gzip", gzipSync("a,b\n1,2\n3,4\n")],
])("reads %s", async (_, content) => {
  expect(await read(content)).toEqual(two);
});

test("a .tsv is split at tabs for any first line", async () => {
  expect(await read("a,1\tb,2,3\n1\t2\n", {}, ".tsv")).toEqual({
    columns: ["a,1", "b,2,3"],
    rows: [1, 2],
    shape: [1, 2],
  });
});

test("names may hold delimiters, quotes and line ends, which count as lines", async () => {
  const text = '"a,""b""","c\nd"\n1,2\n3,x\n';
  expect((await read('"a,""b""","c\nd"\n1,2\n')).columns).toEqual(['a,"b"', "c\nd"]);
  await expect(read(text)).rejects.toMatchObject({ row: 4, column: "c\nd" });
});

test("the header is recognised", async () => {
  expect((await read("1,2\n3,4\n")).columns).toEqual(["column1", "column2"]);
  expect((await read("1,2\n3,4\n")).shape).toEqual([2, 2]);
  expect((await read("1,2\n3,4\n", { header: true })).columns).toEqual(["1", "2"]);
  expect((await read("id,2019\n1,5\n")).columns).toEqual(["id", "2019"]);
  expect((await read(",x\n0,5\n")).columns).toEqual(["column1", "x"]);
  // A last column of labels does not turn the first row of data into names.
  expect(await read("1,2,up\n3,4,down\n", { exclude: ["column3"] })).toMatchObject({ rows: [1, 2, 3, 4] });
  await expect(read("a,b\n1,2\n", { header: false })).rejects.toMatchObject({ row: 1, column: "column1" });
});

test("errors say where and what to do", async () => {
  await expect(read("a,b\n1,2\n3,\n")).rejects.toMatchObject({ row: 3, column: "b" });
  await expect(read("a,b\n1,2\n3,\n")).rejects.toThrow(/missing value.*missing: "drop".*exclude: \["b"\]/);
  await expect(read("d,b\n2020-01-01,2\n")).rejects.toThrow(/row 2, column "d".*"2020-01-01".*exclude: \["d"\]/);
  await expect(read("a,b\n1,2\n3,4,5\n")).rejects.toThrow(/row 3: expected 2 fields.*found 3/);
  await expect(read("a,b\n1,2\n3\n")).rejects.toThrow(/row 3: expected 2 fields.*found 1/);
  await expect(read("a\n1\n\n2\n")).rejects.toMatchObject({ row: 3, column: "a" });
  await expect(read("1\n\n2\n")).rejects.toMatchObject({ row: 2, column: "column1" });
  await expect(read("")).rejects.toThrow(/an empty file/);
  await expect(read("\n\n")).rejects.toThrow(/an empty file/);
  await expect(read("a,b\n")).rejects.toThrow(/at least one row/);
  await expect(read("a,b\n1,inf\n")).rejects.toThrow(/row 2, column "b": expected a finite number/);
  await expect(read(new Uint8Array([97, 10, 0xc3, 0xa9, 10, 0xe9, 10]))).rejects.toThrow(/UTF-8/);
  await expect(read(gzipSync("a,b\n1,2\n").subarray(0, 20))).rejects.toThrow(/complete gzip file/);
  await expect(readTable(join(folder, "absent.csv"))).rejects.toThrow(/absent.csv.*no such file/);
  await expect(readTable(`${folder}.csv`)).rejects.toThrow(/no such file/);
});

test("missing: drop leaves incomplete rows out", async () => {
  expect(await read("a,b\n1,2\n,9\nNA,8\n3,4\n", { missing: "drop" })).toEqual(two);
});

test("what is written reads back bit for bit", async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const name = fc.string({ unit: fc.constantFrom("x", "é", ",", '"', "\n", ";", " y"), minLength: 1, maxLength: 5 });
  const names = fc.uniqueArray(
    name.map((text) => `n${text}m`),
    { minLength: 1, maxLength: 4 },
  );
  const table = names.chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.array(number, { minLength: columns.length, maxLength: columns.length }), {
        minLength: 1,
        maxLength: 20,
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(table, async ([columns, rows]) => {
      const path = join(folder, "round.csv");
      const values = ndarray(Float64Array.from(rows.flat()), [rows.length, columns.length]);
      await writeCsv(path, { columns, values });
      expect(await readTable(path, { header: true, delimiter: "," })).toEqual({ columns, values });
      const single = ndarray(
        Float32Array.from(rows.flat(), (x) => (Math.abs(x) < 3e38 ? x : 0)),
        values.shape,
      );
      await writeCsv(path, { columns, values: single });
      const back = await readTable(path, { header: true, delimiter: ",", dtype: "float32" });
      expect(back).toEqual({ columns, values: single });
    }),
    { numRuns: 60 },
  );
});

test("names that a spreadsheet would run are written as text, and come back; numbers stay numbers", async () => {
  const columns = ["=cmd|' /C calc'!A0", "+a", "-3.5", "@b", "'=c", "d;=e", "f|g", "plain"];
  const values = ndarray(
    Float64Array.from({ length: 16 }, (_, i) => i - 8.5),
    [2, 8],
  );
  for (const [ending, delimiter] of [
    [".csv", ","],
    [".tsv", "\t"],
    [".csv", "|"],
  ] as const) {
    const path = join(folder, `formulas${ending}`);
    await writeCsv(path, { columns, values }, { delimiter });
    const [header, first] = readFileSync(path, "utf8").split("\n");
    const pipe = delimiter === "|" ? '"' : "";
    const names = [
      `${pipe}'=cmd|' /C calc'!A0${pipe}`,
      "'+a",
      "'-3.5",
      "'@b",
      "''=c",
      '"d;=e"',
      `${pipe}f|g${pipe}`,
      "plain",
    ];
    expect(header).toBe(names.join(delimiter));
    expect(first!.split(delimiter)[0]).toBe("-8.5");
    expect(await readTable(path, { delimiter })).toEqual({ columns, values });
  }
});

test("a cell of 200,000 digits and a letter is refused at once", async () => {
  const path = file(`a\n${"1".repeat(200_000)}x\n`);
  const start = performance.now();
  await expect(readTable(path)).rejects.toThrow(/row 2, column "a": expected a number, found the text "1111/);
  expect(performance.now() - start).toBeLessThan(5000);
});

test("a record of millions of columns is refused before its table is made", async () => {
  const path = file(`${"1,".repeat(2 ** 20)}1\n`);
  await expect(readTable(path)).rejects.toThrow(/at most 1048576 columns, found 1048577/);
});

test("single precision is written in its own few digits", async () => {
  const path = join(folder, "short.csv");
  await writeCsv(path, { columns: ["x", "y"], values: ndarray(new Float32Array([0.1, 1 / 3]), [1, 2]) });
  expect(readFileSync(path, "utf8")).toBe("x,y\n0.1,0.33333334\n");
});

test("pieces hold chunkRows rows and can be left early", async () => {
  const path = file(`a\n${Array.from({ length: 25 }, (_, i) => i).join("\n")}\n`);
  const sizes: number[] = [];
  for await (const { values } of streamRows(path, { chunkRows: 10 })) sizes.push(values.shape[0]!);
  expect(sizes).toEqual([10, 10, 5]);
  for await (const { values } of streamRows(path, { chunkRows: 10 })) {
    expect(values.data[9]).toBe(9);
    break;
  }
  await expect(readTable(path, { chunkRows: 0 })).rejects.toThrow(/chunkRows/);
});

test("reading stops when its signal aborts", async () => {
  await expect(readTable(file("a\n1\n"), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

test("50 MB are streamed in a heap that could not hold them", () => {
  const path = join(folder, "large.csv");
  const out = openSync(path, "w");
  writeSync(out, "a,b,c,d,e\n");
  const line = (i: number) => `${i},${(i * 0.618033988749895) % 1},${-i / 7},"${i % 10}",${1e-5 * i}\n`;
  let rows = 0;
  for (let bytes = 0; bytes < 50e6; ) {
    const text = Array.from({ length: 5000 }, () => line(rows++)).join("");
    bytes += writeSync(out, text);
  }
  const script = `
    const { streamRows } = await import(process.argv[1]);
    let rows = 0, sum = 0, idle = process.memoryUsage().rss, peak = 0;
    for await (const { values } of streamRows(process.argv[2])) {
      rows += values.shape[0];
      for (let i = 0; i < values.data.length; i += 5) sum += values.data[i];
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    console.log(JSON.stringify({ rows, sum, growth: peak - idle }));`;
  const read = fileURLToPath(new URL("./read.ts", import.meta.url));
  const limits = ["--max-old-space-size=32", "--conditions=source", "--import=tsx", "--input-type=module"];
  const output = execFileSync(process.execPath, [...limits, "-e", script, read, path], { encoding: "utf8" });
  const result = JSON.parse(output) as { rows: number; sum: number; growth: number };
  expect(result).toMatchObject({ rows, sum: (rows * (rows - 1)) / 2 });
  // The heap is capped above, which stops cells from being kept. Text and array buffers lie outside it: 40 MB were
  // measured, and keeping the text would add its 50 MB.
  expect(result.growth).toBeLessThan(85e6);
});

test("a delimiter in quotes is part of a name, and decimal commas are named in the error", async () => {
  expect(await read('"a";"b, c, d"\n1;2\n')).toMatchObject({ columns: ["a", "b, c, d"], rows: [1, 2] });
  await expect(read("a;b\n1,5;2\n")).rejects.toThrow(/the text "1,5". Write decimal points in place of commas/);
});
