/** Files that have either the old or the new content, complete, also after an error while writing. */

import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checkPath } from "./check-call.ts";
import { DataError, describeSystemError } from "./errors.ts";

/** What a file is written from: all of it, or pieces in order. */
export type Content = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/**
 * Flushes a folder to the disk, so that what was made, renamed or removed in it lasts. Windows has no such call and needs
 * none.
 */
export const flushFolder = async (folder: string): Promise<void> => {
  checkPath("flushFolder", folder);
  if (process.platform === "win32") return;
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw describeSystemError(error, folder, "a folder");
  }
};

const isIterable = (value: unknown): boolean =>
  value !== undefined && value !== null && (Symbol.iterator in Object(value) || Symbol.asyncIterator in Object(value));

/**
 * Writes a file under a temporary name beside it, flushes it to the disk, then renames it into place. A failure at any
 * point (disk full, no permission, an error thrown by `content`) leaves the old file as it was and no temporary behind.
 * A symbolic link is followed, and the old file's permissions are kept.
 * @param path the file; its folder must exist
 * @throws DataError when the system refuses; errors thrown by `content` pass through
 */
export const atomicWrite = async (path: string, content: Content): Promise<void> => {
  checkPath("atomicWrite", path);
  if (!isIterable(content))
    throw new DataError({ path, expected: "content as a text, bytes or pieces of them", found: typeof content });
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const old = await stat(target).catch(() => undefined);
    if (old?.isDirectory()) throw new DataError({ path, expected: "a file name to write to", found: "a folder" });
    const handle = await open(temporary, "wx", old ? old.mode & 0o777 : 0o666);
    try {
      const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
      for await (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    await flushFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw describeSystemError(error, path, "to write this file", "What was there before is unchanged");
  }
};
