/** A part of a command's work, as a worker does it. */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { keepSteps } from "@scorefield/core";
import { rangeOf } from "../command/shard-option.ts";
import type { WorkContext } from "../command/work-context.ts";
import { commandLine } from "./command-line.ts";
import { JobError } from "./job-error.ts";
import { keptRuns } from "./kept-runs.ts";
import { inputOptions } from "./shard-options.ts";
import { putPlace } from "./stored-places.ts";
import type { ShardWork } from "./work.ts";
import type { Performed } from "./work-on.ts";
import { cachedPlace, type WorkerCache } from "./worker-cache.ts";

/** What a worker does work with. */
export interface ShardOptions extends WorkerCache {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** For the next part of the same work: the run, and its compiled sampler. */
const loaders = keptRuns();
const keep = keepSteps();

/** A context without a terminal: remarks become facts of the result. */
const context = ({ signal, onProgress }: ShardOptions, remarks: string[]): WorkContext => ({
  signal,
  ...loaders,
  receipts: false,
  range: rangeOf,
  keep,
  output: () => ({
    json: false,
    text: () => {},
    result: () => {},
    remark: (text) => void remarks.push(text),
  }),
  progress: (_, total) => ({ update: (done) => onProgress(Math.min(1, done / total)), end: () => {} }),
});

/**
 * Does a part of a command's work. The result depends on the work alone: the part's file, or folder, goes into the store.
 * @throws JobError for work that no command takes, and where the store refuses; what the command throws
 */
export const runShard = async (work: ShardWork, options: ShardOptions): Promise<Performed> => {
  const { command, inputs, ending } = work;
  for (const name of Object.keys(inputs))
    if (!inputOptions[command].includes(name))
      throw new JobError(`${command}: expected no file --${name} in work of a queue`);
  const run = await cachedPlace("runs", { ...work.run, folder: true }, "", options);
  const files: Record<string, string> = {};
  for (const [name, { ending: own = "", ...content }] of Object.entries(inputs))
    files[name] = await cachedPlace("inputs", content, own, options);
  const folder = join(options.cache, "outgoing", randomBytes(8).toString("hex"));
  await mkdir(folder, { recursive: true });
  try {
    const out = join(folder, ending === "/" ? "part" : `part${ending}`);
    const remarks: string[] = [];
    const act = await commandLine(work, { run, inputs: files, out });
    await act(context(options, remarks));
    options.signal.throwIfAborted();
    const content = await putPlace(options.store, out);
    return { content, ...(remarks.length > 0 && { facts: { remarks: [...new Set(remarks)] } }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
