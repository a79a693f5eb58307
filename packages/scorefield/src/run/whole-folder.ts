/** Folders that appear all at once. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describeSystemError } from "@scorefield/data/errors";
import { UsageError } from "../errors.ts";

/** @throws UsageError when there is something in the folder, or at its place */
export const checkSampleFolder = async (path: string): Promise<void> => {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UsageError(`--out ${path}: expected a new or empty folder, found ${error.code}`, { cause: error });
  });
  if (entries.length > 0)
    throw new UsageError(`--out ${path}: expected a new or empty folder, found ${entries.length} files in it`);
};

/**
 * Fills a folder of another name, then renames it. A symbolic link is followed, and an empty folder's permissions are kept.
 * @param path a new or empty folder
 * @param fill writes into the folder that it is given; nothing is left where it throws
 * @throws UsageError as {@link checkSampleFolder}; DataError when the system refuses
 */
export const intoFolder = async (path: string, fill: (folder: string) => Promise<void>): Promise<void> => {
  await checkSampleFolder(path);
  const target = await realpath(path).catch(() => resolve(path));
  let temporary: string | undefined;
  try {
    // Not by mkdtemp: its folder would stay closed to all but its owner.
    const name = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    await mkdir(name);
    temporary = name;
    await fill(name);
    const old = await stat(target).catch(() => undefined);
    if (old) await chmod(temporary, old.mode & 0o777);
    await rmdir(target).catch(() => {});
    await rename(temporary, target);
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true });
    throw describeSystemError(cause, path, "to write this folder", "Nothing of it was kept");
  }
};
