/** Copies of contents, checked by their SHA-256: for stores of every kind. */
import { createHash, randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { JobError } from "./job-error.ts";
import type { Content } from "./work.ts";

/**
 * Copies a stream into a new file, flushed to the disk, and says what was copied.
 * @throws what the system throws; the file may be left
 */
export const copyCounted = async (from: AsyncIterable<Uint8Array>, to: string): Promise<Content> => {
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(to, "wx");
  try {
    for await (const piece of from) {
      hash.update(piece);
      bytes += piece.length;
      await handle.writeFile(piece);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest("hex"), bytes };
};

/** @param title of the store @throws JobError for bytes that are not those of a content */
export const checkContent = (title: string, { sha256: expected, bytes }: Content, found: Content): void => {
  if (found.sha256 !== expected || found.bytes !== bytes)
    throw new JobError(
      `${title}: expected ${bytes} bytes of SHA-256 ${expected}, found ${found.bytes} of ${found.sha256}; remove the damaged object, and do the work again that made it`,
    );
};

/**
 * Copies a content of a store to a file, which is written under another name, flushed and renamed.
 * @param title of the store
 * @param read gives its bytes
 * @throws JobError for bytes that are not the content's; what `read` and the system throw. Nothing is left then
 */
export const copyChecked = async (
  title: string,
  content: Content,
  read: () => Promise<AsyncIterable<Uint8Array>>,
  file: string,
): Promise<void> => {
  const temporary = join(dirname(resolve(file)), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    checkContent(title, content, await copyCounted(await read(), temporary));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
};
