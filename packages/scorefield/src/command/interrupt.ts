/** Ctrl-C: the first asks work to stop where it can be continued, the second ends the process at once. */

/** Thrown when the user stopped the work; the message says how to continue. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What a process that was interrupted exits with, as shells expect of SIGINT. */
export const interruptedCode = 130;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work with a signal that the first SIGINT, SIGTERM or SIGHUP (a terminal that is closed) aborts. The second one ends the process.
 * @param remark what is said at the first one
 */
export const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>, remark: string): Promise<T> => {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(interruptedCode);
    process.stderr.write(`\n${remark}\n`);
    controller.abort(new Interrupted("stopped"));
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
};
