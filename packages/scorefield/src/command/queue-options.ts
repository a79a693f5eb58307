/** Options of commands that use a queue. */
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { openQueue, type QueueSettings, type ServedQueue } from "../job/queue-package.ts";
import type { Output } from "./output.ts";

/** Options that say which queue. */
export interface QueueFlags {
  readonly queue?: string;
  readonly queueCa?: string;
  readonly queuePrefix?: string;
}

/** Options that say which store. */
export interface StoreFlags {
  readonly store?: string;
}

const address =
  "redis://user:password@host:6379, or rediss:// for TLS; a password may be in the environment variable SCOREFIELD_QUEUE_PASSWORD";

/**
 * Adds the options that say which queue.
 * @param what of the queue is used, if the command does without one where none is named; else one is needed
 */
export const withQueueOptions = (command: Command, what?: string): Command =>
  command
    .option(
      "--queue <address>",
      what === undefined
        ? `the queue: ${address} (default: the environment variable SCOREFIELD_QUEUE)`
        : `${what}: ${address}`,
    )
    .option("--queue-ca <file>", "certificates of the queue's authority, in PEM, for rediss://")
    .option(
      "--queue-prefix <name>",
      "what the queue's keys begin with, where several share a server (default: scorefield)",
    );

/** Adds the option that says which store. */
export const withStoreOption = (command: Command): Command =>
  command.option(
    "--store <place>",
    "where runs, inputs and results are kept: a folder that all machines share, or s3://bucket/prefix (default: the environment variable SCOREFIELD_STORE)",
  );

/** Connects to the queue that options name, and says what is to be said of its server. @throws UsageError, JobError */
export const queueOf = async (
  { queue = process.env.SCOREFIELD_QUEUE, queueCa: ca, queuePrefix: prefix }: QueueFlags,
  out: Output,
  more: QueueSettings = {},
): Promise<ServedQueue> => {
  if (!queue) throw new UsageError("expected --queue, the address of a queue, such as redis://localhost:6379");
  const settings = { ...(ca !== undefined && { ca }), ...(prefix !== undefined && { prefix }), ...more };
  const opened = await openQueue(queue, settings);
  for (const remark of opened.remarks) out.remark(remark);
  return opened;
};

/** The store that options name. @throws UsageError */
export const storeOf = ({ store = process.env.SCOREFIELD_STORE }: StoreFlags): string => {
  if (!store)
    throw new UsageError(
      "expected --store, a folder that all machines share or s3://bucket/prefix, where results are kept",
    );
  return store;
};
