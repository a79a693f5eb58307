/** `scorefield worker`: does work of a queue. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describeSystemError } from "@scorefield/data/errors";
import type { Command } from "commander";
import { grouped } from "../figure/grouped.ts";
import { codeVersion } from "../job/code-version.ts";
import { openStore } from "../job/open-store.ts";
import type { ServedQueue } from "../job/queue-package.ts";
import { type WorkerEvent, workOn } from "../job/work-on.ts";
import { workProcess } from "../job/work-process.ts";
import { interruptible } from "./interrupt.ts";
import { positive, whole } from "./options.ts";
import { type Output, output } from "./output.ts";
import {
  type QueueFlags,
  queueOf,
  type StoreFlags,
  storeOf,
  withQueueOptions,
  withStoreOption,
} from "./queue-options.ts";
import { withExamples } from "./usage.ts";

interface WorkerFlags extends QueueFlags, StoreFlags {
  readonly threads: number;
  readonly rate?: number;
  readonly lease?: number;
  readonly once?: boolean;
  readonly name?: string;
  readonly cache?: string;
  readonly cacheSize: number;
  readonly json?: boolean;
}

const gigabyte = 1e9;

/** Milliseconds between two looks for work of other versions. */
const lookEvery = 30_000;

// The built program also where this file is not: another process has no loader of TypeScript.
const program = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/job/perform-program.js" : "../job/perform-program.js",
  import.meta.url,
);

const sentence = ({ kind, what = "", seconds = 0, message = "" }: WorkerEvent): string => {
  switch (kind) {
    case "took":
      return `${what}: begun`;
    case "done":
      return `${what}: done in ${seconds.toFixed(1)} s`;
    case "failed":
      return `${what}: failed: ${message}`;
    case "lost":
    case "returned":
      return `${what}: ${message}`;
    case "cancelled":
      return `${what}: cancelled`;
    case "away":
      return message;
    case "back":
      return "connected again";
  }
};

/** Says that work of other versions waits, each time that there is more of it. */
const otherVersions = (queue: ServedQueue, code: string, say: (code: string, waiting: number) => void) => {
  const said = new Map<string, number>();
  return async (): Promise<void> => {
    const versions = await queue.versions().catch(() => []);
    for (const { code: other, waiting } of versions) {
      if (other !== code && waiting > (said.get(other) ?? 0)) say(other, waiting);
      said.set(other, waiting);
    }
  };
};

const work = async (flags: WorkerFlags, out: Output, signal: AbortSignal): Promise<void> => {
  const place = storeOf(flags);
  const store = await openStore(place);
  const { rate, lease, once, threads, cacheSize } = flags;
  const { cache: given } = flags;
  // Before the queue is opened: an open connection would keep a process alive that has failed.
  if (given !== undefined)
    await mkdir(given, { recursive: true }).catch((cause) => {
      throw describeSystemError(cause, given, "to make this folder");
    });
  const queue = await queueOf(flags, out, {
    ...(rate !== undefined && { rate }),
    ...(lease !== undefined && { lease }),
  });
  // A store that is missing or read-only would fail all work that this worker takes.
  await store.put(new TextEncoder().encode("scorefield worker\n")).catch(async (error: unknown) => {
    await queue.close();
    throw error;
  });
  const name = flags.name ?? `${hostname()}-${process.pid}`;
  const code = codeVersion();
  const begin = join(tmpdir(), "scorefield-worker-");
  const cache = given ?? (await mkdtemp(begin));
  const computing = workProcess(program, [place, cache, `${gigabyte * cacheSize}`, `${threads}`]);
  const say = (event: WorkerEvent): void => {
    out.result(event);
    if (!out.json) process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${sentence(event)}\n`);
  };
  out.remark(
    `worker ${name}: takes work from ${queue.title} for ${code}, and keeps results in ${store.title}. Ctrl-C stops it: what it does then goes back to the queue.`,
  );
  const look = otherVersions(queue, code, (other, waiting) =>
    out.remark(
      `${grouped(waiting)} pieces of work wait for ${other}. This worker is ${code} and takes none of them: start one of that version`,
    ),
  );
  await look();
  const timer = setInterval(() => void look(), lookEvery);
  try {
    const { perform } = computing;
    await workOn({ queue, store, name, code, perform, signal, onEvent: say, ...(once && { once }) });
  } finally {
    clearInterval(timer);
    await computing.close();
    await queue.close();
    if (given === undefined) await rm(cache, { recursive: true, force: true });
  }
  out.remark(`worker ${name}: ended`);
};

/** Adds the command to the program. */
export const addWorker = (root: Command): void => {
  const command = root
    .command("worker")
    .description(
      "Takes pieces of work from a queue, does them, and keeps their results in the store, until Ctrl-C. Start as many as you have machines, or cores. A worker that is killed loses nothing: its work goes to another one. It takes only work of its own version of Scorefield and of ONNX Runtime. Nothing from the queue is run as a program: work is checked data. It needs the package @scorefield/queue, and a Redis server.",
    )
    .option("--threads <n>", "threads of the processor", whole(1), 1)
    .option(
      "--rate <n>",
      "pieces of work in a second, of all workers with this option together (default: any)",
      positive,
    )
    .option(
      "--lease <ms>",
      "milliseconds until the work of a worker that stopped answering goes to another",
      whole(1000),
    )
    .option("--once", "end when no work is waiting")
    .option("--name <name>", "its name in messages and receipts (default: the machine's name and the process)")
    .option("--cache <folder>", "where runs are kept between pieces of work (default: a temporary folder)")
    .option(
      "--cache-size <gigabytes>",
      "remove the runs and data there that were used longest ago, above this",
      positive,
      10,
    )
    .option("--json", "print what happens as JSON, one event a line")
    .action((flags: WorkerFlags) =>
      interruptible((signal) => work(flags, output(flags), signal), "stopping: work goes back to the queue"),
    );
  withStoreOption(withQueueOptions(command));
  withExamples(command, [
    "scorefield worker --queue redis://queue.example:6379 --store /mnt/shared",
    "scorefield worker --queue redis://queue.example:6379 --store /mnt/shared --threads 8 --once",
    "scorefield worker --queue rediss://worker@queue.example --queue-ca ca.pem --store s3://bucket/scorefield",
  ]);
};
