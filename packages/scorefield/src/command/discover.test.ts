import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";

let folder: string;
const at = (name: string): string => join(folder, name);

/** a -> b -> c <- d, linear with normal noise, in other units each; `hot` is a category of d, and "day" a date. */
const rowsOf = (count: number, seed: number, setB?: number): number[][] => {
  const { data } = normal([count, 4], { seed });
  return Array.from({ length: count }, (_, i) => {
    const [z0, z1, z2, z3] = Array.from(data.subarray(4 * i, 4 * i + 4)) as [number, number, number, number];
    const a = z0;
    const b = setB ?? 0.9 * a + 0.6 * z1;
    const d = z3;
    const c = 0.8 * b + 0.8 * d + 0.5 * z2;
    return [100 * a, b, c / 50, d];
  });
};

const head = "a,b,c,d";
const lines = (rows: readonly (readonly (number | string)[])[]): string =>
  rows.map((row) => `${row.join(",")}\n`).join("");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-discover-"));
  const seen = rowsOf(600, 1);
  await writeFile(at("plain.csv"), `${head}\n${lines(seen)}`);
  await writeFile(
    at("screen.csv"),
    `${head},target\n${lines(seen.map((row) => [...row, ""]))}${lines(rowsOf(200, 2, 0).map((row) => [...row, "b"]))}`,
  );
  await writeFile(at("truth.csv"), "cause,effect,there\na,b,1\nb,c,1\nd,c,1\nd,a,0\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("discover", () => {
  test("the class of a small graph, as a table, a page and files of other programs", async () => {
    const places = ["n.html", "n.graphml", "n.dot", "n.csv"].map(at);
    const { code, stdout } = await called(
      "discover",
      at("plain.csv"),
      "--bootstrap",
      "10",
      "--truth",
      at("truth.csv"),
      ...places.flatMap((place) => ["--out", place]),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/3 edges among 4 variables from 600 rows, by exact with ebic/);
    // The collider at c directs its edges; a and b are in either order.
    expect(stdout).toMatch(/a -- b +1\.00/);
    expect(stdout).toMatch(/b -> c +[01]\.\d+/);
    expect(stdout).toMatch(/d -> c +[01]\.\d+/);
    expect(stdout).toMatch(/Hamming distance 1 \(no edges: 3\), 0 where directions/);
    const [page, graphml, dot, csv] = await Promise.all(places.map((place) => readFile(place, "utf8")));
    expect(page).toContain("cytoscape");
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(graphml!.match(/<edge /g)).toHaveLength(3);
    expect(graphml).toContain('directed="false"');
    expect(dot).toMatch(/"a" -> "b" \[dir=none/);
    expect(csv!.trim().split("\n")).toHaveLength(4);
    expect(csv).toMatch(/^from,to,directed,confidence,correlation\n/);
  });

  test("rows of interventions direct what was open, and say what setting a variable does", async () => {
    const { code, stdout } = await called(
      "discover",
      at("screen.csv"),
      "--interventions",
      "target",
      "--do",
      "b=0",
      "--json",
      "--bootstrap",
      "0",
    );
    expect(code).toBe(0);
    const { edges, intervened, predictions } = JSON.parse(stdout);
    expect(intervened).toBe(200);
    const words = edges.map(({ from, to, directed }: { from: string; to: string; directed: boolean }) =>
      directed ? `${from}>${to}` : `${from}-${to}`,
    );
    expect(words.toSorted()).toEqual(["a>b", "b>c", "d>c"]);
    const c = predictions.find(({ name }: { name: string }) => name === "c");
    expect(c.interval[0]).toBeLessThan(0);
    expect(c.interval[1]).toBeGreaterThan(0);
  });

  test("knowledge is kept", async () => {
    await writeFile(at("known.json"), '{ "required": [["b", "a"]], "forbidden": [["d", "c"]] }');
    const { stdout } = await called("discover", at("plain.csv"), "--knowledge", at("known.json"), "--json");
    const { edges } = JSON.parse(stdout);
    const has = (from: string, to: string) =>
      edges.some((edge: { from: string; to: string }) => edge.from === from && edge.to === to);
    expect(has("b", "a")).toBe(true);
    expect(has("d", "c")).toBe(false);
  });

  test("rows in time: causes lie in the past", async () => {
    const { data } = normal([500, 2], { seed: 4 });
    const rows: number[][] = [[0, 0]];
    for (let t = 1; t < 500; t++) {
      const [x, y] = rows[t - 1] as [number, number];
      rows.push([0.6 * x + data[2 * t]!, 0.5 * y + 0.8 * x + data[2 * t + 1]!]);
    }
    await writeFile(at("series.csv"), `x,y\n${lines(rows)}`);
    const { stdout } = await called("discover", at("series.csv"), "--lags", "1", "--bootstrap", "0", "--json");
    const { edges } = JSON.parse(stdout);
    const words = edges.map(({ from, to }: { from: string; to: string }) => `${from} ${to}`);
    expect(words.toSorted()).toEqual(["x[t-1] x", "x[t-1] y", "y[t-1] y"]);
  });

  test.each([
    [["--method", "gess"], "did you mean ges?"],
    [["--do", "b"], "expected names with values, such as A=0"],
    [["--do", "e=1"], "expected one of"],
    [["--log"], "expected numbers of 0 or more, found -"],
    [["--interventions", "b"], "expected the name of a column that is modelled"],
    [["--method", "trees", "--do", "b=1"], "expected a method that finds causes"],
    [["--do", "b=1,b=2"], "found b twice"],
    [["--do", "b="], "expected names with values"],
    [["--lags", "599"], "expected at least 619 rows, found 600"],
    [["--lags", "1", "--missing", "drop"], "expected series without holes"],
    [["--method", "posterior", "--bootstrap", "5"], "a method without confidence of its own"],
    [["--score", "bdeu", "--penalty", "5"], "expected --score ebic, bic or additive, found exact with bdeu"],
    [["--level", "0.1"], "expected --method score, nogam or diffan"],
    [["--method", "ges", "--score", "additive"], "found ges"],
    [["--method", "score", "--lags", "1"], "expected a method that searches"],
    [["--knowledge", "nowhere.json"], "nowhere.json"],
    [["--out", "network.png"], "expected a name that ends in .graphml"],
    [["--columns", "a"], "at least two columns of numbers or categories"],
  ])("%j is refused", async (args, message) => {
    const { code, stderr } = await called("discover", at("plain.csv"), ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test.each([
    ['{ "require": [] }', "did you mean required?"],
    ['{ "required": [["a"]] }', "pairs of names"],
    ["[]", "expected an object"],
    ["{", "expected JSON"],
    ['{ "required": [["a", "z"]] }', '"z"'],
    ['{ "required": [["a", "b"], ["b", "a"]] }', "required"],
  ])("knowledge %s is refused", async (text, message) => {
    await writeFile(at("bad.json"), text);
    const { code, stderr } = await called("discover", at("plain.csv"), "--knowledge", at("bad.json"));
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test("values are set in the units of the file, also where logarithms are taken", async () => {
    const rows = rowsOf(200, 5).map(([a, b]) => [Math.exp(a! / 100), Math.exp(b!)]);
    await writeFile(at("amounts.csv"), `a,b\n${lines(rows)}`);
    const args = ["discover", at("amounts.csv"), "--log", "--bootstrap", "0", "--json", "--do"];
    const { predictions } = JSON.parse((await called(...args, "a=1")).stdout);
    expect(predictions[0].mean).toBe(0);
    expect((await called(...args, "a=0")).stderr).toContain("expected a number above 0");
  });

  test("columns that have nothing to do with each other get no edges; plain BIC finds some by chance", async () => {
    const [rows, columns] = [200, 30];
    const { data } = normal([rows, columns], { seed: 3 });
    const names = Array.from({ length: columns }, (_, j) => `g${j}`);
    await writeFile(
      at("alone.csv"),
      `${names}\n${lines(Array.from({ length: rows }, (_, i) => Array.from(data.subarray(columns * i, columns * (i + 1)))))}`,
    );
    const found = async (...flags: string[]) =>
      JSON.parse((await called("discover", at("alone.csv"), "--bootstrap", "0", "--json", ...flags)).stdout).edges
        .length;
    expect(await found()).toBe(0);
    // 435 pairs, of which BIC takes about 0.9 %.
    expect(await found("--score", "bic")).toBeGreaterThan(0);
  });

  test("a list of true edges has names of its columns, and two variables in each row", async () => {
    await writeFile(at("headless.csv"), "a,b\nb,c\n");
    expect((await called("discover", at("plain.csv"), "--truth", at("headless.csv"))).stderr).toContain(
      "names of the columns in the first row",
    );
    await writeFile(at("self.csv"), "cause,effect\na,a\n");
    expect((await called("discover", at("plain.csv"), "--truth", at("self.csv"))).stderr).toContain("a twice");
  });

  test("missing cells stop, or their rows are left out", async () => {
    await writeFile(at("holes.csv"), `${head}\n1,,3,4\n${lines(rowsOf(50, 3))}`);
    const { stderr } = await called("discover", at("holes.csv"));
    expect(stderr).toMatch(/row 1, column "?b"?.*expected no missing cells/s);
    expect(await called("discover", at("holes.csv"), "--missing", "drop")).toMatchObject({ code: 0 });
  });
});
