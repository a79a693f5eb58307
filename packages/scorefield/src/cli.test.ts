/** The command as people start it: the built file in a separate process. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpy, readTable } from "@scorefield/data";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkpointFolder, checkpointSteps } from "./run/checkpoint.ts";

// Every test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../bin/scorefield.js", import.meta.url));

let folder: string;
beforeAll(async () => {
  if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url))))
    throw new Error("the command is not built: run npm run build first");
  folder = await mkdtemp(join(tmpdir(), "scorefield-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (...args: string[]): { child: ChildProcess; finished: Promise<Finished> } => {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, DEBUG: "" } });
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (text) => (stdout += text));
  child.stderr!.on("data", (text) => (stderr += text));
  const finished = new Promise<Finished>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return { child, finished };
};
const run = (...args: string[]): Promise<Finished> => start(...args).finished;
const at = (name: string) => join(folder, name);

const small = ["--set", "network.width=16", "--set", "network.depth=2", "--batch", "32"];

/** Waits until a run has a checkpoint, and tells its step. */
const firstCheckpoint = async (name: string, { child, finished }: ReturnType<typeof start>): Promise<number> => {
  for (;;) {
    const [step] = await checkpointSteps(at(name));
    if (step !== undefined) return step;
    if (child.exitCode !== null) throw new Error(`it ended before its first checkpoint: ${(await finished).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe("help", () => {
  test("alone, and of every command with an example", async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: [<[].*?)? {2,}\S/gm)].map((match) => match[1]!);
    expect(commands).toEqual(expect.arrayContaining(["demo", "train", "sample", "show", "evaluate"]));
    for (const command of commands) {
      const help = await run(command, "--help");
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(new RegExp(`^Examples?:$(\\n  scorefield .*)*\\n  scorefield ${command}\\b`, "m"));
      // One prints another text, the other JSON alone.
      if (command === "help" || command === "schema") continue;
      expect(help.stdout).toContain("--json");
      if (help.stdout.includes("recipe (.json .ts)")) expect(help.stdout).toContain("its code runs with your rights");
    }
  });

  test("the version is the package's", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect((await run("--version")).stdout).toBe(`${version}\n`);
  });
});

describe("from a table to new rows", () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i},${Math.sin(i)},${i % 4}\n`).join("");
    await writeFile(at("table.csv"), `id,wave,class\n${rows}`);
    const trained = await run("train", "table.csv", "--exclude", "id", "--steps", "100", ...small, "--json");
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout.trim().split("\n")).toHaveLength(1);
    const result = JSON.parse(trained.stdout);
    expect(result).toMatchObject({ run: "runs/table", step: 100 });
    expect(result.loss).toBeLessThan(1.2);
    expect(result.heldOutLoss).toBeGreaterThan(0);
    expect(trained.stderr).toMatch(/training 100\/100 .*loss 0\.\d+ .*samples\/s/);
  });

  test("samples as CSV, NPY and PNG, the same for any file and batch", async () => {
    const csv = await run(
      "sample",
      "runs/table",
      "-n",
      "20",
      "--steps",
      "6",
      "--seed",
      "3",
      "--out",
      "new.csv",
      "--json",
    );
    expect(csv.code, csv.stderr).toBe(0);
    expect(JSON.parse(csv.stdout)).toMatchObject({ file: "new.csv", count: 20, sampler: { kind: "unipc", steps: 6 } });
    const { columns, values } = await readTable(at("new.csv"));
    expect(columns).toEqual(["wave", "class"]);
    expect(values.shape).toEqual([20, 2]);
    for (let i = 0; i < 20; i++) expect([0, 1, 2, 3]).toContain(values.data[2 * i + 1]);

    const npy = ["sample", "runs/table", "-n", "20", "--steps", "6", "--seed", "3", "--batch", "7", "--out", "new.npy"];
    expect((await run(...npy)).code).toBe(0);
    const array = await readNpy(at("new.npy"));
    expect(array.shape).toEqual([20, 2]);
    for (const [i, value] of values.data.entries()) expect(Number(array.data[i])).toBeCloseTo(value, 3);

    const png = await run("sample", "runs/table", "-n", "50", "--steps", "6", "--out", "new.png");
    expect(png.code, png.stderr).toBe(0);
    expect([...(await readFile(at("new.png"))).subarray(1, 4)]).toEqual([..."PNG"].map((c) => c.charCodeAt(0)));
  });

  test("parts put together are what one run draws", async () => {
    const drawn = async (...args: string[]): Promise<number[]> => {
      const found = await run(
        "sample",
        "runs/table",
        "-n",
        "11",
        "--steps",
        "6",
        "--seed",
        "3",
        "--batch",
        "4",
        ...args,
      );
      expect(found.code, found.stderr).toBe(0);
      return Array.from((await readNpy(at(args.at(-1)!))).data as Float64Array);
    };
    const whole = await drawn("--out", "whole.npy");
    const parts: number[] = [];
    for (const k of [1, 2, 3]) parts.push(...(await drawn("--shard", `${k}/3`, "--out", `part-${k}.npy`)));
    expect(parts).toHaveLength(22);
    for (const [i, value] of whole.entries()) expect(parts[i]).toBeCloseTo(value, 3);
    const named = await run("sample", "runs/table", "-n", "11", "--steps", "6", "--shard", "2/3", "--json");
    const [file, facts] = [
      "runs/table/samples/step-100-unipc-6-seed-0-count-11-shard-2-of-3.csv",
      JSON.parse(named.stdout),
    ];
    expect(facts).toMatchObject({ file, count: 4, shard: "2/3", firstSample: 3 });
    const many = await run("sample", "runs/table", "-n", "2", "--shard", "1/3");
    expect(many.stderr).toMatch(/--shard 1\/3: expected at most one part for each of 2 samples/);
    expect((await run("sample", "runs/table", "--shard", "4/3")).stderr).toMatch(/such as 2\/8, from 1\/8 to 8\/8/);
  });

  test("without --out samples go to the run's folder", async () => {
    const { stdout } = await run("sample", "runs/table", "-n", "5", "--sampler", "euler-maruyama", "--steps", "9");
    const [file] = stdout.split(":");
    expect(file).toBe("runs/table/samples/step-100-euler-maruyama-9-seed-0-count-5.csv");
    expect((await readTable(at(file!))).values.shape).toEqual([5, 2]);
  });

  test("evaluate prints marginals and correlations beside the numbers for real rows", async () => {
    const text = await run("evaluate", "runs/table", "-n", "200", "--steps", "6");
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/^Distances to 40 held-out rows \(samples: 160 of 200 drawn; real: 160 training rows/m);
    expect(text.stdout).toMatch(/^wave +0?\.?\d/m);
    const json = JSON.parse((await run("evaluate", "runs/table", "-n", "200", "--steps", "6", "--json")).stdout);
    expect(json).toMatchObject({
      referenceRows: 40,
      columns: ["wave", "class"],
      training: { rows: 160 },
      samples: { rows: 160 },
    });
    expect(json).toMatchObject({ kind: "table", counts: { samples: 200, reference: 40, training: 160 } });
    expect(json.samples.columns).toHaveLength(2);
    const other = await run("evaluate", "runs/table", "-n", "200", "--steps", "6", "--data", "table.csv");
    expect(other.stdout).toMatch(/^Distances to 200 rows of table.csv/m);
    const wrong = await run("evaluate", "runs/table", "--sampler", "hein");
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toMatch(/heun/);
    expect(wrong.stderr).not.toMatch(/sampling/);
    // The run's own rows are a gain beside others, not a need.
    await rename(at("table.csv"), at("moved.csv"));
    const gone = await run("evaluate", "runs/table", "-n", "20", "--steps", "2", "--data", "moved.csv");
    await rename(at("moved.csv"), at("table.csv"));
    expect(gone.code, gone.stderr).toBe(0);
  });

  test("a run is not overwritten, a second one gets another name, and --resume finds the last", async () => {
    const again = await run("train", "table.csv", "--out", "runs/table", "--steps", "100", ...small);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toMatch(
      /^scorefield: runs\/table: expected a new folder, found a run; continue it with --resume/,
    );
    const more = await run("train", "runs/table", "--resume", "--steps", "150", "--json");
    expect(more.code, more.stderr).toBe(0);
    expect(JSON.parse(more.stdout)).toMatchObject({ run: "runs/table", step: 150 });
    const byName = await run("train", "table.csv", "--resume", "--steps", "200", "--json");
    expect(byName.code, byName.stderr).toBe(0);
    expect(JSON.parse(byName.stdout)).toMatchObject({ run: "runs/table", step: 200 });
    const ended = await run("train", "runs/table", "--resume");
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("nothing was left to do")]);
    const changed = await run("train", "runs/table", "--resume", "--set", "network.width=20");
    expect(changed.stderr).toMatch(/network.width cannot change when resuming/);
    const second = await run("train", "table.csv", "--exclude", "id", "--steps", "10", ...small, "--json");
    expect(JSON.parse(second.stdout).run).toBe("runs/table-2");
  });

  test("a damaged checkpoint is an error, and the one before it is used when asked for", async () => {
    const steps = await checkpointSteps(at("runs/table"));
    const path = join(checkpointFolder(at("runs/table")), `step-${`${steps.at(-1)}`.padStart(8, "0")}.safetensors`);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, -10));
    const failed = await run("sample", "runs/table", "-n", "2");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(new RegExp(`damaged checkpoint .*the one before it is of step ${steps.at(-2)}`));
    expect((await run("sample", "runs/table", "-n", "2", "--checkpoint", `${steps.at(-2)}`)).code).toBe(0);
    await writeFile(path, bytes);
  });
});

