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

/**
 * Refuses bytes that are not those of a content.
 * @param title of the store
 * @param next does what can be done about a damaged content, and says what to do
 * @throws JobError
 */
export const checkContent = async (
  title: string,
  { sha256: expected, bytes }: Content,
  found: Content,
  next: () => string | Promise<string>,
): Promise<void> => {
  if (found.sha256 !== expected || found.bytes !== bytes)
    throw new JobError(
      `${title}: expected ${bytes} bytes of SHA-256 ${expected}, found ${found.bytes} of ${found.sha256}: it is damaged; ${await next()}`,
    );
};

/**
 * Copies a content of a store to a file, which is written under another name, flushed and renamed.
 * @param title of the store
 * @param means `read` gives its bytes, `next` is as of {@link checkContent}
 * @throws JobError for bytes that are not the content's; what `read` and the system throw. Nothing is left then
 */
export const copyChecked = async (
  title: string,
  content: Content,
  file: string,
  {
    read,
    next,
  }: {
    readonly read: () => Promise<AsyncIterable<Uint8Array>>;
    readonly next: () => string | Promise<string>;
  },
): Promise<void> => {
  const temporary = join(dirname(resolve(file)), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await checkContent(title, content, await copyCounted(await read(), temporary), next);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
};
