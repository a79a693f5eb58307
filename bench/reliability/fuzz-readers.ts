/**
 * Reads damaged files with every reader: none may hang, take memory without bound, or fail with an error that is not typed.
 * The file of a number is the same for the same seed, so that a finding can be looked at again.
 *
 *     npm run bench bench/reliability/fuzz-readers.ts -- --count 20000 --seed 1
 *     npm run bench bench/reliability/fuzz-readers.ts -- --reader parquet --reader npz --minutes 20 --processes 1
 *     npm run bench bench/reliability/fuzz-readers.ts -- --reader npz --first 1234 --count 1
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { FuzzMessage, FuzzTask, Outcomes } from "./fuzz-process.ts";

const { values: options } = parseArgs({
  options: {
    reader: { type: "string", multiple: true },
    count: { type: "string", default: "1000" },
    first: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "Infinity" },
    processes: { type: "string", default: "2" },
  },
});

const number = (name: "count" | "first" | "seed" | "minutes" | "processes", least: number): number => {
  const value = Number(options[name]);
  if (value >= least && (name === "minutes" || Number.isInteger(value))) return value;
  throw new Error(`--${name}: expected a number of at least ${least}, found ${options[name]}`);
};
const [count, first, seed] = [number("count", 1), number("first", 0), number("seed", 0)];
const deadline = performance.now() + 60_000 * number("minutes", 0);

/** A file that takes longer has hung. The longest limit of time that a reader sets itself is a tenth of this. */
const longestMilliseconds = 60_000;
const mostMemory = 2048;
const filesPerTask = 500;

interface Total {
  files: number;
  read: number;
  refused: number;
  limited: number;
  slowest: number;
  memory: number;
  milliseconds: number;
  findings: string[];
}

const totals = new Map<string, Total>();
const tasks: FuzzTask[] = [];
let planned = false;

const plan = (readers: readonly string[]): void => {
  if (planned) return;
  planned = true;
  const chosen = options.reader ?? readers;
  const unknown = chosen.find((name) => !readers.includes(name));
  if (unknown !== undefined) throw new Error(`--reader ${unknown}: expected one of ${readers.join(", ")}`);
  for (const reader of chosen)
    totals.set(reader, {
      ...{ files: 0, read: 0, refused: 0, limited: 0, slowest: 0, memory: 0, milliseconds: 0 },
      findings: [],
    });
  // In turn, so that every reader has read about the same number of files when the time is up.
  for (let start = first; start < first + count; start += filesPerTask)
    for (const reader of chosen)
      tasks.push({ reader, seed, first: start, count: Math.min(filesPerTask, first + count - start) });
};

const add = (reader: string, files: number, milliseconds: number, outcomes: Partial<Outcomes>): void => {
  const total = totals.get(reader)!;
  total.files += files;
  total.milliseconds += milliseconds;
  for (const name of ["read", "refused", "limited"] as const) total[name] += outcomes[name] ?? 0;
  for (const name of ["slowest", "memory"] as const) total[name] = Math.max(total[name], outcomes[name] ?? 0);
  for (const { index, error } of outcomes.untyped ?? []) total.findings.push(`file ${index}: ${error}`);
};

const start = (): ChildProcess =>
  fork(fileURLToPath(new URL("fuzz-process.ts", import.meta.url)), {
    execArgv: ["--conditions=source", "--import", import.meta.resolve("tsx")],
  });

/** Works on tasks until none is left; a process that hangs or dies is replaced, and its file a finding. */
const worker = async (): Promise<void> => {
  while (performance.now() < deadline && (!planned || tasks.length > 0)) {
    const child = start();
    let task: FuzzTask | undefined;
    let at = 0;
    let begun = 0;
    let moved = performance.now();
    let hung = false;
    const timer = setInterval(() => {
      if (task === undefined || performance.now() - moved < longestMilliseconds) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1000);
    const next = (): void => {
      task = performance.now() < deadline ? tasks.shift() : undefined;
      begun = moved = performance.now();
      if (task) child.send(task);
      else child.disconnect();
    };
    child.on("message", (message: FuzzMessage) => {
      moved = performance.now();
      if (message.kind === "ready") {
        plan(message.readers);
        next();
      } else if (message.kind === "at") at = message.index;
      else {
        add(task!.reader, task!.count, performance.now() - begun, message.outcomes);
        task = undefined;
        next();
      }
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.on("exit", (code, signal) => resolve([code, signal]));
    });
    clearInterval(timer);
    if (task === undefined && !planned) throw new Error(`the reading process ended with ${signal ?? `code ${code}`}`);
    if (task === undefined) continue;
    const { reader, count, first } = task as FuzzTask;
    add(reader, at - first + 1, performance.now() - begun, {});
    totals
      .get(reader)!
      .findings.push(`file ${at}: ${hung ? "hung" : `ended the process (${signal ?? `code ${code}`})`}`);
    if (at + 1 < first + count) tasks.unshift({ reader, seed, first: at + 1, count: first + count - at - 1 });
  }
};

await Promise.all(Array.from({ length: number("processes", 1) }, worker));

const rows = [...totals].map(([reader, total]) => [
  reader,
  total.files.toLocaleString("en-US"),
  total.read.toLocaleString("en-US"),
  total.refused.toLocaleString("en-US"),
  total.limited.toLocaleString("en-US"),
  `${total.findings.length}`,
  `${Math.round(total.slowest)} ms`,
  `${Math.round(total.memory)} MiB`,
  `${Math.round((1000 * total.files) / Math.max(1, total.milliseconds))}`,
]);
console.log("| reader | files | read | refused | ended by its limit | findings | slowest | memory | files/s |");
console.log("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
let failed = false;
for (const [reader, { findings, memory }] of totals) {
  for (const finding of findings.slice(0, 20)) console.log(`\n${reader}, seed ${seed}, ${finding}`);
  if (memory > mostMemory) console.log(`\n${reader}: took ${Math.round(memory)} MiB of memory`);
  failed ||= findings.length > 0 || memory > mostMemory;
}
process.exitCode = failed ? 1 : 0;
