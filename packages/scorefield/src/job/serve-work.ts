/** The other side of {@link "./work-process.ts"}. */
import { JobError } from "./job-error.ts";
import type { FromProcess, SaidError, ToProcess } from "./process-messages.ts";
import { workSchema } from "./work.ts";
import type { Perform } from "./work-on.ts";

const saidOf = (error: unknown): SaidError => {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return error instanceof JobError
    ? { name, message, again: error.again, ofMachine: error.ofMachine }
    : { name, message };
};

/** Does what the parent process asks for, until that is gone. */
export const serveWork = (perform: Perform): void => {
  const running = new Map<number, AbortController>();
  const say = (message: FromProcess): void => void process.send?.(message);
  const start = async (id: number, given: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const work = workSchema.parse(given);
      const onProgress = (share: number): void => say({ kind: "progress", id, share });
      say({ kind: "done", id, performed: await perform(work, { signal: controller.signal, onProgress }) });
    } catch (error) {
      say({ kind: "failed", id, error: saidOf(error) });
    } finally {
      running.delete(id);
    }
  };
  process.on("message", (message: ToProcess) => {
    if (message.kind === "perform") void start(message.id, message.work);
    else running.get(message.id)?.abort(new Error("stopped"));
  });
  // A terminal sends its signals to both; the worker says what they mean for this one.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});
  // Nobody is left to hold the lease. An ordinary end would wait for ONNX Runtime.
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
};