test("columns are listed as training would take them", async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i + 1},${i % 6 === 0 ? "" : (i * 7) % 23},${["Paris", "Rome"][i % 2]}\n`,
  );
  await writeFile(at("people.csv"), `id,points,city\n${rows.join("")}`);
  const { code, stdout, stderr } = await run("columns", "people.csv");
  expect(code).toBe(0);
  expect(stdout).toMatch(/points +whole number +18 % +0 to 22\n/);
  expect(stdout).toContain("left out: id (a running number, 1 to 40)");
  expect(stderr).toContain('40 rows. If a kind is wrong, say so: --kinds "points=category"');
  const told = await run("columns", "people.csv", "--kinds", "points=number,id=whole", "--json");
  expect(JSON.parse(told.stdout)).toMatchObject({
    rows: 40,
    leftOut: [],
    columns: [{ kind: "whole" }, { kind: "number" }, {}],
  });
  const wrong = await run("columns", "people.csv", "--kinds", "point=number");
  expect(wrong.stderr).toMatch(/column "point": .*did you mean points\?/);
});

describe("bad input gives one clear line and a code other than 0", () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},${i === 1 ? "four" : i * i}\n`);
    await writeFile(at("words.csv"), `a,b\n${rows.join("")}`);
    await writeFile(at("broken.json"), '{"data": "moons",}');
    await writeFile(at("typo.ts"), 'export default { data: "moons", trainng: { steps: 5 } };\n');
    await writeFile(at("empty.csv"), "");
  });

  test.each<[string, string[], RegExp]>([
    ["a missing file", ["train", "gone.csv"], /gone.csv: expected a file to read, found no such file or folder/],
    [
      "a word",
      ["train", "moon"],
      /moon: expected a data file, a folder of images or sounds, a recipe or the name of a built-in set.*did you mean moons\?/,
    ],
    [
      "text in a column",
      ["train", "words.csv"],
      /words.csv, row 3, column "b": expected a number, as in 29 cells .*, found the text "four".*--missing-words.*--kinds 'b=category'; or leave .*--exclude b/,
    ],
    ["an empty file", ["train", "empty.csv"], /empty.csv: expected rows, found an empty file/],
    ["broken JSON", ["train", "broken.json"], /broken.json: expected a recipe in JSON/],
    ["a misspelt key", ["train", "typo.ts"], /typo.ts: trainng: unknown setting; did you mean training\?/],
    ["a bad --set", ["train", "moons", "--set", "training.steps"], /--set training.steps: expected path=value/],
    ["a value out of range", ["train", "moons", "--set", "heldOut=2"], /heldOut: expected less than 1, found 2/],
    ["a setting of core out of range", ["train", "moons", "--set", "process.sigmaMin=90"], /sigmaMin 90/],
    ["an unknown option", ["train", "moons", "--stepz", "3"], /unknown option --stepz; did you mean --steps\?/],
    [
      "one with its value",
      ["sample", "runs/x", "--cuont", "3"],
      /^scorefield: unknown option --cuont; did you mean --count\?/,
    ],
    [
      "one where another is needed",
      ["anomaly", "runs/x", "--dta", "a.csv"],
      /unknown option --dta; did you mean --data\?/,
    ],
    [
      "no argument",
      ["sample"],
      /sample: expected <run>, the run's folder; type one, such as: scorefield sample runs\//,
    ],
    [
      "no data",
      ["anomaly", "runs/x"],
      /--data: expected a table .*such as: scorefield anomaly runs\/x --data rows.csv/,
    ],
    [
      "a misspelt setting",
      ["train", "moons", "--set", "network.wdith=3"],
      /network.wdith: unknown setting; did you mean width\?/,
    ],
    [
      "its setting",
      ["train", "moons", "--set", "sampler.stpes=3"],
      /sampler\.stpes: unknown setting; did you mean steps\?/,
    ],
    ["a misspelt instrument", ["inspect", "runs/x", "--only", "mdoes"], /found mdoes; did you mean modes\?/],
    [
      "labels of a table",
      ["train", "t.csv", "--labels"],
      /expected sounds or images to apply it to.*did you mean --label\?/,
    ],
    [
      "an option without sense",
      ["train", "moons", "--columns", "x"],
      /--columns: expected series in time or a data file to apply it to/,
    ],
    ["a count of 0", ["sample", "runs/x", "--count", "0"], /Expected a whole number of at least 1/],
    ["no run", ["sample", "runs/x", "--count", "3"], /runs\/x: expected the folder of a run/],
    ["no run to resume", ["train", "moons", "--resume"], /runs\/moons: expected a run to resume, found none/],
    ["an unknown command", ["trian", "moons"], /unknown command trian; did you mean train\?/],
    ["help of one", ["help", "trian"], /unknown command trian; did you mean train\?/],
    ["an unknown set", ["demo", "--set", "moon"], /Allowed choices are moons/],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^scorefield: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(existsSync(at("runs/x"))).toBe(false);
  });

  test("with a run: an unknown sampler, setting or file", async () => {
    expect((await run("train", "moons", "--out", "m", "--steps", "10", ...small)).code).toBe(0);
    for (const [args, message] of [
      [["--class", "1"], /expected a run that learnt classes, found .* leave --class out/],
      [["--sampler", "huen"], /unknown sampler; did you mean heun\?/],
      [["--sampler", "heun:stpes=3"], /unknown setting stpes; .*did you mean steps\?/],
      [["--format", "npy", "--out", "new.csv"], /--format npy: expected no --out, or --out -/],
      [["--out", "-", "--json"], /--out - and --json: expected one thing on standard output/],
      [["--out", "new.xls"], /expected a name that ends in .csv, .tsv, .xlsx, .jsonl, .npy, .png/],
      [["--out", "gone/new.csv"], /gone\/new.csv: expected a folder to write into, found no such folder/],
      [["--steps", "1000000000"], /steps: expected at most 10,000,000, found 1000000000/],
      [["--sampler", "restart:intervals=3"], /expected intervals as low:high:steps:repeats/],
      [["--provider", "gpu"], /Allowed choices are cpu, webgpu, cuda, coreml, dml/],
      [["--checkpoint", "7"], /the checkpoint of step 7, found checkpoints of steps 10/],
    ] as const) {
      const { code, stderr } = await run("sample", "m", "-n", "3", ...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("sampling 0");
    }
  });

  test("too few rows to evaluate with are refused before sampling", async () => {
    await writeFile(at("few.csv"), "a,b\n1,2\n2,3\n3,1\n");
    expect((await run("train", "few.csv", "--out", "few", "--steps", "10", ...small)).code).toBe(0);
    const { code, stderr } = await run("evaluate", "few", "-n", "10");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^scorefield: few: expected at least 2 rows to compare with, found 1 \(held out\)\n$/);
    const anomaly = await run("anomaly", "few", "--data", "few.csv");
    expect(anomaly.stderr).toBe("scorefield: few: expected at least 6 training rows, found 2\n");
  });

  test("with --json the error is an object too; with DEBUG there is a stack trace", async () => {
    const { stdout, code } = await run("train", "gone.csv", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ name: "DataError" });
    const usage = await run("sample", "--json");
    expect(usage.code).toBe(1);
    expect(JSON.parse(usage.stdout).error).toMatchObject({
      name: "UsageError",
      message: expect.stringMatching(/^sample: expected <run>/),
    });
  });
});

