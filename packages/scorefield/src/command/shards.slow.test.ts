/** Parts of what commands write, put together, are what one process writes: to the byte. */
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-shards-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);
const run = at("run");

/** Calls the program, which has to succeed. */
const done = async (...args: string[]) => {
  const found = await called(...args);
  expect(found.code, found.stderr).toBe(0);
  return found;
};

/** All parts and all at once, by the same command line. */
const both = async (name: string, ending: string, parts: number, ...args: string[]) => {
  await done(...args, "--out", at(`${name}${ending}`));
  for (let part = 1; part <= parts; part++)
    await done(...args, "--shard", `${part}/${parts}`, "--out", at(`${name}-${part}${ending}`));
  const places = Array.from({ length: parts }, (_, k) => at(`${name}-${k + 1}${ending}`));
  return { places, whole: at(`${name}${ending}`), out: at(`${name}-gathered${ending}`) };
};

const same = (a: string, b: string): boolean => readFileSync(a).equals(readFileSync(b));

beforeAll(async () => {
  const z = normal([90, 2], { seed: 4, dtype: "float64" }).data;
  const rows = Array.from({ length: 90 }, (_, i) => {
    const [x, y] = [z[2 * i]!, z[2 * i + 1]!];
    return `${x.toFixed(3)},${(x + 0.5 * y).toFixed(3)},${x > 0 ? "red, warm" : "blue"}`;
  });
  const text = (from: number, to: number) =>
    `x,y,"kind\nof it"\n${rows
      .slice(from, to)
      .map((row) => row.replace("red, warm", '"red, warm"'))
      .join("\n")}\n`;
  writeFileSync(at("table.csv"), text(0, 60));
  writeFileSync(at("new.csv"), text(60, 90));
  await done("train", at("table.csv"), "--out", run, "--steps", "40", "--set", "heldOut=0.2");
}, 60_000);

describe("parts put together", () => {
  test.each([".csv", ".tsv", ".jsonl"])("sample as %s", async (ending) => {
    const { places, whole, out } = await both("sample", ending, 3, "sample", run, "-n", "23", "--steps", "5");
    // In any order.
    await done("gather", places[1]!, places[2]!, places[0]!, "--out", out);
    expect(same(out, whole)).toBe(true);
  });

  test("sample under conditions", async () => {
    const options = ["-n", "11", "--steps", "5", "--where", "x>-1"];
    const { places, whole, out } = await both("where", ".csv", 4, "sample", run, ...options);
    await done("gather", ...places, "--out", out);
    expect(same(out, whole)).toBe(true);
  });

  test("likelihood and anomaly, with draws that go by the number of a row", async () => {
    const data = ["--data", at("new.csv")];
    const one = await both("likelihood", ".csv", 3, "likelihood", run, ...data, "--probes", "2", "--tolerance", "1e-3");
    await done("gather", ...one.places, "--out", one.out);
    expect(same(one.out, one.whole)).toBe(true);
    const two = await both("anomaly", ".tsv", 4, "anomaly", run, ...data, "--steps", "20", "--tolerance", "1e-2");
    await done("gather", ...two.places, "--out", two.out);
    expect(same(two.out, two.whole)).toBe(true);
  }, 60_000);

  test("what is missing, damaged, there twice or of another whole is told, and nothing is written", async () => {
    const places = [1, 2, 3].map((part) => at(`sample-${part}.csv`));
    const refused = async (...args: string[]) => {
      const found = await called("gather", ...args, "--out", at("never.csv"));
      expect(found.code).toBe(1);
      expect(existsSync(at("never.csv"))).toBe(false);
      return found.stderr;
    };
    expect(await refused(places[0]!, places[2]!)).toMatch(
      /expected parts 1 to 3 of sample .*found none of 2\. .*--shard 2\/3/,
    );
    expect(await refused(...places, places[1]!)).toMatch(/expected part 2 of 3 once, found it in/);
    expect(await refused(places[0]!, places[1]!, at("where-3.csv"))).toMatch(
      /where-3.csv: expected a part of the same whole/,
    );
    expect(await refused(places[0]!, at("table.csv"))).toMatch(/table.csv: expected its receipt/);
    copyFileSync(places[1]!, at("kept"));
    appendFileSync(places[1]!, "1,2,blue\n");
    expect(await refused(...places)).toMatch(
      /sample-2.csv: expected \d+ bytes of SHA-256 .* found .* Make it again with --shard 2\/3/,
    );
    copyFileSync(at("kept"), places[1]!);
    const receipt = `${places[0]}.receipt.json`;
    const text = readFileSync(receipt, "utf8");
    writeFileSync(receipt, text.replace(/"of": \d+/, '"of": 7'));
    expect(await refused(...places)).toMatch(
      /sample-1.csv.receipt.json: expected a receipt that says what all 3 parts/,
    );
    writeFileSync(receipt, text);
    expect((await called("gather", ...places, "--out", at("never.npy"))).stderr).toMatch(/ends in \.csv, found \.npy/);
    expect((await called("gather", ...places, "--out", places[0]!)).stderr).toMatch(/another name than the parts/);
  });

  test("gathered samples are evaluated as drawn ones are", async () => {
    const options = ["evaluate", run, "--json"];
    const file = await done(...options, "--samples", at("sample-gathered.csv"));
    const drawn = await done(...options, "--count", "23", "--steps", "5");
    const [a, b] = [file, drawn].map(({ stdout }) => JSON.parse(stdout));
    expect(a.counts).toEqual(b.counts);
    let compared = 0;
    // A file has fewer digits.
    for (const [k, measure] of a.measures.entries()) {
      const { name, samples } = measure;
      expect(b.measures[k].name).toBe(name);
      if (typeof samples.value !== "number") continue;
      expect(samples.value).toBeCloseTo(b.measures[k].samples.value, 2);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
    expect(a.sampler).toEqual({ kind: "file", path: at("sample-gathered.csv") });
    const few = await called(...options, "--samples", at("sample-gathered.csv"), "--count", "99");
    expect(few.stderr).toMatch(/expected at least 99 rows, found 23/);
    expect((await called(...options, "--samples", "x.csv", "--steps", "3")).stderr).toMatch(/--steps: expected none/);
  }, 60_000);

  test("parts that could not be put together are refused before any work", async () => {
    const shard = ["--shard", "1/2", "--out"];
    for (const out of ["part.xlsx", "part.png"])
      expect((await called("sample", run, ...shard, at(out))).stderr).toMatch(
        /expected \.csv, \.tsv.* with --shard 1\/2/,
      );
    const data = ["--data", at("new.csv"), "--shard", "1/2"];
    expect((await called("likelihood", run, ...data)).stderr).toMatch(/expected --out with it/);
    expect((await called("anomaly", run, ...data, "--out", at("a.csv"), "--explain")).stderr).toMatch(
      /--explain: expected none/,
    );
    expect(
      (await called("likelihood", run, "--data", at("new.csv"), "--shard", "1/99", "--out", at("a.csv"))).stderr,
    ).toMatch(/at most one part for each of 30 rows/);
  });
});
