import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstSamples } from "../samples.ts";
import { fillSettings } from "../settings.ts";
import { table } from "./domain.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-write-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file as it comes back: read, and its rows written. */
const through = async (name: string, text: string, to: string, settings: object = {}): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  const { samples } = await table.read(fillSettings(table, { kind: "file", path, ...settings }));
  const out = join(folder, `out${to}`);
  await table.write(out, await firstSamples(samples), samples);
  return readFile(out, "utf8");
};

test("a table comes back as it was: prices, codes with zeros, dates, answers, empty cells", async () => {
  const text = [
    "zip,price,when,member,level,note",
    "01234,3.50,31/01/2024 09:05,Yes,low,a",
    "10115,12.00,01/02/2024 10:00,no,high,",
    "01234,,03/02/2024 11:30,Yes,low,b",
    "10115,7.25,,no,,a",
    "",
  ].join("\n");
  expect(await through("a.csv", text, ".csv")).toBe(text);
  expect(await through("a.csv", text, ".tsv")).toBe(text.replaceAll(",", "\t"));
});

test("decimal commas and currencies", async () => {
  const text = "amount;share;n\n3,50 €;12 %;1\n1,25 €;7 %;2\n10,00 €;30 %;4\n0,75 €;4 %;8\n";
  // In quotes, as other programs may take a comma for the end of a cell.
  const written = text.replace(/(\S+) €/g, '"$1€"').replaceAll(" %", "%");
  expect(await through("b.csv", text, ".csv")).toBe(written);
  expect(await through("b2.csv", written, ".csv")).toBe(written);
});

test("JSON lines keep types", async () => {
  const text = [
    '{"a":1.5,"ok":true,"city":"Rome","day":"2024-01-31"}',
    '{"a":2,"ok":false,"city":null,"day":"2024-02-01"}',
    '{"a":null,"ok":true,"city":"Rome","day":null}',
    '{"a":4,"ok":false,"city":"Oslo","day":"2024-02-03"}',
    "",
  ].join("\n");
  expect(await through("c.jsonl", text, ".jsonl")).toBe(text);
});
