/** `--queue` on a command: its work is done by workers, wherever they are, and put together here. */
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { openStore } from "../job/open-store.ts";
import { checkQueuedFlags, dashed, shardWorkOf } from "../job/shard-work-of.ts";
import { copyPlace } from "../job/stored-places.ts";
import { type ShardWork, workId } from "../job/work.ts";
import { type Counted, countThings } from "./count-things.ts";
import { interruptible } from "./interrupt.ts";
import { whole } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputPlace } from "./output-file.ts";
import {
  type QueueFlags,
  queueOf,
  type StoreFlags,
  storeOf,
  withQueueOptions,
  withStoreOption,
} from "./queue-options.ts";
import { checkShardFile } from "./shard-option.ts";
import { standardStream } from "./standard-output.ts";
import { waitForFlow } from "./wait-for-flow.ts";
import { terminalAction } from "./work-context.ts";

/** Options of a command whose work may go over a queue. */
interface QueuedFlags extends QueueFlags, StoreFlags {
  readonly parts?: number;
  readonly priority?: number;
  readonly out?: string;
  readonly shard?: unknown;
  readonly json?: boolean;
}

/** The work of a command. */
type Run<F> = Parameters<typeof terminalAction<F>>[0];

const defaultParts = 64;
const mostParts = 1_000_000;
const mostPriority = 2_097_152;

/** Adds the options of work over a queue. */
const withQueued = (command: Command): Command =>
  withStoreOption(withQueueOptions(command, "have workers do it, from this queue"))
    .option(
      "--parts <n>",
      `with --queue: in how many parts the work is done (default: ${defaultParts}, or fewer where there is less to do)`,
      whole(1),
    )
    .option(
      "--priority <n>",
      "with --queue: 0 for the most urgent work, larger for what can wait (default: 0)",
      whole(0),
    );

/** What each command may write, as it checks for itself with --shard. */
const written = {
  sample: { folders: true },
  restore: { folders: true, endings: [".npy"] },
  likelihood: { folders: false, endings: [".csv", ".tsv"] },
  anomaly: { folders: false, endings: [".csv", ".tsv"] },
} as const;

/** In how many parts the work is done. @throws UsageError where there are more than things to do, and where there is nothing to do */
const partsOf = ({ parts }: QueuedFlags, { count, things }: Counted): number => {
  if (count === 0) throw new UsageError(`--queue: expected ${things} to work on, found none`);
  if (parts !== undefined && parts > count)
    throw new UsageError(`--parts ${parts}: expected at most one for each of ${grouped(count)} ${things}`);
  return parts ?? Math.min(defaultParts, count);
};

/** The options of the command alone, without those that say how it is done. */
const ownFlags = ({ queue, queueCa, queuePrefix, store, parts, priority, json, ...own }: QueuedFlags) => own;

const queued = async <F extends object>(
  name: ShardWork["command"],
  run: Run<F>,
  path: string,
  flags: F & QueuedFlags,
  signal: AbortSignal,
): Promise<void> => {
  const { out: file, priority = 0 } = flags;
  if (file === undefined || file === standardStream)
    throw new UsageError(`--queue: expected --out with it, the file that the parts are put together in`);
  if (flags.shard !== undefined) throw new UsageError("--queue and --shard: expected one of them");
  const place = storeOf(flags);
  const own = ownFlags(flags) as F & Record<string, unknown>;
  checkQueuedFlags(name, own);
  if ((flags.parts ?? 0) > mostParts)
    throw new UsageError(`--parts: expected at most ${mostParts}, found ${flags.parts}`);
  if (priority > mostPriority) throw new UsageError(`--priority: expected at most ${mostPriority}, found ${priority}`);
  checkOutputPlace("--out", file);
  checkShardFile({ shard: { part: 1, parts: 1 }, out: file }, { ...written[name], why: "--queue" });
  const parts = partsOf(flags, await countThings(run, path, own, signal));
  const out = output(flags);
  const queue = await queueOf(flags, out);
  try {
    const store = await openStore(place);
    const work = await shardWorkOf(name, path, own, parts, store);
    const [{ code, ending }] = work as [ShardWork];
    const last = { kind: "gather", code, shards: work.map(workId), ending } as const;
    const flow = { work, last, title: `${name} ${path} to ${file}`, priority };
    const { content, ...about } = await waitForFlow(flow, { queue, store, out, signal });
    await copyPlace(store, content, file, signal);
    const { parts: done, workers, seconds } = about;
    out.text(
      `${file}: ${done} parts by ${workers.length} ${workers.length === 1 ? "worker" : "workers"} in ${seconds.toFixed(1)} s`,
    );
    out.result({ file, ...about });
  } finally {
    await queue.close();
  }
};

/** The action of a command: over the queue where `--queue` names one, else here. */
const orQueued =
  <F extends object>(name: ShardWork["command"], run: Run<F>) =>
  async (path: string, flags: F & QueuedFlags): Promise<void> => {
    if (flags.queue !== undefined)
      return interruptible((signal) => queued(name, run, path, flags, signal), "stopping: the work is cancelled");
    const lone = (["parts", "priority", "store", "queueCa", "queuePrefix"] as const).find(
      (option) => flags[option] !== undefined,
    );
    if (lone !== undefined)
      throw new UsageError(`--${dashed(lone)} is for work over a queue; add --queue, the address of the queue`);
    return terminalAction(run)(path, flags);
  };

/**
 * A command that comes in parts, with `--queue`.
 * @param add adds the command to a program
 * @param run its work
 * @returns what adds it with `--queue`
 */
export const orOverQueue =
  <F extends object>(name: ShardWork["command"], add: (program: Command) => void, run: Run<F>) =>
  (program: Command): void => {
    add(program);
    const command = program.commands.find((one) => one.name() === name)!;
    withQueued(command).action(orQueued(name, run));
  };
