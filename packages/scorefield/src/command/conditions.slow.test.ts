/** `scorefield sample` under conditions and `scorefield impute`, as people start them, on one small run. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-conditions-"));
const run = (args: readonly string[], input?: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    input,
  });
  return { code: status, stdout, stderr };
};
const text = (name: string) => readFileSync(join(folder, name), "utf8");
const write = (name: string, lines: readonly string[]) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
/** Cells of a CSV without quotes, by column. */
const table = (csv: string): Record<string, string>[] => {
  const [head = "", ...lines] = csv.trimEnd().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, j) => [names[j]!, cell])));
};

beforeAll(() => {
  const z = normal([400, 3], { seed: 1 }).data;
  const lines = Array.from({ length: 400 }, (_, i) => {
    const [a, b, c] = [z[3 * i]!, z[3 * i + 1]!, z[3 * i + 2]!];
    const age = Math.round(45 + 12 * a);
    const city = b + a > 0.3 ? "Paris" : b > -0.5 ? "Rome" : "Oslo";
    const income = i % 11 === 0 ? "" : (2000 + 30 * age + 200 * c).toFixed(2);
    return `${age},${city},${income},${c + a > 0 ? "yes" : "no"}`;
  });
  write("people.csv", ["age,city,income,member", ...lines]);
  const trained = run(["train", "people.csv", "--out", "run", "--steps", "300", "--set", "network.width=32"]);
  expect(trained.code, trained.stderr).toBe(0);
  const plain = run(["train", "moons", "--out", "moons", "--steps", "50", "--set", "data.count=200"]);
  expect(plain.code, plain.stderr).toBe(0);
  const scaled = run(["train", "numbers.csv", "--out", "scaled", "--steps", "20", "--set", "scaling=standard"]);
  expect(scaled.code).toBe(1);
  write("numbers.csv", [
    "a,b",
    ...Array.from({ length: 300 }, (_, i) => `${z[i]!.toFixed(4)},${z[i + 300]!.toFixed(4)}`),
  ]);
  expect(run(["train", "numbers.csv", "--out", "scaled", "--steps", "20", "--set", "scaling=standard"]).code).toBe(0);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("sample", () => {
  test("rows without conditions, chosen by the density ratio or not", () => {
    const chosen = run(["sample", "run", "--count", "20", "--out", "chosen.csv", "--json"]);
    expect(chosen.code, chosen.stderr).toBe(0);
    expect(JSON.parse(chosen.stdout)).not.toHaveProperty("conditions");
    expect(table(text("chosen.csv"))).toHaveLength(20);
    expect(run(["sample", "run", "--count", "20", "--out", "plain.csv", "--no-refine"]).code).toBe(0);
    expect(text("plain.csv")).not.toBe(text("chosen.csv"));
  });

  test("rows that satisfy conditions, and what is said of them", () => {
    const { code, stdout, stderr } = run([
      "sample",
      "run",
      "--where",
      "age>=30, age<50, city=Paris|Rome",
      "--count",
      "50",
      "--out",
      "a.csv",
    ]);
    expect(code, stderr).toBe(0);
    const rows = table(text("a.csv"));
    expect(rows).toHaveLength(50);
    for (const { age, city } of rows) {
      expect(Number(age)).toBeGreaterThanOrEqual(30);
      expect(Number(age)).toBeLessThan(50);
      expect(["Paris", "Rome"]).toContain(city);
    }
    expect(stdout).toMatch(/^conditions: (all \d+|\d+ of [\d,]+) rows that were drawn for them satisfy them/m);
    expect(stdout).toMatch(/^how rare: \d+\.\d % of rows satisfy the conditions by the model \(of 1,000 /m);
  });

  test("parts of a run are the run; a file for each set of conditions", () => {
    const options = ["--where", "age=40", "--count", "30", "--seed", "5"];
    const whole = run(["sample", "run", ...options, "--out", "-"]);
    const parts = [1, 2, 3].map((k) => run(["sample", "run", ...options, "--shard", `${k}/3`, "--out", "-"]));
    const rows = parts.flatMap(({ stdout }) => table(stdout));
    expect(rows).toEqual(table(whole.stdout));
    expect(new Set(rows.map(({ age }) => age))).toEqual(new Set(["40"]));
    const json = JSON.parse(run(["sample", "run", ...options, "--json"]).stdout);
    expect(json.conditions).toMatchObject({ where: "age=40", acceptance: { share: 1 } });
    expect(json.file).toContain("where-age=40");
  });

  test("rows like given ones, balanced and complete; other samplers", () => {
    write("like.csv", ["income,city", "3210.55,Oslo", ",Rome"]);
    const like = run([
      "sample",
      "run",
      "--like",
      "like.csv",
      "--count",
      "2",
      "--complete",
      "--sampler",
      "euler-maruyama",
      "--steps",
      "40",
      "--out",
      "-",
    ]);
    expect(like.code, like.stderr).toBe(0);
    const rows = table(like.stdout);
    expect(rows.map(({ city }) => city)).toEqual(["Oslo", "Oslo", "Rome", "Rome"]);
    expect(rows.slice(0, 2).map(({ income }) => income)).toEqual(["3210.55", "3210.55"]);
    expect(rows.every((row) => Object.values(row).every((cell) => cell !== ""))).toBe(true);
    const balanced = table(run(["sample", "run", "--balance", "city", "--count", "9", "--out", "-"]).stdout);
    expect(balanced.filter(({ city }) => city === "Oslo")).toHaveLength(3);
    const piped = run(["sample", "run", "--like", "-", "--out", "-"], "member\nno\n");
    expect(table(piped.stdout)[0]!.member).toBe("no");
  });

  test.each<[string[], RegExp]>([
    [["run", "--where", "town=Paris"], /--where "town=Paris": condition "town=Paris": expected a column among/],
    [["run", "--where", "city=Pariss"], /did you mean Paris/],
    [["run", "--balance", "age"], /--balance: expected a category/],
    [["run", "--like", "absent.csv"], /no such file/],
    [["run", "--like", "people.csv", "--where", "age<0"], /values that samples can have/],
    [["run", "--where", "age>30", "--class", "Paris"], /--where "COLUMN=CLASS"/],
    [["run", "--where", "age>30", "--guidance", "2"], /expected --class with it/],
    [["moons", "--where", "x>0"], /--where x>0: expected a run that knows the kinds of its columns/],
    [["moons", "--complete"], /--complete: expected a run/],
    [["scaled", "--where", "a>0"], /trained with scaling standard; train one with the defaults/],
  ])("sample %j is refused", (args, message) => {
    const { code, stderr } = run(["sample", ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe("impute", () => {
  const holes = ["id,age,city,income,member", "007,31,Paris,,yes", "008,,,2500.10,", "009,,,,", "010,50,Rome,3.5e3,no"];

  test("fills missing cells, keeps all others as they are written", () => {
    write("holes.csv", holes);
    const { code, stdout, stderr } = run(["impute", "run", "--data", "holes.csv"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('kept as they are, as the run does not model them: "id"');
    expect(stdout).toMatch(/holes-filled.csv: 8 cells of 3 of 4 rows filled by one draw/);
    expect(stdout).toMatch(/^income +2$/m);
    const lines = text("holes-filled.csv").trimEnd().split("\n");
    expect(lines[4]).toBe(holes[4]);
    expect(lines[1]).toMatch(/^007,31,Paris,\d+(\.\d+)?,yes$/);
    expect(lines[2]).toMatch(/^008,\d+,(Paris|Rome|Oslo),2500.10,(yes|no)$/);
    expect(lines[3]).toMatch(/^009,\d+,(Paris|Rome|Oslo),\d+(\.\d+)?,(yes|no)$/);
  });

  test("several draws, with how certain each cell is; one best guess; other formats", () => {
    expect(run(["impute", "run", "--data", "holes.csv", "--draws", "5", "--out", "many.csv"]).code).toBe(0);
    const rows = table(text("many.csv"));
    expect(rows.map(({ draw, id }) => `${draw} ${id}`).slice(2, 6)).toEqual(["1 009", "1 010", "2 007", "2 008"]);
    const certain = table(text("many-uncertainty.csv"));
    expect(certain).toHaveLength(8);
    expect(certain[0]).toMatchObject({ row: "1", column: "income" });
    expect(Number(certain[0]!.low)).toBeLessThanOrEqual(Number(certain[0]!.high));
    const json = JSON.parse(
      run(["impute", "run", "--data", "holes.csv", "--best", "--out", "best.jsonl", "--json"]).stdout,
    );
    expect(json).toMatchObject({
      rows: 4,
      cells: 8,
      draws: 20,
      best: true,
      filled: { age: 2, city: 2, income: 2, member: 2 },
    });
    expect(JSON.parse(text("best.jsonl").split("\n")[0]!)).toMatchObject({
      id: "007",
      age: 31,
      city: "Paris",
      member: "yes",
    });
    const piped = run(["impute", "run", "--data", "-", "--out", "-"], `${holes.slice(0, 2).join("\n")}\n`);
    expect(table(piped.stdout)[0]!.id).toBe("007");
    const whole = run(["impute", "run", "--data", "-", "--out", "-"], "age,city,income,member\n31,Paris,1000,yes\n");
    expect(whole.stdout).toBe("age,city,income,member\n31,Paris,1000,yes\n");
    expect(whole.stderr).toContain("no cell of the 1 rows is missing");
  });

  test.each<[string[], RegExp]>([
    [["run"], /--data: expected a table with the run's columns/],
    [["run", "--data", "holes.csv", "--out", "holes.csv"], /expected another file than --data/],
    [["run", "--data", "holes.csv", "--out", "x.png"], /ends in .csv or .tsv/],
    [["run", "--data", "holes.csv", "--uncertainty", "u.csv"], /--draws of at least 2/],
    [["run", "--data", "numbers.csv"], /"age": expected all columns of the run/],
    [["run", "--data", "holes.csv", "--draws", "0"], /at least 1/],
    [["moons", "--data", "holes.csv"], /impute: expected a run that knows the kinds of its columns/],
    [["scaled", "--data", "numbers.csv"], /scaling standard/],
  ])("impute %j is refused", (args, message) => {
    const { code, stderr } = run(["impute", ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
