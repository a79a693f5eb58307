/** Folders of runs: found, made, and never overwritten unasked. */
import { constants, createReadStream } from "node:fs";
import { access, mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { atomicWrite, describeSystemError, flushFolder } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { lockName, lockRun } from "./lock.ts";
import { recordPath } from "./record-file.ts";
import { refinementFile } from "./refinement.ts";
import { safeName } from "./safe-name.ts";

/** Whether a path is the folder of a run. */
export const isRun = async (path: string): Promise<boolean> =>
  (await stat(recordPath(path)).catch(() => undefined))?.isFile() ?? false;

/** The name of the page with a run's loss curve, which the command leaves when a training ends. */
export const lossPage = "loss.html";

/** The file of a latent run's autoencoder, and the folder of the checkpoints of its training. */
export const codecFile = "codec.safetensors";
export const codecFolder = "codec";

/** Names of files that are being written. */
const temporary = /^\..*\.tmp$/;

/** Names of data that came through a pipe and that a run keeps: see {@link keepData}. */
const keptName = /^standard-input\./;

const isFree = async (path: string): Promise<boolean> => {
  const entries: string[] = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new RunError(
      `${path}: expected a folder for the run, found ${error.code === "ENOTDIR" ? "a file" : error.code}`,
    );
  });
  // A run that was killed before it had begun has left no more than these.
  const left = entries.filter(
    (name) => !["checkpoints", lockName, codecFile].includes(name) && !temporary.test(name) && !keptName.test(name),
  );
  const checkpoints = entries.includes("checkpoints") ? await readdir(join(path, "checkpoints")).catch(() => [""]) : [];
  return left.length === 0 && checkpoints.length === 0;
};

/** `runs/<name>`, or with -2, -3, ... the first that is free. */
export const freeRunFolder = async (name: string): Promise<string> => {
  for (let i = 1; ; i++) {
    const path = join("runs", i === 1 ? name : `${name}-${i}`);
    if (await isFree(path)) return path;
  }
};

/** The last of `runs/<name>`, `runs/<name>-2`, ... that is a run, if any is. */
export const latestRunFolder = async (name: string): Promise<string | undefined> => {
  let latest: string | undefined;
  for (let i = 1; ; i++) {
    const path = join("runs", i === 1 ? name : `${name}-${i}`);
    if (!(await isRun(path))) return latest;
    latest = path;
  }
};

/** A name for a run on a file, folder or set: its base name without endings, safe and never hidden. */
export const runName = (source: string): string => {
  // Of ".", the name of the folder that it stands for.
  const name = basename(resolve(source))
    .replace(/^\.+/, "")
    .replace(/(\.[A-Za-z]\w*)+$/, "")
    .normalize()
    .replace(/[^\p{L}\p{N}_.-]+/gu, "-")
    .replace(/^[-.]+/, "");
  return name === "" ? "run" : safeName(name);
};

/** The nearest folder above a path that is there. @throws RunError for a file in its place, or one that cannot be written */
const checkParent = async (path: string): Promise<void> => {
  let parent = dirname(resolve(path));
  for (;;) {
    const found = await stat(parent).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error && found.code === "ENOENT" && dirname(parent) !== parent) parent = dirname(parent);
    else {
      const refusal =
        found instanceof Error
          ? (found.code ?? found.message)
          : !found.isDirectory()
            ? "a file"
            : await access(parent, constants.W_OK).then(
                () => undefined,
                () => "no permission",
              );
      if (refusal === undefined) return;
      throw new RunError(`${path}: expected to make a folder for the run in ${parent}, found ${refusal}`);
    }
  }
};

/**
 * Checks that a new run may have a folder, and writes nothing.
 * @param overwrite whether a run that is there may be removed; anything else in the way never is
 * @throws RunError when something is there, or no folder can be made there
 */
export const checkRunFolder = async (path: string, { overwrite = false } = {}): Promise<void> => {
  if (await isFree(path)) return checkParent(path);
  if (!(await isRun(path)))
    throw new RunError(
      `${path}: expected a new or empty folder for the run, found other files in it; choose another --out`,
    );
  if (!overwrite)
    throw new RunError(
      `${path}: expected a new folder, found a run; continue it with --resume, replace it with --overwrite, or choose another --out`,
    );
};

/**
 * Makes a folder, unless it is there, in one that is.
 * @param expected for errors: what it is to be made for
 * @throws DataError when the system refuses
 */
export const makeFolder = (path: string, expected: string): Promise<void> =>
  // Not recursive: on a read-only disk the error would then be that there is no such folder.
  mkdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw describeSystemError(cause, path, expected);
  });

/**
 * Makes the folder of a new run and locks it.
 * @param overwrite remove a run that is there; anything else in the way is never removed
 * @returns a function that gives the lock back
 * @throws RunError as {@link checkRunFolder}, and when another process is at it; DataError when the system refuses
 */
export const makeRunFolder = async (
  path: string,
  options: { readonly overwrite?: boolean } = {},
): Promise<() => Promise<void>> => {
  await checkRunFolder(path, options);
  const make = async (folder: string): Promise<void> => {
    await mkdir(folder, { recursive: true }).catch((cause) => {
      throw describeSystemError(cause, path, "to make a folder for the run");
    });
  };
  await make(path);
  const unlock = await lockRun(path);
  try {
    // Another process may have made a run there since.
    await checkRunFolder(path, options);
    if (!(await isFree(path))) {
      const kept = (await readdir(path)).filter((name) => keptName.test(name));
      // The record last: until then the folder is still a run, should this be cut short.
      for (const part of [
        "metrics.jsonl",
        lossPage,
        refinementFile,
        "checkpoints",
        codecFile,
        codecFolder,
        "averages",
        "together.json",
        "together",
        "previews",
        "samples",
        ...kept,
        "run.json",
      ])
        await rm(join(path, part), { recursive: true, force: true });
    }
    await make(join(path, "checkpoints"));
    await flushFolder(dirname(resolve(path)));
    return unlock;
  } catch (error) {
    await unlock();
    throw error;
  }
};

/** Copies the file of a run's data into its folder, atomically and under the same name. @throws DataError when the system refuses */
export const keepData = (run: string, file: string): Promise<void> =>
  atomicWrite(join(run, basename(file)), createReadStream(file));

/** Removes a file, or a lock that was being made: by paths, so that nothing goes that was renamed into place meanwhile. */
const removeTemporary = async (path: string): Promise<void> => {
  const names = await readdir(path).catch(() => undefined);
  for (const name of names ?? []) await rm(join(path, name), { force: true });
  await (names ? rmdir(path).catch(() => {}) : rm(path, { force: true }));
};

/** Removes files that were being written when a process was killed. The run must be locked. */
export const removeTemporaries = async (run: string): Promise<void> => {
  for (const folder of [run, join(run, "checkpoints"), join(run, "averages"), join(run, codecFolder, "checkpoints")])
    for (const name of await readdir(folder).catch(() => []))
      if (temporary.test(name)) await removeTemporary(join(folder, name));
};

/** A path as a run's record keeps it: relative to the run, so that both can move together. */
export const relativeToRun = (run: string, path: string): string =>
  relative(resolve(run), path).replaceAll("\\", "/") || ".";
