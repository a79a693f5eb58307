/**
 * A process that does the work of a worker, so that the worker's own event loop stays free to renew leases, whatever the work does. Loaded
 * runs and compiled samplers stay in it from one shard to the next. It is a process and not a thread: a thread that is inside ONNX
 * Runtime cannot be ended, since Node aborts with it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { JobError } from "./job-error.ts";
import type { FromProcess, SaidError, ToProcess } from "./process-messages.ts";
import type { Perform, Performed } from "./work-on.ts";

/** A process that works. */
export interface WorkProcess {
  readonly perform: Perform;
  /** Ends the process, and waits until it is gone. */
  close(): Promise<void>;
}

/** Milliseconds that work has to end by itself once it is to stop. */
const patience = 400;

interface Doing {
  readonly resolve: (performed: Performed) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (share: number) => void;
}

const errorOf = ({ name, message, again = false, ofMachine = false }: SaidError): Error => {
  if (name === "JobError") return new JobError(message, { again, ofMachine });
  return Object.defineProperty(new Error(message), "name", { value: name });
};

/**
 * @param file the program of the process, which calls `serveWork`
 * @param args its arguments
 * @returns a process that starts with the first work, and anew after it has failed
 */
export const workProcess = (file: URL, args: readonly string[] = []): WorkProcess => {
  let current: ChildProcess | undefined;
  let next = 0;
  const doing = new Map<number, Doing>();
  /** Of processes that were ended and may still be there. */
  const ending = new Set<Promise<void>>();
  const drop = (of: ChildProcess, why: string): void => {
    if (current !== of) return;
    current = undefined;
    for (const { reject } of doing.values()) reject(new JobError(`the process that worked ${why}`, { again: true }));
    doing.clear();
  };
  const start = (): ChildProcess => {
    const made = fork(file, args, { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    made.on("message", (message: FromProcess) => {
      const one = doing.get(message.id);
      if (!one) return;
      if (message.kind === "progress") return one.onProgress(message.share);
      doing.delete(message.id);
      if (message.kind === "done") one.resolve(message.performed);
      else one.reject(errorOf(message.error));
    });
    made.on("error", (error) => drop(made, `could not be started or reached: ${error.message}`));
    made.on("exit", (code, signal) => drop(made, `ended by itself, with ${signal ?? `code ${code}`}`));
    return made;
  };
  const end = (of: ChildProcess): void => {
    const gone = new Promise<void>((resolve) => {
      if (of.exitCode !== null || of.signalCode !== null) return resolve();
      of.once("exit", () => resolve());
      of.kill("SIGKILL");
    });
    ending.add(gone);
    void gone.then(() => ending.delete(gone));
  };
  return {
    perform: (work, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        current ??= start();
        const [of, id] = [current, next++];
        let timer: NodeJS.Timeout | undefined;
        const say = (message: ToProcess): void => void of.send(message, () => {});
        const stop = (): void => {
          say({ kind: "abort", id });
          timer = setTimeout(() => {
            drop(of, "did not stop in time");
            end(of);
          }, patience);
        };
        const over = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", stop);
        };
        doing.set(id, {
          onProgress,
          resolve: (performed) => {
            over();
            resolve(performed);
          },
          reject: (error) => {
            over();
            reject(error);
          },
        });
        signal.addEventListener("abort", stop);
        say({ kind: "perform", id, work });
      }),
    close: async () => {
      const last = current;
      if (last) {
        drop(last, "was ended");
        end(last);
      }
      // The folders of a process are free once it is gone.
      await Promise.all(ending);
    },
  };
};
