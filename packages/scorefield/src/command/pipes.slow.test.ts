/** Standard input and output of the built command, through real pipes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { readNpy, readTable, writeNpy } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

// Every test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
const small = ["--set", "network.width=16", "--set", "network.depth=2", "--batch", "32"];

let folder: string;
/** Where processes keep temporary files: nothing is to stay there. */
let temporary: string;
const at = (name: string) => join(folder, name);
const csv = `wave,class\n${Array.from({ length: 200 }, (_, i) => `${Math.sin(i)},${i % 4}\n`).join("")}`;

const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, DEBUG: "", TMPDIR: temporary } });

interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const finish = async (child: ChildProcess): Promise<Finished> => {
  const pieces: Buffer[] = [];
  let stderr = "";
  child.stdout!.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr!.on("data", (text) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: Buffer.concat(pieces), stderr };
};

const run = (...args: string[]): Promise<Finished> => {
  const child = start(...args);
  child.stdin!.end();
  return finish(child);
};

/** Folders with what came in on standard input. */
const received = async (): Promise<string[]> =>
  (await readdir(temporary)).filter((name) => name.startsWith("scorefield-"));

/** Runs with something on standard input. */
const pipe = (input: string | Uint8Array, ...args: string[]): Promise<Finished> => {
  const child = start(...args);
  child.stdin!.on("error", () => {});
  child.stdin!.end(input);
  return finish(child);
};

beforeAll(async () => {
  if (!existsSync(fileURLToPath(new URL("../../dist/cli.js", import.meta.url))))
    throw new Error("the command is not built: run npm run build first");
  folder = await mkdtemp(join(tmpdir(), "scorefield-pipes-"));
  temporary = at("tmp");
  await mkdir(temporary);
  const trained = await pipe(csv, "train", "-", "--out", "run", "--steps", "60", ...small, "--json");
  expect(trained.code, trained.stderr).toBe(0);
  const lines = trained.stdout.toString().trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ run: "run", step: 60, lossCurve: "run/loss.html" });
  expect(trained.stderr).toContain("the run keeps the data of standard input: run/standard-input.csv");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("data on standard input", () => {
  test("train keeps them in the run: it goes on and is evaluated without them", async () => {
    expect(await readFile(at("run/standard-input.csv"), "utf8")).toBe(csv);
    const resumed = await run("train", "run", "--resume", "--steps", "90", "--json");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout.toString())).toMatchObject({ run: "run", step: 90 });
    const evaluated = await run("evaluate", "run", "-n", "100", "--steps", "4", "--json");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout.toString())).toMatchObject({
      referenceRows: 40,
      counts: { training: 160 },
      training: { rows: 100 },
    });
  });

  test("a run of the same data by their file is the same, bit for bit", async () => {
    await writeFile(at("table.csv"), csv);
    expect((await run("train", "table.csv", "--out", "byname", "--steps", "60", ...small)).code).toBe(0);
    const checkpoint = "checkpoints/step-00000060.safetensors";
    expect(await readFile(at(`byname/${checkpoint}`))).toEqual(await readFile(at(`run/${checkpoint}`)));
  });

  test("likelihood reads text of all kinds, and tells the same of the same rows", async () => {
    const likelihood = ["likelihood", "run", "--json", "--data"];
    const result = ({ code, stdout, stderr }: Finished) => {
      expect(code, stderr).toBe(0);
      const { seconds: _, ...rest } = JSON.parse(stdout.toString());
      return rest;
    };
    const named = result(await run(...likelihood, "table.csv"));
    for (const input of [
      csv,
      csv.replaceAll(",", "\t"),
      gzipSync(csv),
      Array.from({ length: 200 }, (_, i) => `{"class":${i % 4},"wave":${Math.sin(i)}}\n`).join(""),
    ])
      expect(result(await pipe(input, ...likelihood, "-"))).toEqual(named);
  });

  test("arrays are known by their first bytes, and errors speak of standard input", async () => {
    await writeNpy(
      at("x.npy"),
      ndarray(
        Float64Array.from({ length: 40 }, (_, i) => Math.cos(i)),
        [20, 2],
      ),
    );
    const array = await pipe(await readFile(at("x.npy")), "train", "-", "--out", "of-array", "--steps", "10", ...small);
    expect(array.code, array.stderr).toBe(0);
    expect(await readdir(at("of-array"))).toContain("standard-input.npy");
    for (const [input, args, message] of [
      ["", ["train", "-"], "standard input: expected rows of numbers, found nothing."],
      [
        `a\nx\n${Array.from({ length: 30 }, (_, i) => `${i * i}\n`).join("")}`,
        ["train", "-"],
        'standard input, row 2, column "a": expected a number, as in 30 cells of the column, found the text "x"',
      ],
      [
        "a,b\n1,2\n",
        ["likelihood", "run", "--data", "-"],
        'standard input, column "wave": expected the name of a column',
      ],
      [gzipSync(csv).subarray(0, 200), ["train", "-"], "standard input: expected a complete gzip file"],
      [csv, ["train", "-", "--data-format", "npy"], "standard input: expected an NPY file"],
      [csv, ["train", "-", "--resume"], "-: expected the folder of a run with --resume"],
      [csv, ["train", "table.csv", "--data-format", "csv"], "--data-format: expected - for standard input with it"],
    ] as const) {
      const { code, stderr, stdout } = await pipe(input, ...args);
      expect(code).toBe(1);
      expect(stdout.length).toBe(0);
      expect(stderr).toContain(`scorefield: ${message}`);
    }
    expect(existsSync(at("runs"))).toBe(false);
  });

  test("Ctrl-C while data come in ends it with 130, and takes no part for the whole", async () => {
    const child = start("train", "-", "--out", "cut");
    const finished = finish(child);
    child.stdin!.on("error", () => {});
    child.stdin!.write(csv);
    while ((await received()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    child.stdin!.end();
    expect((await finished).code).toBe(130);
    expect(existsSync(at("cut"))).toBe(false);
  });

  test("another run in the same folder does not keep the old data", async () => {
    const rows = csv.replaceAll(",", "\t");
    const again = ["--out", "of-array", "--overwrite", "--steps", "10", ...small];
    const { code, stderr } = await pipe(rows, "train", "-", "--data-format", "tsv", ...again);
    expect(code, stderr).toBe(0);
    expect((await readdir(at("of-array"))).filter((name) => name.startsWith("standard-input"))).toEqual([
      "standard-input.tsv",
    ]);
  });

  test("nothing temporary is left", async () => {
    expect(await received()).toEqual([]);
  });
});

