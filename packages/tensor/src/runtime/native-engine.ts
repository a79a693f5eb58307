/** The main thread's side of {@link "./native-worker.ts"}: one worker thread and the requests it has not answered. */
import { Worker } from "node:worker_threads";
import { RuntimeError } from "../errors.ts";
import type { NdArray } from "../ndarray.ts";
import { checkAddressSpace } from "./address-space.ts";
import type { NativeOptions, Request, Response, WorkerInput } from "./native-worker.ts";
import { reasonOf } from "./reason.ts";
import { findWorkerFile } from "./worker-file.ts";

type WithoutId<R> = R extends unknown ? Omit<R, "id"> : never;

/** A running worker thread. */
export interface Engine {
  /** Whether it was ended, or failed; it then answers nothing more. */
  ended(): boolean;
  /**
   * Sends a request; `doing` completes the sentence "could not ..." of its error.
   * @throws RuntimeError with the worker's reason
   */
  ask(doing: string, request: WithoutId<Request>, transfer: readonly ArrayBuffer[]): Promise<NdArray[]>;
  /** Rejects what is pending, and settles once the thread has ended. */
  end(): Promise<void>;
}

/** What `flags[1]` holds until the thread has loaded the library. */
const loading = 2;

const alive = new Set<WorkerInput["flags"]>();

/** Milliseconds for which an ending process waits for a thread that loads the library: a thread that fails says nothing. */
const longestLoading = 10_000;

const stopAll = (): void => {
  // A process that ends while a thread is inside ONNX Runtime, or loads it, aborts. So wait until each is out of it.
  for (const flags of alive) Atomics.store(flags, 0, 1);
  for (const flags of alive) {
    Atomics.wait(flags, 1, loading, longestLoading);
    Atomics.wait(flags, 1, 1);
  }
};

const startWorker = (name: string, input: WorkerInput): Worker => {
  const file = findWorkerFile(name);
  try {
    checkAddressSpace();
    return new Worker(file, { workerData: input, execArgv: [] });
  } catch (error) {
    throw new RuntimeError(`${name}: could not start its worker thread: ${reasonOf(error)}`);
  }
};

/**
 * Starts a worker thread; `name` begins its error messages.
 * @throws RuntimeError where the process may have no other thread
 */
export const startEngine = (name: string, options: NativeOptions): Engine => {
  const pending = new Map<number, { doing: string; resolve(outputs: NdArray[]): void; reject(error: Error): void }>();
  const flags = new Int32Array(new SharedArrayBuffer(8));
  Atomics.store(flags, 1, loading);
  const input: WorkerInput = { options, flags };
  let nextId = 0;
  let ended = false;

  const worker = startWorker(name, input);
  if (alive.size === 0) process.on("exit", stopAll);
  alive.add(flags);

  const send = (doing: string, request: WithoutId<Request>, transfer: readonly ArrayBuffer[]): Promise<NdArray[]> =>
    new Promise((resolve, reject) => {
      if (pending.size === 0) worker.ref();
      const id = nextId++;
      pending.set(id, { doing, resolve, reject });
      worker.postMessage({ id, ...request }, transfer);
    });
  const failure = (doing: string, why: string): RuntimeError => new RuntimeError(`${name}: could not ${doing}: ${why}`);
  const stop = (why: string): void => {
    ended = true;
    for (const { doing, reject } of pending.values()) reject(failure(doing, why));
    pending.clear();
  };

  worker.on("message", (response: Response) => {
    const asked = pending.get(response.id);
    // Answers to what was rejected when the engine ended.
    if (asked === undefined) return;
    pending.delete(response.id);
    if (pending.size === 0) worker.unref();
    if ("error" in response) asked.reject(failure(asked.doing, response.error));
    else asked.resolve(response.outputs as NdArray[]);
  });
  worker.on("error", (error) => stop(`its worker thread failed: ${reasonOf(error)}`));
  worker.on("messageerror", (error) => stop(`an answer could not be read: ${reasonOf(error)}`));
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      stop(`its worker thread ended with code ${code}`);
      alive.delete(flags);
      if (alive.size === 0) process.off("exit", stopAll);
      resolve();
    });
  });
  // An idle worker does not keep the process alive; unanswered requests do. Listening to messages refers to it again.
  worker.unref();

  return {
    ended: () => ended,
    ask: (doing, request, transfer) =>
      ended ? Promise.reject(failure(doing, "the runtime was disposed or has failed")) : send(doing, request, transfer),
    end: async () => {
      if (!ended) {
        stop("the runtime was disposed");
        Atomics.store(flags, 0, 1);
        worker.ref();
        worker.postMessage({ id: nextId++, kind: "end" } satisfies Request);
      }
      await exited;
    },
  };
};
