/**
 * Optimised models kept in a folder, so that a graph is optimised once on a machine and not once per process. Nothing here
 * fails for want of the folder: a session is then made as without it.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { arch, cpus, homedir, platform } from "node:os";
import { join } from "node:path";
import { env, InferenceSession } from "onnxruntime-node";

type SessionOptions = InferenceSession.SessionOptions;

/** Where optimised models are kept, and which of them. */
export interface SessionCache {
  readonly folder: string;
  /** Bytes of all kept models together; those not used for longest go first. Default 1 GiB. */
  readonly limit?: number;
  /** Keep what took at least this many milliseconds to make. Default 100. */
  readonly worthwhile?: number;
  /**
   * Bytes of the models looked for. By default from 32 KiB to 16 MiB. Below, a session is made in less than 10 ms.
   * Beyond, weights outweigh the graph: reading and hashing them costs what optimising them does.
   */
  readonly sizes?: readonly [least: number, most: number];
}

/**
 * The folder for `native({ cache })`: the one given, else the one in the environment variable SCOREFIELD_CACHE, else
 * `scorefield` in the user's cache folder of this system. Sessions are kept in the folder `sessions` in it.
 * @returns undefined for `false`, for `SCOREFIELD_CACHE=off`, and where a user has no home
 */
export const cacheFolder = (
  choice: false | string | undefined,
  variables: Readonly<Record<string, string | undefined>> = process.env,
  system: string = platform(),
): string | undefined => {
  const named = choice ?? (variables.SCOREFIELD_CACHE || undefined);
  if (named === false || named === "off") return undefined;
  if (named !== undefined) return join(named, "sessions");
  try {
    const places: Record<string, string | undefined> = {
      win32: variables.LOCALAPPDATA,
      darwin: join(homedir(), "Library", "Caches"),
    };
    return join(places[system] || variables.XDG_CACHE_HOME || join(homedir(), ".cache"), "scorefield", "sessions");
  } catch {
    return undefined;
  }
};

let processor: string | undefined;

/** What the optimised graph depends on: it holds weights in the order that this processor's kernels like. */
const processorName = (): string => {
  if (processor !== undefined) return processor;
  let flags = "";
  try {
    flags = /^(flags|Features)\s*:.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0] ?? "";
  } catch {
    // Elsewhere than on Linux a processor's model says what it can do.
  }
  processor = [platform(), arch(), cpus()[0]?.model, flags].join();
  return processor;
};

const keyOf = (model: Uint8Array, options: SessionOptions): string =>
  createHash("sha256")
    .update(JSON.stringify([env.versions.node, processorName(), options]))
    .update(model)
    .digest("hex");

const digestLength = 32;
const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** The model in a file, unless it is missing or damaged: its last 32 bytes are the SHA-256 of what stands before. */
const read = (file: string): Uint8Array | undefined => {
  try {
    const bytes = readFileSync(file);
    const model = bytes.subarray(0, -digestLength);
    return digestOf(model).equals(bytes.subarray(-digestLength)) ? model : undefined;
  } catch {
    return undefined;
  }
};

/** Does it, or not. */
const attempt = (action: () => void): boolean => {
  try {
    action();
    return true;
  } catch {
    return false;
  }
};

const ending = ".optimised";
const unfinished = ".tmp";
const day = 24 * 60 * 60 * 1000;

/** Removes what was not used for longest until the rest fits, and what a process left behind that ended while writing. */
const tidy = (folder: string, limit: number): void => {
  const files = readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    // Another process may be tidying too.
    const status = statSync(file, { throwIfNoEntry: false });
    return status ? [{ file, size: status.size, used: status.mtimeMs }] : [];
  });
  const old = files.filter(({ file, used }) => file.endsWith(unfinished) && used < Date.now() - day);
  for (const { file } of old) attempt(() => rmSync(file));
  let size = 0;
  for (const kept of files.filter(({ file }) => file.endsWith(ending)).sort((a, b) => b.used - a.used)) {
    size += kept.size;
    if (size > limit) attempt(() => rmSync(kept.file));
  }
};

/**
 * A session of a model, optimised or taken as it was optimised before by this version of the runtime, with the same
 * options and on such a processor. Outputs are the same bit for bit. Processes may use one folder at the same time: a file
 * appears in it complete or not at all.
 * @throws what the runtime throws for a model or options it cannot use
 */
export const createCached = async (
  model: Uint8Array,
  options: SessionOptions,
  { folder, limit = 2 ** 30, worthwhile = 100, sizes: [least, most] = [2 ** 15, 2 ** 24] }: SessionCache,
): Promise<InferenceSession> => {
  if (model.length < least || model.length > most) return InferenceSession.create(model, options);
  const file = join(folder, keyOf(model, options) + ending);
  const kept = read(file);
  if (kept) {
    try {
      const session = await InferenceSession.create(kept, { ...options, graphOptimizationLevel: "disabled" });
      const now = new Date();
      attempt(() => utimesSync(file, now, now));
      return session;
    } catch {
      // For any error, it is made anew.
    }
  }
  const temporary = join(folder, randomUUID() + unfinished);
  const writable = attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, "", { flag: "wx" });
  });
  if (!writable) return InferenceSession.create(model, options);
  const start = performance.now();
  let session: InferenceSession | undefined;
  try {
    session = await InferenceSession.create(model, { ...options, optimizedModelFilePath: temporary });
    if (performance.now() - start >= worthwhile)
      attempt(() => {
        appendFileSync(temporary, digestOf(readFileSync(temporary)));
        renameSync(temporary, file);
        tidy(folder, limit);
      });
  } catch {
    // Writing failed, or the model is wrong: without the folder it shows.
  } finally {
    attempt(() => rmSync(temporary, { force: true }));
  }
  return session ?? InferenceSession.create(model, options);
};
