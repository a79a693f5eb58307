/** A run's record whose data are below the run's own folder, so that a worker reads nothing else. */
import { basename, resolve } from "node:path";
import { movePaths } from "@scorefield/domain";
import type { readRecord } from "../run/record-file.ts";
import type { Store } from "./store.ts";
import { listOf, putPlace } from "./stored-places.ts";
import type { Folder } from "./work.ts";

type Read = Awaited<ReturnType<typeof readRecord>>;

/** A file or a folder of data, and where it is below the run's folder. */
interface Moved {
  readonly from: string;
  readonly to: string;
}

/**
 * The record, and what has to be put below the run's folder for it.
 * @param path of the run's folder
 */
export const movedRecord = (
  path: string,
  { record, domain }: Pick<Read, "record" | "domain">,
): { readonly record: Read["record"]; readonly moved: readonly Moved[] } => {
  const { training } = record;
  if (!training) return { record, moved: [] };
  const moved: Moved[] = [];
  const data = movePaths(domain, training.recipe.data, (file) => {
    const from = resolve(path, file);
    const to = `data/${moved.length}/${basename(from)}`;
    moved.push({ from, to });
    return to;
  });
  return { record: { ...record, training: { ...training, recipe: { ...training.recipe, data } } }, moved };
};

/** Keeps what is moved. @returns its files, by their paths below the run's folder. @throws as {@link putPlace} */
export const putMoved = async (store: Store, moved: readonly Moved[]): Promise<Folder> => {
  const list: Folder = [];
  for (const { from, to } of moved) {
    const content = await putPlace(store, from);
    if (!content.folder) list.push({ path: to, content });
    else
      for (const file of await listOf(store, content)) list.push({ path: `${to}/${file.path}`, content: file.content });
  }
  return list;
};