describe("results on standard output", () => {
  const drawn = ["sample", "run", "-n", "30", "--steps", "4", "--seed", "5"];

  test("samples are the bytes of the file, and nothing else is printed there", async () => {
    for (const [format, file] of [
      ["csv", "s.csv"],
      ["tsv", "s.tsv"],
      ["npy", "s.npy"],
      ["png", "s.png"],
    ] as const) {
      expect((await run(...drawn, "--out", file)).code).toBe(0);
      const { code, stdout, stderr } = await run(...drawn, "--out", "-", "--format", format);
      expect(code, stderr).toBe(0);
      expect(stdout.equals(await readFile(at(file))), format).toBe(true);
      expect(stderr).toContain(`standard output (${format}): 30 samples by unipc`);
    }
    expect((await readNpy(at("s.npy"))).shape).toEqual([30, 2]);
  });

  test("without --count there are a thousand rows", async () => {
    const { stdout } = await run("sample", "run", "--steps", "2", "--out", "-");
    expect(stdout.toString().trim().split("\n")).toHaveLength(1001);
    const named = await run("sample", "run", "--steps", "2", "--json");
    expect((await readTable(at(JSON.parse(named.stdout.toString()).file))).values.shape).toEqual([1000, 2]);
  });

  test("a reader that has seen enough ends it quietly", async () => {
    const child = start("sample", "run", "--steps", "2", "-n", "200000", "--out", "-");
    child.stdin!.end();
    let stderr = "";
    child.stderr!.on("data", (text) => (stderr += text));
    child.stdout!.once("data", () => child.stdout!.destroy());
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error|error/);
  });

  test("scores of piped rows go out as a table; what people read goes to standard error", async () => {
    const head = csv.split("\n").slice(0, 11).join("\n");
    const likely = await pipe(head, "likelihood", "run", "--data", "-", "--out", "-");
    expect(likely.code, likely.stderr).toBe(0);
    expect(likely.stdout.toString()).toMatch(
      /^log_density,standard_error,error_estimate,prior_mismatch,atoms\n(-?[\d.e-]+,){4}\d\n/,
    );
    expect(likely.stdout.toString().trim().split("\n")).toHaveLength(11);
    expect(likely.stderr).toContain("10 rows of standard input");
    const unlike = await pipe(head, "anomaly", "run", "--data", "-", "--out", "-", "--format", "tsv", "--steps", "5");
    expect(unlike.code, unlike.stderr).toBe(0);
    expect(unlike.stdout.toString()).toMatch(/^row\tanomaly\t/);
    expect(unlike.stderr).toContain("10 rows of standard input, compared with 160 training rows");
  });

  test("pages go out whole and alone", async () => {
    for (const args of [
      ["show", "run", "--report", "-"],
      ["evaluate", "run", "-n", "40", "--steps", "2", "--report", "-"],
      ["inspect", "run", "--only", "plane", "--report", "-"],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      expect(code, stderr).toBe(0);
      expect(stdout.toString()).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    }
    const both = await run("show", "run", "--report", "-", "--json");
    expect(both.code).toBe(1);
    expect(both.stderr).toContain("--report - and --json: expected one thing on standard output");
  });
});
