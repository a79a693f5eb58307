import { checkProcess } from "./check-process.ts";
import type { Process } from "./process.ts";

/**
 * The time at which log(sigma / alpha) takes a value. Where the process does not reach the value, the nearer end.
 * @throws ArgumentError for a value that is not a process
 */
export const timeOfLogRatio = (process: Process, logRatio: number): number => {
  checkProcess("timeOfLogRatio", process);
  const { first, last } = process.times;
  if (-2 * logRatio <= process.logSnr(last)) return last;
  if (-2 * logRatio >= process.logSnr(first)) return first;
  return Math.min(last, Math.max(first, process.timeOfLogSnr(-2 * logRatio)));
};
