/** A queue of work that machines take, renew while they do it, and finish: what BullMQ does, and a queue in memory for tests. */
import type { Receipt, Work } from "./work.ts";

/** Work to do, and work to do once all of that is done. */
export interface Flow {
  readonly work: readonly Work[];
  /** Begins when all of `work` is done. */
  readonly last?: Work;
  /** What people call it, such as `sample runs/people`. */
  readonly title: string;
  /** 0 for the most urgent, up to 2,097,152; default 0. */
  readonly priority?: number;
  /** How often a piece of work is tried, default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, default 1000. Each later wait is twice as long, and none longer than {@link longestBackoff}. */
  readonly backoff?: number;
}

/** A piece of work that a worker holds until `renew` lets it lapse. */
export interface Lease {
  readonly id: string;
  readonly work: Work;
  readonly title: string;
  /** From 1. */
  readonly attempt: number;
  readonly attempts: number;
  /** Which of the takings of this work it is: a lease that has lapsed is known by it. */
  readonly token: string;
}

/** The longest wait before an attempt, in milliseconds. */
export const longestBackoff = 30_000;

/** States of a piece of work, in the words of `scorefield jobs`. `dead` is given up after its last attempt; `held` waits for others. */
export type JobState = "waiting" | "held" | "active" | "delayed" | "done" | "dead" | "cancelled";

/** Work whose workers have stopped answering this often is dead: it may be what stops them. */
export const mostLapses = 20;

/** What is known of a piece of work. */
export interface JobFacts {
  readonly id: string;
  readonly title: string;
  /** Such as `shard 3/64 of sample`. */
  readonly what: string;
  readonly state: JobState;
  readonly attempt: number;
  readonly worker?: string;
  /** 0 to 1. */
  readonly share?: number;
  /** Why the last attempt failed. */
  readonly error?: string;
  /** The version of the code that it asks for. */
  readonly code: string;
  readonly receipt?: Receipt;
}

/** News of a queue. */
export interface JobEvent {
  readonly id: string;
  readonly state?: JobState;
  readonly share?: number;
  readonly worker?: string;
  readonly error?: string;
}

/**
 * A queue. Delivery is at least once: a lease that is not renewed in time lapses, and another worker takes the work. So results must not
 * depend on how often work is done. Adding work that is there already adds nothing. The suite `job-queue.case.ts` holds every implementation to this.
 */
export interface JobQueue {
  /** Adds work. @returns identities of the work, in order, and of `last` */
  add(flow: Flow): Promise<{ readonly ids: readonly string[]; readonly last?: string }>;
  /**
   * The next piece of work for this code version, or undefined where none is waiting now. A queue with a rate waits until that lets
   * work go, or `signal` is aborted.
   */
  take(worker: {
    readonly name: string;
    readonly code: string;
    readonly signal?: AbortSignal;
  }): Promise<Lease | undefined>;
  /** Holds a lease for longer. @returns whether it was still held, and not cancelled */
  renew(lease: Lease, progress?: { readonly share?: number }): Promise<"held" | "lost" | "cancelled">;
  /** @returns whether the lease was still held */
  finish(lease: Lease, receipt: Receipt): Promise<boolean>;
  /** Hands work back that failed. @param permanent whether another attempt is of no use */
  fail(lease: Lease, error: string, permanent?: boolean): Promise<boolean>;
  /** Hands work back that was not finished, as when a worker stops: it waits again at once, and no attempt is counted. @returns whether the lease was still held */
  release(lease: Lease): Promise<boolean>;
  /** Facts of the given work, or of all. */
  list(ids?: readonly string[]): Promise<JobFacts[]>;
  /** Takes work out, also while it is done. */
  cancel(ids: readonly string[]): Promise<void>;
  /**
   * Tries dead or cancelled work again, and lets what waits for it wait again.
   * @param options `done`: also what is done, since its result was lost; what waited for it does not wait again
   */
  retry(ids: readonly string[], options?: { readonly done?: boolean }): Promise<void>;
  /** News, from now until `signal`. */
  watch(signal: AbortSignal): AsyncIterable<JobEvent>;
  close(): Promise<void>;
}
