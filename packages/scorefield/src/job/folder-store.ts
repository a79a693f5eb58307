/** Contents and receipts in a folder that all machines share, such as an NFS or Lustre file system. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkContent, copyChecked, copyCounted } from "./checked-copy.ts";
import { sha256 } from "./identity.ts";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import { type Content, type Receipt, receiptSchema } from "./work.ts";

const name = /^[0-9a-f]{64}$/;

const refusals: Readonly<Record<string, string>> = {
  ENOSPC: "no room on the disk; make room, or the work goes to another machine",
  EDQUOT: "no room in the disk quota; make room, or the work goes to another machine",
  EACCES: "no permission; the user that works needs to read and write there",
  EPERM: "no permission; the user that works needs to read and write there, on a file system with hard links",
  EROFS: "a file system that is read-only",
  ENOENT: "no such folder; make it, or mount what the machines share",
};

/** What the system refused, as an error after which another machine may succeed. */
const refused = (title: string, what: string, cause: unknown): JobError => {
  if (cause instanceof JobError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new JobError(`${title}: ${what}: found ${refusals[code] ?? message}`, { again: true, cause });
};

const checkName = (title: string, text: string): void => {
  if (!name.test(text))
    throw new JobError(`${title}: expected a SHA-256 in hexadecimal, found ${JSON.stringify(text.slice(0, 80))}`);
};

/** Puts a damaged object aside, so that it counts as missing. @returns what to do */
const putAside = (object: string): Promise<string> =>
  rename(object, `${object}.damaged`).then(
    () => "it was put aside; give the command again, which makes it anew",
    () => `remove ${object}, and give the command again, which makes it anew`,
  );

/** What is said of a content that is not there. Another machine may have it still, or soon. */
const missing = (title: string, { sha256: expected }: Content, cause?: unknown): JobError =>
  new JobError(
    `${title}: expected the content ${expected}, found none; put it again, or check that all machines share this store`,
    { again: true, cause },
  );

/**
 * A store in a folder: `objects/ab/SHA256` and `receipts/WORK.json`, each written under another name, flushed and renamed. What is
 * read is checked against its SHA-256.
 * @param path of a folder that is there; so a share that is not mounted is noticed
 */
export const folderStore = (path: string): Store => {
  const root = resolve(path);
  const title = path;
  const objectOf = (sha: string): string => {
    checkName(title, sha);
    return join(root, "objects", sha.slice(0, 2), sha);
  };
  const receiptOf = (work: string): string => {
    checkName(title, work);
    return join(root, "receipts", `${work}.json`);
  };
  const folder = async (...names: readonly string[]): Promise<void> => {
    // Not recursive: the store's own folder has to be there.
    for (let i = 1; i <= names.length; i++)
      await mkdir(join(root, ...names.slice(0, i))).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
  };
  /** Work on a file with a name of its own, which is gone afterwards. */
  const withTemporary = async <T>(work: (file: string) => Promise<T>): Promise<T> => {
    await folder("incoming");
    const file = join(root, "incoming", `${randomBytes(12).toString("hex")}.tmp`);
    try {
      return await work(file);
    } finally {
      await rm(file, { force: true }).catch(() => {});
    }
  };
  const read = async (work: string): Promise<Receipt | undefined> => {
    const file = receiptOf(work);
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw refused(title, `to read the receipt of ${work}`, error);
    });
    if (text === undefined) return undefined;
    try {
      return receiptSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new JobError(`${title}: expected a receipt in ${file}, found other text; remove it`, { cause });
    }
  };
  return {
    title,
    put: async (bytes) => {
      try {
        return await withTemporary(async (file) => {
          const from =
            bytes instanceof Uint8Array ? ([bytes] as const) : createReadStream(bytes.file, { highWaterMark: 1 << 20 });
          const content = await copyCounted(from as AsyncIterable<Uint8Array>, file);
          const { sha256: sha } = content;
          await folder("objects", sha.slice(0, 2));
          // Also over one that is there, which may be damaged.
          await rename(file, objectOf(sha));
          return content;
        });
      } catch (error) {
        throw refused(title, "to keep a content", error);
      }
    },
    get: async (content) => {
      const object = objectOf(content.sha256);
      const bytes = await readFile(object).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "ENOENT" ? missing(title, content, error) : refused(title, `to read ${object}`, error);
      });
      await checkContent(title, content, { sha256: sha256(bytes), bytes: bytes.length }, () => putAside(object));
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    },
    copyTo: async (content, file) => {
      const object = objectOf(content.sha256);
      const pieces = async (): Promise<AsyncIterable<Uint8Array>> => {
        if (!(await stat(object).catch(() => undefined))) throw missing(title, content);
        return createReadStream(object, { highWaterMark: 1 << 20 });
      };
      try {
        await copyChecked(title, content, file, { read: pieces, next: () => putAside(object) });
      } catch (error) {
        throw refused(file, `to copy a content of ${title}`, error);
      }
    },
    has: async (content) => {
      const found = await stat(objectOf(content.sha256)).catch(() => undefined);
      return found?.size === content.bytes;
    },
    putReceipt: async (receipt) => {
      const checked = receiptSchema.parse(receipt);
      try {
        await withTemporary(async (file) => {
          await copyCounted([Buffer.from(`${JSON.stringify(checked)}\n`)] as never, file);
          await folder("receipts");
          // A link, unlike a rename, does not replace what is there: the first receipt stays.
          await link(file, receiptOf(checked.work)).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== "EEXIST") throw error;
          });
        });
      } catch (error) {
        throw refused(title, `to keep the receipt of ${checked.work}`, error);
      }
      return (await read(checked.work))!;
    },
    receipt: read,
  };
};