describe("stopping", () => {
  const long = ["train", "moons", "--set", "training.checkpointSeconds=0", ...small, "--set", "data.count=2000"];

  test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
    "%s saves, says how to resume, and exits with 130",
    async (signal) => {
      const started = start(...long, "--steps", "200000", "--out", signal);
      const { child, finished } = started;
      await firstCheckpoint(signal, started);
      child.kill(signal);
      const { code, stderr, stdout } = await finished;
      expect(code).toBe(130);
      expect(stdout).toBe("");
      const step = (await checkpointSteps(at(signal))).at(-1)!;
      expect(stderr).toContain(
        `stopped at step ${step.toLocaleString("en-US")} of 200,000, saved; continue with: scorefield train ${signal} --resume`,
      );
    },
  );

  test("goes on to its end where nobody reads what it tells", async () => {
    const { child, finished } = start(...long, "--steps", "500", "--out", "unread");
    child.stderr!.once("data", () => child.stderr!.destroy());
    expect((await finished).code).toBe(0);
    expect(await checkpointSteps(at("unread"))).toContain(500);
  });

  test("the second Ctrl-C quits at once", async () => {
    const started = start(...long, "--steps", "200000", "--out", "twice");
    const { child, finished } = started;
    await firstCheckpoint("twice", started);
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect((await finished).code).toBe(130);
  });
});
