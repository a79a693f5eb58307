/**
 * Time and memory of a table of a million rows, part by part, then of the command on it.
 *
 *     npm run bench bench/million-rows.ts -- --rows 1000000 --steps 200 --keep folder
 *
 * Prints a Markdown table: processor time of all threads, time by the clock, and the most memory resident in each part, as
 * Linux counts it (VmHWM, set back between parts). What a part leaves for the next ones counts in these too. Left out:
 * `--keep`, a temporary folder; the table in a folder that is kept is made once.
 */
import { spawn } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { normal, uniform } from "@scorefield/core";
import { readCells, splitPositions } from "@scorefield/data";
import { arraySamples, encoded, takeSamples } from "@scorefield/domain";
import { findColumns, table } from "@scorefield/domain/table";
import { createRun, refineRun, trainRun } from "scorefield";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    rows: { type: "string", default: "1000000" },
    steps: { type: "string", default: "200" },
    keep: { type: "string" },
  },
});
const rows = Number(given.rows);
const steps = Number(given.steps);
const folder = given.keep ?? mkdtempSync(join(tmpdir(), "scorefield-million-"));
mkdirSync(folder, { recursive: true });

const heads = "age,income,height,visits,city,district,plan,member,insured,since,score,code,rate,tenure,agrees";

/** Of numbers, categories of 100, 300 and 40 levels, yes/no, a date and missing cells; some depend on others. */
const rowText = (u: ArrayLike<number>, z: ArrayLike<number>): string => {
  const age = Math.max(18, Math.min(99, Math.round(45 + 16 * z[0]!)));
  const income = u[0]! < 0.1 ? 0 : Math.exp(7 + 0.8 * z[1]! + 0.01 * age);
  const city = Math.floor(100 * u[1]! ** 2);
  const district = 3 * city + Math.floor(3 * u[2]!);
  const plan = ["free", "basic", "plus", "pro"][Math.min(3, Math.floor(4 * (u[3]! * 0.7 + (income > 3000 ? 0.3 : 0))))];
  const since = new Date(Date.UTC(2015, 0, 1) + 86_400_000 * Math.floor(3650 * u[4]!)).toISOString().slice(0, 10);
  return [
    age,
    income.toFixed(2),
    (170 + 9 * z[2]!).toFixed(1),
    Math.floor(-5 * Math.log(1 - u[5]!)),
    `city ${city}`,
    `district ${district}`,
    plan,
    u[6]! < 0.3 ? "yes" : "no",
    u[7]! < age / 120 ? "yes" : "no",
    since,
    u[8]! < 0.05 ? "" : (z[3]! + 0.01 * age).toFixed(3),
    u[9]! < 0.02 ? "" : `code ${Math.floor(40 * u[10]!)}`,
    (z[4]! * 2 + z[1]!).toFixed(4),
    Math.floor(u[11]! * (age - 17)),
    u[12]! < 0.5 ? "yes" : "no",
  ].join(",");
};

const writeTable = async (path: string): Promise<void> => {
  const stream = createWriteStream(path);
  stream.write(`${heads}\n`);
  for (let start = 0; start < rows; start += 10_000) {
    const n = Math.min(10_000, rows - start);
    const which = { seed: 1, firstSample: start, purpose: "augmentation" } as const;
    const u = uniform([n, 13], which).data;
    const z = normal([n, 5], { ...which, step: 1 }).data;
    const lines = Array.from({ length: n }, (_, i) => rowText(u.subarray(13 * i), z.subarray(5 * i)));
    if (!stream.write(`${lines.join("\n")}\n`))
      await new Promise<void>((resume) => stream.once("drain", () => resume()));
  }
  stream.end();
  await finished(stream);
};

const peakOf = (pid: number | "self"): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
};

const lines: string[] = ["| part | processor s | s | most memory, MB |", "| --- | ---: | ---: | ---: |"];
const note = (part: string, processor: number, seconds: number, peak: number): void => {
  lines.push(`| ${part} | ${processor.toFixed(1)} | ${seconds.toFixed(1)} | ${peak.toFixed(0)} |`);
  process.stderr.write(`${lines.at(-1)}\n`);
};

/** Runs a part, and notes its time and the most memory that was resident. */
const measured = async <T>(part: string, work: () => Promise<T> | T): Promise<T> => {
  globalThis.gc?.();
  writeFileSync("/proc/self/clear_refs", "5");
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  note(part, (user + system) / 1e6, (performance.now() - begun) / 1000, peakOf("self"));
  return result;
};

/** Processor seconds of a process, in the 100 ticks a second that Linux counts. */
const processorOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** Runs the command in its own process. */
const command = async (part: string, words: readonly string[]): Promise<void> => {
  const cli = fileURLToPath(new URL("../packages/scorefield/bin/scorefield.js", import.meta.url));
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, ...words], { stdio: ["ignore", "ignore", "inherit"] });
  let [peak, processor] = [0, 0];
  const timer = setInterval(() => {
    if (!existsSync(`/proc/${child.pid}/stat`)) return;
    peak = Math.max(peak, peakOf(child.pid!) || 0);
    processor = processorOf(child.pid!);
  }, 100);
  const status = await new Promise((done) => child.on("close", done));
  clearInterval(timer);
  if (status !== 0) throw new Error(`${words.join(" ")}: ended with ${status}`);
  note(part, processor, (performance.now() - begun) / 1000, peak);
};

const parts = async (path: string): Promise<void> => {
  const cells = await measured("reading", () => readCells(path));
  const found = await measured("finding columns", () => findColumns(cells, { path }));
  const samples = arraySamples(found.rows, {
    table: found.columns,
    columns: found.columns.map(({ name }) => name),
    sha256: "",
  });
  const split = splitPositions(samples.count, { heldOut: 0.2, seed: 0 });
  const training = takeSamples(samples, split.training);
  await measured("looking for rules", () => table.rules!.learn(training, { kind: "table" }, { find: true }));
  const codec = await measured("fitting the codec", () => table.fit("mixed", training));
  const slots = codec.layout!.columns.length;
  const width = codec.layout!.columns.reduce((sum, size) => sum + size, 0);
  const data = await measured(`encoding ${training.count} rows: ${slots} slots, ${width} coordinates`, () =>
    encoded(training, codec, { seed: 0, part: 0 }),
  );
  await measured("reading 1,000 batches of 256", async () => {
    for (let i = 0; i < 1000; i++)
      await data.read(Array.from({ length: 256 }, (_, k) => (7919 * (256 * i + k)) % data.count));
  });
};

const path = join(folder, "million.csv");
if (!existsSync(path)) await writeTable(path);
process.stderr.write(`${rows} rows, ${(statSync(path).size / 2 ** 20).toFixed(0)} MB\n`);
await parts(path);
const out = join(folder, "run");
await command(`the command: train --steps ${steps} --no-refine`, [
  "train",
  path,
  "--steps",
  `${steps}`,
  "--no-refine",
  "--out",
  out,
  "--overwrite",
]);
const recipe = { data: path, training: { steps } };
const run = await measured("createRun", () => createRun(recipe, { out, overwrite: true }));
await measured(`trainRun, ${steps} steps`, async () => {
  for await (const _ of trainRun(run));
});
await measured("refineRun", () => refineRun(run));
console.log(lines.join("\n"));
if (given.keep === undefined) rmSync(folder, { recursive: true });
