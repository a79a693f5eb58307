/** Files and folders of this machine in a store, and back. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DataError } from "@scorefield/data/errors";
import { intoFolder } from "../run/whole-folder.ts";
import { filesBelow, folderText } from "./file-content.ts";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import { type Content, type Folder, folderSchema } from "./work.ts";

/** Keeps a list of files, whose contents are kept already, as a folder. */
export const putList = async (store: Store, list: Folder): Promise<Content> => {
  const sorted = [...list].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...(await store.put(new TextEncoder().encode(folderText(sorted)))), folder: true };
};

/** Keeps a file, or a folder with all below it. @throws DataError where it is not there; JobError */
export const putPlace = async (store: Store, place: string): Promise<Content> => {
  const found = await stat(place).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError({ path: place, expected: "a file or a folder", found: cause.code ?? cause.message, cause });
  });
  if (!found.isDirectory()) return store.put({ file: place });
  const list: Folder = [];
  for (const path of await filesBelow(place))
    list.push({ path, content: await store.put({ file: join(place, path) }) });
  return putList(store, list);
};

/** The list of a folder in a store. @throws JobError where it is missing, damaged, or no such list */
export const listOf = async (store: Store, content: Content): Promise<Folder> => {
  try {
    return folderSchema.parse(JSON.parse(new TextDecoder().decode(await store.get(content))));
  } catch (cause) {
    if (cause instanceof JobError) throw cause;
    throw new JobError(`${store.title}: expected the list of a folder in ${content.sha256}, found other bytes`, {
      cause,
    });
  }
};

/** Copies a file or a folder out of a store; it appears at once. @throws JobError */
export const copyPlace = async (store: Store, content: Content, place: string, signal?: AbortSignal): Promise<void> => {
  if (!content.folder) return store.copyTo(content, place);
  const list = await listOf(store, content);
  await intoFolder(place, async (folder) => {
    for (const { path, content } of list) {
      signal?.throwIfAborted();
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await store.copyTo(content, join(folder, path));
    }
  });
};
