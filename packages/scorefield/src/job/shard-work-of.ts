/** A command line as work for a queue: its run and its files go into the store, and its options become data. */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { checkpointSteps } from "../run/checkpoint.ts";
import { readRecord, recordPath } from "../run/record-file.ts";
import { runFiles } from "../run/run-files.ts";
import { codeVersion } from "./code-version.ts";
import { JobError } from "./job-error.ts";
import { movedRecord, putMoved } from "./moved-record.ts";
import { checkCarried, inputOptions } from "./shard-options.ts";
import type { Store } from "./store.ts";
import { putList, putPlace } from "./stored-places.ts";
import type { Content, Folder, ShardWork } from "./work.ts";

type Option = ShardWork["options"][string];

/** `averageWidth` as on the command line, `average-width`. */
export const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The value of an option as data. */
const optionOf = (value: unknown): Option | undefined => {
  if (["string", "number", "boolean"].includes(typeof value)) return value as Option;
  if (!Array.isArray(value)) return undefined;
  if (value.every((one) => typeof one === "number")) return value.join(",");
  return value.every((one) => typeof one === "string") ? value : undefined;
};

/**
 * Puts a run into a store.
 * @param data whether its own data go with it, which `anomaly` compares with
 */
const putRun = async (
  store: Store,
  path: string,
  { step, averaged, data }: { readonly step: number; readonly averaged: boolean; readonly data: boolean },
): Promise<Content> => {
  const { record, moved } = movedRecord(path, await readRecord(path));
  const list: Folder = [];
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  list.push({ path: "run.json", content: await store.put(new TextEncoder().encode(text)) });
  for (const name of await runFiles(path, { step, averaged }))
    list.push({ path: name, content: await store.put({ file: join(path, name) }) });
  if (data) list.push(...(await putMoved(store, moved)));
  return putList(store, list);
};

/**
 * Refuses options that a queue does not carry.
 * @param flags the options as commander reads them, without those of the queue
 * @throws JobError
 */
export const checkQueuedFlags = (command: ShardWork["command"], flags: Readonly<Record<string, unknown>>): void => {
  const { out, json: _, ...rest } = flags;
  if (typeof out !== "string")
    throw new JobError(`${command}: expected --out, whose name says the format of the result`);
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    const own = dashed(name);
    if (!inputOptions[command].includes(own)) {
      checkCarried(command, own, value);
      if (optionOf(value) === undefined)
        throw new JobError(`--${own}: expected a text, a number or a list, found ${typeof value}`);
    } else if (value === "-" || String(value).includes("#"))
      throw new JobError(
        `--${own} ${value}: expected a file or a folder in work of a queue; save it as a file of its own`,
      );
  }
};

/**
 * The parts of a command's work.
 * @param path the run's folder
 * @param flags the options as commander reads them, without those of the queue; `out` says the format
 * @throws JobError for options that a queue does not carry; DataError for files that are not there; CheckpointError
 */
export const shardWorkOf = async (
  command: ShardWork["command"],
  path: string,
  flags: Readonly<Record<string, unknown>>,
  parts: number,
  store: Store,
): Promise<ShardWork[]> => {
  const options: Record<string, Option> = {};
  const inputs: ShardWork["inputs"] = {};
  const { out, checkpoint, averageWidth, json: _, ...rest } = flags;
  checkQueuedFlags(command, flags);
  for (const [name, value] of Object.entries({ ...rest, checkpoint, averageWidth })) {
    if (value === undefined) continue;
    const own = dashed(name);
    if (inputOptions[command].includes(own)) {
      const file = String(value);
      const ending = /\.[a-z0-9]{1,10}$/.exec(extname(file).toLowerCase())?.[0];
      inputs[own] = { ...(await putPlace(store, file)), ...(ending !== undefined && { ending }) };
      continue;
    }
    const carried = optionOf(value)!;
    // What is off by an option is so named on the command line.
    if (["rules", "refine"].includes(own)) {
      if (carried === false) options[`no-${own}`] = true;
    } else if (carried !== false) options[own] = carried;
  }
  const step = (checkpoint as number | undefined) ?? (await checkpointSteps(path)).at(-1);
  if (step === undefined) {
    // Says what is wrong with what is no run.
    await readFile(recordPath(path)).then(undefined, () => readRecord(path));
    throw new CheckpointError(`${path}: expected a checkpoint, found none; train the run first`);
  }
  const own = command === "anomaly" || (command === "likelihood" && inputs.data === undefined);
  const run = await putRun(store, path, { step, averaged: averageWidth !== undefined, data: own });
  const format = extname(String(out));
  const ending = /^\.[a-z]\w*$/i.test(format) ? format.toLowerCase() : "/";
  const work = { kind: "shard", code: codeVersion(), command, run, options, inputs, parts, ending } as const;
  return Array.from({ length: parts }, (_, i) => ({ ...work, part: i + 1 }));
};
