import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { integers, normal, samplerKinds } from "@scorefield/core";
import { readTable } from "@scorefield/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const binary = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
if (!existsSync(fileURLToPath(new URL("../../dist/cli.js", import.meta.url))))
  throw new Error("the command is not built; run npm run build");

let folder = "";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const scorefield = (...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { cwd: folder });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on("data", (text) => stdout.push(`${text}`));
    child.stderr.on("data", (text) => stderr.push(`${text}`));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: stdout.join(""), stderr: stderr.join("") }));
  });

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await scorefield(...args, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** The one line of stderr of a command that fails. */
const refusal = async (...args: string[]): Promise<string> => {
  const { code, stderr, stdout } = await scorefield(...args);
  expect(code, stdout).toBe(1);
  expect(stderr.trim().split("\n"), stderr).toHaveLength(1);
  return stderr;
};

const csv = (columns: string, rows: readonly (readonly number[])[]) =>
  `${columns}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

const train = async (name: string, data: string, scaling: string, ...more: string[]) => {
  const args = ["train", data, "--out", name, "--steps", "400", "--set", `scaling=${scaling}`, "--set", "heldOut=0.5"];
  const { code, stderr } = await scorefield(...args, ...more);
  if (code !== 0) throw new Error(stderr);
};

const count = 400;
const draws = normal([2 * count], { seed: 5, dtype: "float64" }).data;
// A multiple of 2^-10, so that 1024 times as much is exact in text and in standardised float32.
const points = Array.from({ length: count }, (_, i) =>
  [draws[2 * i]!, draws[2 * i + 1]!].map((value) => Math.round(value * 1024) / 1024),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-"));
  const labelled = points.map(([x, y], i) => (i < 30 ? [x! + 9, y! - 9, 1] : [x!, y!, 0]));
  const bytes = integers([2 * count], { seed: 6, high: 256 }).data;
  const files = {
    "points.csv": csv("a,b", points),
    "large.csv": csv(
      "a,b",
      points.map((row) => row.map((value) => 1024 * value)),
    ),
    "labelled.csv": csv("a,b,strange", labelled),
    "bytes.csv": csv(
      "a,b",
      points.map((_, i) => [bytes[2 * i]!, bytes[2 * i + 1]!]),
    ),
    "other.csv": csv("a,c", points),
    "one.csv": csv("a,b,strange", labelled.slice(0, 30)),
    "two.csv": csv("a,b,strange", [
      [1, 2, 0],
      [3, 4, 2],
    ]),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await train("points", "points.csv", "standard");
  await train("large", "large.csv", "standard");
  await train("quantile", "points.csv", "quantile");
  await train("bytes", "bytes.csv", "standard");
  await train("normal", "labelled.csv", "standard", "--label", "strange", "--only", "0");
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("samplers", () => {
  test("lists each with its source; the JSON has the settings that --sampler takes", async () => {
    const { stdout } = await scorefield("samplers");
    const { samplers } = await json("samplers");
    expect(samplers.map(({ kind }: { kind: string }) => kind).sort()).toEqual([...samplerKinds].sort());
    for (const { kind, summary, source } of samplers)
      for (const part of [kind, summary, source]) expect(stdout).toContain(part);
    expect(samplers.find(({ kind }: { kind: string }) => kind === "dpm-solver++").settings).toHaveProperty("order");
  });

  test("sample takes a sampler with settings, and says which it knows", async () => {
    const { sampler, file } = await json("sample", "points", "-n", "5", "--sampler", "dpm-solver++:order=3,steps=7");
    expect(sampler).toMatchObject({ kind: "dpm-solver++", order: 3, steps: 7 });
    expect((await readTable(join(folder, file))).values.shape).toEqual([5, 2]);
    const other = await json("sample", "points", "-n", "5", "--sampler", "dpm-solver++:order=2,steps=7");
    expect(other.file).not.toBe(file);
    const wrong = (text: string) => refusal("sample", "points", "-n", "5", "--sampler", text);
    expect(await wrong("dpm-solver++:ordre=3")).toMatch(/unknown setting ordre; known are .*order/);
    expect(await wrong("dpm-solver:order=3")).toMatch(/did you mean dpm-solver\+\+/);
    expect(await wrong("heun:steps")).toMatch(/expected name=value/);
  });
});

describe("likelihood", () => {
  test("near the entropy of a Gaussian; in the units of the data", async () => {
    const found = await json("likelihood", "points", "--data", "points.csv", "--out", "scores.csv");
    expect(found).toMatchObject({ rows: count, units: "data" });
    const { mean, standardError } = found.logDensity;
    // Gibbs: no density beats the true one but by chance; and a short training is not far from it.
    const entropy = 1 + Math.log(2 * Math.PI);
    expect(mean).toBeLessThan(-entropy + 4 * standardError);
    expect(mean).toBeGreaterThan(-entropy - 0.5);
    const { columns, values } = await readTable(join(folder, "scores.csv"));
    expect(columns).toEqual(["log_density", "standard_error", "error_estimate", "prior_mismatch"]);
    const meanOf = (column: number) =>
      Array.from(values.data).reduce((sum, value, i) => (i % 4 === column ? sum + value : sum), 0) / count;
    expect(meanOf(0)).toBeCloseTo(mean, 9);
    expect(meanOf(2)).toBeCloseTo(found.errorEstimate, 9);
    expect(meanOf(3)).toBeCloseTo(found.priorMismatch, 9);
    expect(found.errorEstimate).toBeGreaterThanOrEqual(found.solverError + Math.abs(found.priorMismatch));
    const large = await json("likelihood", "large", "--data", "large.csv");
    expect(large.logDensity.mean).toBeCloseTo(mean - 2 * Math.log(1024), 3);
  });

  test("Hutchinson's estimate agrees within its errors", async () => {
    const exact = await json("likelihood", "points", "--data", "points.csv");
    const args = ["likelihood", "points", "--data", "points.csv", "--probes", "4", "--tolerance", "1e-4"];
    const { logDensity, probeError } = await json(...args);
    expect(exact).not.toHaveProperty("probeError");
    expect(probeError).toBeGreaterThan(0);
    expect(Math.abs(logDensity.mean - exact.logDensity.mean)).toBeLessThan(4 * probeError + 1e-3);
    expect((await scorefield(...args)).stdout).toMatch(/log-density \(nats, data units\)/);
  });

  test("quantile scaling: units of the data, which rows have values with a probability, and which lie beyond the range", async () => {
    const { code, stdout, stderr } = await scorefield(
      "likelihood",
      "quantile",
      "--data",
      "large.csv",
      "--tolerance",
      "0.1",
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("nats, data units");
    expect(stderr).toMatch(/rows have values beyond those of the training rows: .*tails/);
    const wide = ["likelihood", "quantile", "--data", "large.csv", "--tolerance", "0.1", "--out", "wide.csv"];
    const all = await json(...wide);
    expect(all.rowsWithoutDensity).toBe(0);
    expect(all.beyondRange).toBeGreaterThan(300);
    const lines = (await readFile(join(folder, "wide.csv"), "utf8")).trim().split("\n");
    expect(lines.filter((line) => line.includes("Infinity"))).toEqual([]);
    await writeFile(join(folder, "far.csv"), "a,b\n4,4\n100,100\n");
    const far = ["likelihood", "quantile", "--data", "far.csv", "--tolerance", "0.1", "--out", "far-scores.csv"];
    await json(...far);
    const { values: farther } = await readTable(join(folder, "far-scores.csv"), { columns: ["log_density"] });
    expect(farther.data[1]!).toBeLessThan(farther.data[0]! - 5);
    const args = ["likelihood", "quantile", "--data", "points.csv", "--out", "quantile.csv"];
    const found = await json(...args);
    expect((await scorefield(...args)).stderr).toMatch(
      /rows have values with a probability in place of a density \(quantile scaling\)/,
    );
    // The density of two columns from 200 values each, whose gaps vary as much as they are wide.
    const entropy = 1 + Math.log(2 * Math.PI);
    expect(found.logDensity.mean).toBeGreaterThan(-entropy - 1);
    expect(found.logDensity.mean).toBeLessThan(-entropy + 0.6);
    const { values } = await readTable(join(folder, "quantile.csv"), { columns: ["atoms"] });
    expect(values.data.filter((value) => value > 0)).toHaveLength(found.rowsWithAtoms);
    expect(found.rowsWithAtoms).toBeGreaterThan(0);
  });

  test("rows that lack a number: refused with the option that leaves them out, and left out", async () => {
    await writeFile(join(folder, "gaps.csv"), "a,b\n0.1,0.2\n,1\n0.3,-0.4\n");
    const args = ["likelihood", "points", "--data", "gaps.csv"];
    expect(await refusal(...args)).toMatch(
      /row 3, column "a": expected a number, found a missing value.*--missing drop/,
    );
    const { code, stderr } = await scorefield(...args, "--missing", "drop");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/left out, as they lack a number: 1 rows/);
    expect((await json(...args, "--missing", "drop")).rows).toBe(2);
    await json(
      "anomaly",
      "points",
      "--data",
      "gaps.csv",
      "--missing",
      "drop",
      "--steps",
      "10",
      "--out",
      "gaps-scores.csv",
    );
    const { values } = await readTable(join(folder, "gaps-scores.csv"), { columns: ["row"] });
    expect([...values.data]).toEqual([1, 3]);
  });

  test("bits of uniform bytes are about 8, and not below", async () => {
    const { bitsPerDimension, logDensity } = await json("likelihood", "bytes", "--data", "bytes.csv", "--bits");
    expect(bitsPerDimension.mean).toBeCloseTo(-logDensity.mean / (2 * Math.LN2), 9);
    expect(bitsPerDimension.mean).toBeGreaterThan(8 - 4 * bitsPerDimension.standardError);
    expect(bitsPerDimension.mean).toBeLessThan(8.5);
  });

  test("what is refused", async () => {
    const wrong = (...args: string[]) => refusal("likelihood", ...args);
    expect(await wrong("points", "--data", "points.csv", "--bits")).toMatch(/8-bit data.*points.csv; leave --bits out/);
    expect(await wrong("quantile", "--data", "bytes.csv", "--bits")).toMatch(/quantile scaling.*scaling=standard/);
    expect(await wrong("points", "--data", "other.csv")).toMatch(/"b".*no such column/);
    expect(await wrong("points", "--data", "none.csv")).toMatch(/none.csv/);
    expect(await wrong("nowhere", "--data", "points.csv")).toMatch(/expected the folder of a run/);
    expect(await wrong("points", "--data", "points.csv", "--out", "scores.png")).toMatch(/.csv or .tsv/);
    expect(await wrong("points", "--data", "points.csv", "--probes", "0")).toMatch(/whole number of at least 1/);
    expect(await wrong("points", "--data", "points.csv", "--tolerance", "-1")).toMatch(/positive number/);
    expect(await wrong("points")).toMatch(/--data/);
  });
});

describe("anomaly", () => {
  test("tells far rows, of the file without the training rows", async () => {
    const args = ["anomaly", "normal", "--data", "labelled.csv", "--labels", "strange", "--steps", "300"];
    const found = await json(...args, "--unseen", "--out", "anomalies.csv");
    // Half of 370 normal rows was trained on.
    expect(found).toMatchObject({ rows: 215, training: 185, seen: 185, anomalies: 30 });
    expect(found.scores).toHaveLength(6);
    expect(found.scores[0].name).toBe("anomaly");
    for (const { name, auroc, averagePrecision } of found.scores) {
      expect(auroc, name).toBeGreaterThan(0.99);
      expect(averagePrecision, name).toBeGreaterThan(0.95);
    }
    const { columns, values } = await readTable(join(folder, "anomalies.csv"));
    expect(columns).toEqual([
      "row",
      "anomaly",
      "averaged_log_density",
      "diffusion_time",
      "negative_log_density",
      "diffusion_time_categorical",
      "nearest_neighbours",
      "label",
    ]);
    expect(values.shape).toEqual([215, 8]);
    expect(Array.from(values.data.slice(0, 1))).toEqual([1]);
  });

  test("explains the most anomalous rows by their columns", async () => {
    // A row that is usual but in its second column.
    await writeFile(join(folder, "odd.csv"), "a,b\n0.1,0.2\n-0.3,9\n0.5,-0.4\n");
    const args = ["anomaly", "quantile", "--data", "odd.csv", "--quick", "--explain", "2"];
    const { scores, explained, beyondRange } = await json(...args, "--out", "odd-scores.csv");
    expect(scores.map(({ name }: { name: string }) => name)).toEqual([
      "anomaly",
      "averaged_log_density",
      "diffusion_time",
      "nearest_neighbours",
    ]);
    expect(beyondRange).toBe(1);
    expect(explained).toHaveLength(2);
    expect(explained[0].row).toBe(2);
    const [first, second] = explained[0].columns;
    expect(first).toMatchObject({ column: "b", value: 9 });
    expect(Math.abs(first.suits)).toBeLessThan(2);
    expect(first.nats).toBeGreaterThan(10 * second.nats);
    const written = (await readFile(join(folder, "odd-scores.csv"), "utf8")).trim().split("\n");
    expect(written[0]).toMatch(/^row,anomaly,.*,nats: b,nats: a$/);
    expect(written).toHaveLength(4);
    const { stdout } = await scorefield(...args);
    expect(stdout).toMatch(/row +score +column +value +would suit +nats less/);
    expect(stdout).toMatch(/2 +\d+\.?\d* +b +9 /);
  });

  test("rows of words, numbers and missing cells, which likelihood takes as well", async () => {
    const cities = ["Paris", "Lyon", "Nice"];
    const z = normal([600], { seed: 9, dtype: "float64" }).data;
    const lines = Array.from({ length: 300 }, (_, i) => {
      const size = 30 + 20 * (i % 3) + 2 * z[i]!;
      const rent = i % 10 === 7 ? "" : (20 * size + 30 * z[300 + i]!).toFixed(0);
      return `${cities[i % 3]},${size.toFixed(1)},${rent}`;
    });
    await writeFile(join(folder, "homes.csv"), `city,size,rent\n${lines.join("\n")}\n`);
    await writeFile(join(folder, "new-homes.csv"), "city,size,rent\nParis,30.1,605\nLyon,51.2,4100\nNice,69.5,\n");
    const trained = await scorefield("train", "homes.csv", "--out", "homes", "--steps", "500");
    expect(trained.code, trained.stderr).toBe(0);
    const { explained } = await json("anomaly", "homes", "--data", "new-homes.csv", "--quick", "--explain", "1");
    expect(explained[0].row).toBe(2);
    expect(explained[0].columns[0]).toMatchObject({ column: "rent", value: 4100 });
    expect(explained[0].columns.map(({ column }: { column: string }) => column).sort()).toEqual([
      "city",
      "rent",
      "size",
    ]);
    const args = ["likelihood", "homes", "--data", "new-homes.csv", "--out", "homes-scores.csv"];
    expect(await json(...args)).toMatchObject({ rows: 3, units: "data", rowsWithoutDensity: 0, beyondRange: 1 });
    const { values } = await readTable(join(folder, "homes-scores.csv"), { columns: ["log_density"] });
    expect(values.data[1]!).toBeLessThan(Math.min(values.data[0]!, values.data[2]!) - 5);
  });

  test("without labels; and says that rows were seen", async () => {
    const { code, stdout, stderr } = await scorefield("anomaly", "points", "--data", "points.csv", "--steps", "100");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/200 of the 400 rows are training rows.*--unseen/);
    expect(stdout).toMatch(/mean +largest/);
    expect(stdout).not.toContain("AUROC");
  });

  test("what is refused", async () => {
    const wrong = (...args: string[]) => refusal("anomaly", ...args);
    expect(await wrong("normal", "--data", "labelled.csv", "--labels", "odd")).toMatch(/"odd".*no such column/);
    expect(await wrong("normal", "--data", "two.csv", "--labels", "strange")).toMatch(/labels 0 .*found 2/);
    expect(await wrong("normal", "--data", "one.csv", "--labels", "strange")).toMatch(/both kinds.*found 1 alone/);
    expect(await wrong("normal", "--data", "labelled.csv", "--labels", "a")).toMatch(/does not model/);
    expect(await wrong("normal", "--data", "labelled.csv", "--noise", "1e6")).toMatch(/--noise from/);
    await rm(join(folder, "large.csv"));
    expect(await wrong("large", "--data", "points.csv")).toMatch(/large.csv/);
  });
});

test("help says what there is", async () => {
  const { stdout } = await scorefield("--help");
  for (const name of ["samplers", "likelihood", "anomaly"]) expect(stdout).toContain(name);
});
