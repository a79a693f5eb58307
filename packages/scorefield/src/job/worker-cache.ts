/**
 * A worker's folder. Runs, inputs and projects stay in it for the next work; when they are too large together, those that were used
 * longest ago are removed. Several workers of a machine may share one.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import { copyPlace } from "./stored-places.ts";
import type { Content } from "./work.ts";

/** The folder of a worker, and the store that it is filled from. */
export interface WorkerCache {
  readonly store: Store;
  /** The worker's own folder. */
  readonly cache: string;
  /** Bytes that it may hold, default any number. What was used within an hour stays all the same. */
  readonly cacheSize?: number;
  readonly signal?: AbortSignal;
}

const kinds = ["runs", "inputs", "projects"] as const;

/** Milliseconds for which nothing is removed that was used: work may still read it, here or in another process. */
const stays = 3_600_000;

const hexadecimal = /^[0-9a-f]{64}$/;

/** Notes that a place is used now. @returns whether it is there */
const markUsed = async (place: string): Promise<boolean> => {
  const now = new Date();
  return utimes(place, now, now).then(
    () => true,
    // Another user's is used all the same.
    async () => (await stat(place).catch(() => undefined)) !== undefined,
  );
};

const bytesOf = async (place: string): Promise<number> => {
  const found = await stat(place).catch(() => undefined);
  if (!found?.isDirectory()) return found?.size ?? 0;
  let bytes = 0;
  for (const name of await readdir(place)) bytes += await bytesOf(join(place, name));
  return bytes;
};

const usedAt = async (place: string): Promise<number> =>
  (await stat(place).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY;

/** Removes what was used longest ago, until the rest has at most so many bytes, or was used within the last hour. */
const prune = async (cache: string, most: number): Promise<void> => {
  const entries: { readonly place: string; readonly bytes: number; readonly used: number }[] = [];
  for (const kind of kinds)
    for (const name of await readdir(join(cache, kind)).catch(() => [])) {
      const place = join(cache, kind, name);
      entries.push({ place, bytes: await bytesOf(place), used: await usedAt(place) });
    }
  let bytes = entries.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of entries.sort((a, b) => a.used - b.used)) {
    if (bytes <= most || Date.now() - (await usedAt(one.place)) < stays) return;
    // It is gone at once, and not piece by piece.
    const removed = `${one.place}.${randomBytes(6).toString("hex")}.tmp`;
    const moved = await rename(one.place, removed).then(
      () => true,
      () => false,
    );
    // Another worker may have removed it.
    if (moved) await rm(removed, { recursive: true, force: true });
    bytes -= one.bytes;
  }
};

/**
 * A content of the store as a file or a folder of the worker, copied once.
 * @param ending of the file's name
 * @returns its path
 * @throws JobError for a name that is no SHA-256, and where the store refuses
 */
export const cachedPlace = async (
  kind: (typeof kinds)[number],
  content: Content,
  ending: string,
  { store, cache, cacheSize = Number.POSITIVE_INFINITY, signal }: WorkerCache,
): Promise<string> => {
  if (!hexadecimal.test(content.sha256))
    throw new JobError(`${kind}: expected a SHA-256, found ${content.sha256.slice(0, 80)}`);
  const place = join(cache, kind, `${content.sha256}${content.folder ? "" : ending}`);
  if (await markUsed(place)) return place;
  await mkdir(join(cache, kind), { recursive: true });
  await copyPlace(store, content, place, signal).catch(async (error: unknown) => {
    // Another process of this machine may have been first.
    if (!(await markUsed(place))) throw error;
  });
  await prune(cache, cacheSize);
  return place;
};
