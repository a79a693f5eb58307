/** metrics.jsonl: one line of JSON per block of training steps. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite, describeSystemError } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";
import { checkRunCall } from "./check-call.ts";

/** A line of metrics.jsonl: what training knew after a step. */
export interface Metrics {
  /** Steps done. */
  readonly step: number;
  /** The share of training done, of a run whose number of steps was not known before. */
  readonly share?: number;
  /** Mean loss of the block's steps. */
  readonly loss: number;
  /** The loss of the averaged parameters on held-out rows, where it was taken. */
  readonly heldOutLoss?: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
}

const metricsPath = (run: string): string => join(run, "metrics.jsonl");

/** A line, unless it is damaged. */
const parse = (line: string): Metrics | undefined => {
  try {
    const metrics = parseJson(line) as Metrics | null;
    return Number.isFinite(metrics?.step) && Number.isFinite(metrics?.loss) ? metrics! : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The metrics of a run, an empty list if there are no metrics yet.
 * @throws RunError for a damaged line, except the last, which a crash may have cut off
 */
export const readMetrics = async (run: string): Promise<Metrics[]> => {
  checkRunCall("readMetrics", run);
  const path = metricsPath(run);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw new RunError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  const lines = text.split("\n");
  return lines.flatMap((line, i) => {
    if (line === "") return [];
    const found = parse(line);
    if (found) return [found];
    if (i === lines.length - 1) return [];
    throw new RunError(
      `${path}, line ${i + 1}: expected JSON with the numbers step and loss, found ${line.slice(0, 40)}`,
    );
  });
};

/** Appends to the metrics of a run. */
export interface MetricsLog {
  /** @throws DataError when the system refuses */
  add(metrics: Metrics): Promise<void>;
  /** Waits until all that was added is on the disk. @throws DataError when the system refuses */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the metrics of a run to go on after `step`; lines of later steps, which will be made again, are dropped. */
export const openMetrics = async (run: string, step: number): Promise<MetricsLog> => {
  const earlier = (await readMetrics(run)).filter((metrics) => metrics.step <= step);
  await atomicWrite(metricsPath(run), earlier.map((metrics) => `${JSON.stringify(metrics)}\n`).join(""));
  const refused = (cause: unknown): never => {
    throw describeSystemError(cause, metricsPath(run), "to add to this file", "The checkpoints are unharmed");
  };
  const handle: FileHandle = await open(metricsPath(run), "a").catch(refused);
  return {
    add: (metrics) => handle.appendFile(`${JSON.stringify(metrics)}\n`).catch(refused),
    flush: () => handle.datasync().catch(refused),
    close: () => handle.close(),
  };
};
