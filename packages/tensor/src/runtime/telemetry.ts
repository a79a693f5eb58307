/**
 * ONNX Runtime's native library reports its use to its makers over the network. It also keeps a device id and logs in
 * the home and temporary folders. A variable of the process's environment forbids this when the library starts.
 */
import { isMainThread } from "node:worker_threads";
import { RuntimeError } from "../errors.ts";

const variable = "ORT_DISABLE_TELEMETRY";
const patience = 5_000;

/** Whether the native library will find its reports forbidden; in a worker thread `process.env` is a copy. */
const forbidden = (): boolean => {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  // Else the hosts of open connections are looked up.
  report.excludeNetwork = true;
  const { environmentVariables } = report.getReport() as { environmentVariables?: Record<string, string> };
  report.excludeNetwork = before ?? false;
  return environmentVariables?.[variable] === "1";
};

/**
 * Only the main thread's `process.env` belongs to the process. A worker thread reaches it through the inspector alone.
 */
const forbidFromWorker = async (): Promise<void> => {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connectToMainThread();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, patience)));
  try {
    await Promise.race([session.post("Runtime.evaluate", { expression: `process.env.${variable} = "1"` }), late]);
  } finally {
    clearTimeout(timer);
    session.disconnect();
  }
};

let known = false;

/**
 * Forbids the native library's reports in this process, also where its environment allows them. To be awaited before
 * the library is loaded.
 * @throws RuntimeError in a worker thread whose main thread does not answer
 */
export const forbidTelemetry = async (): Promise<void> => {
  if (isMainThread) {
    process.env[variable] = "1";
    return;
  }
  known ||= forbidden();
  if (known) return;
  // The cause would not help the reader; the error below says what does.
  await forbidFromWorker().catch(() => {});
  known = forbidden();
  if (known) return;
  throw new RuntimeError(
    `native: expected ${variable}=1 in the environment of the process, so that ONNX Runtime sends nothing over the network; ` +
      "a worker thread cannot set it while the main thread is busy: start the process with it, or load a model in the main thread first",
  );
};
