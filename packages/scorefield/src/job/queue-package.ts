/** `@scorefield/queue`, which is installed only where work goes over a queue or a store in S3. */
import { JobError } from "./job-error.ts";
import type { JobQueue } from "./job-queue.ts";
import type { Store } from "./store.ts";

/** How a queue is reached. */
export interface QueueSettings {
  /** Of the server, where it is not in the address. */
  readonly password?: string;
  /** A file with the certificates of your authority, in PEM, for `rediss://`. */
  readonly ca?: string;
  /** What the names of all keys begin with, default `scorefield`. Queues of other names know nothing of each other. */
  readonly prefix?: string;
  /** Milliseconds that work is held without being renewed, default 10,000, at least 1000. */
  readonly lease?: number;
  /** Pieces of work that all workers with this setting take in a second; default any number. */
  readonly rate?: number;
}

/** A queue over a server. */
export interface ServedQueue extends JobQueue {
  /** Its server, without a password. */
  readonly title: string;
  /** Settings of the server by which it may lose work. */
  readonly remarks: readonly string[];
  /** Code versions that there is work for, and how much of it waits. */
  versions(): Promise<{ readonly code: string; readonly waiting: number }[]>;
}

interface QueuePackage {
  redisQueue(address: string, settings?: QueueSettings): Promise<ServedQueue>;
  s3Store(address: string, settings?: { readonly endpoint?: string; readonly region?: string }): Promise<Store>;
}

const name: string = "@scorefield/queue";

/** @param why it is needed, such as `--queue` */
const queuePackage = async (why: string): Promise<QueuePackage> => {
  try {
    return (await import(name)) as QueuePackage;
  } catch (cause) {
    if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes((cause as { code?: string }).code ?? "")) throw cause;
    throw new JobError(`${why}: expected the package ${name}, found none; install it: npm install ${name}`, { cause });
  }
};

/**
 * Connects to a queue, such as `redis://user:password@host:6379`, or `rediss://` for TLS. A password may be in the environment variable
 * SCOREFIELD_QUEUE_PASSWORD, where other users of the machine do not read it.
 * @throws JobError where the package is missing, and where the server cannot be reached
 */
export const openQueue = async (address: string, settings: QueueSettings = {}): Promise<ServedQueue> => {
  const { redisQueue } = await queuePackage("--queue");
  const password = process.env.SCOREFIELD_QUEUE_PASSWORD;
  return redisQueue(address, { ...(password !== undefined && { password }), ...settings });
};

/** A store in S3, such as `s3://bucket/prefix`. @throws JobError where the package is missing */
export const openS3 = async (address: string): Promise<Store> => {
  const { s3Store } = await queuePackage("--store");
  return s3Store(address);
};
