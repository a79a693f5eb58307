/** One process at a time trains a run: two would mix their metrics and remove each other's unfinished files. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeSystemError } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { isListening, openLifeSocket } from "./life-socket.ts";
import { isAlive, type Owner, parseOwner, thisProcess } from "./lock-owner.ts";

/**
 * The name of the folder that says who trains a run. It is made elsewhere with its content and renamed into place. A
 * system renames at once, and only onto nothing or an empty folder. So of many processes one succeeds, also on network
 * drives and on file systems without links. What is in it has a random name. So removing what a dead process left never
 * removes the lock of another.
 */
export const lockName = ".training.lock";

const ownerEnding = ".json";
const socketEnding = ".socket";

/** The locks that this process holds. */
const held = new Set<string>();

const removeAll = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const name of names) await rm(join(folder, name), { force: true });
  // Another process may have made it its own, or removed it.
  await rmdir(folder).catch(() => {});
};

const heldBy = (run: string, path: string, { pid, host }: Owner, known: boolean): RunError =>
  new RunError(
    `${run}: expected a run that nothing else trains, found process ${pid} of ${host} at it` +
      (known
        ? `; wait for it or stop it (if it is gone, remove the folder ${path})`
        : `, which cannot be asked from here; wait for it or stop it there. If that machine or container is gone, remove the folder ${path}`),
  );

/** What is at a lock's place: its names, and the process that holds it or may hold it. */
interface Found {
  readonly names: readonly string[];
  readonly holder?: Owner;
  /** Whether the holder is known to be there. */
  readonly known: boolean;
}

/** Looks at a lock and changes nothing. @returns undefined where there is no lock */
const find = async (run: string, path: string): Promise<Found | undefined> => {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    if (error.code === "ENOTDIR")
      throw new RunError(
        `${run}: expected a run that nothing else trains, found the lock of another version; if nothing trains it, remove ${path}`,
      );
    throw error;
  });
  if (names === undefined) return undefined;
  for (const name of names.filter((name) => name.endsWith(ownerEnding))) {
    const text = await readFile(join(path, name), "utf8").catch((error: NodeJS.ErrnoException) => {
      // Given back just now.
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    const owner = text === undefined ? undefined : parseOwner(text);
    if (!owner) continue;
    const token = name.slice(0, -ownerEnding.length);
    const alive = await isAlive(owner, {
      mine: held.has(token),
      listening: () => isListening(path, token + socketEnding),
    });
    if (alive !== false) return { names, holder: owner, known: alive !== undefined };
  }
  return { names, known: true };
};

/** Removes what dead processes left at the lock's place. @throws RunError where one is there, or may be */
const clear = async (run: string, path: string): Promise<void> => {
  const found = await find(run, path);
  if (found?.holder) throw heldBy(run, path, found.holder, found.known);
  if (found) await removeAll(path, found.names);
};

/**
 * Whether a living process holds the lock of a run's folder. The lock stays as it is.
 * @returns undefined where it cannot be found out from here: a lock of another machine or version, or one that may not be
 *   read
 */
export const isLocked = async (run: string): Promise<boolean | undefined> => {
  try {
    const found = await find(run, join(run, lockName));
    return found?.holder && !found.known ? undefined : found?.holder !== undefined;
  } catch {
    return undefined;
  }
};

// Windows says that it may not where the folder is in use.
const taken = ["EEXIST", "ENOTEMPTY", "ENOTDIR", "ENOENT", "EPERM", "EACCES", "EBUSY"];
const mostAttempts = 100;

/** Puts a lock of this process in place. @returns a function that gives it back; the error where another was faster */
const claim = async (path: string): Promise<(() => Promise<void>) | NodeJS.ErrnoException> => {
  const token = randomBytes(8).toString("hex");
  const names = [token + ownerEnding, token + socketEnding];
  const aside = `${path}.${token}.tmp`;
  let endSocket: (() => void) | undefined;
  const release = async (): Promise<void> => {
    held.delete(token);
    await removeAll(path, names);
    endSocket?.();
  };
  held.add(token);
  try {
    await mkdir(aside);
    await writeFile(join(aside, names[0]!), `${JSON.stringify(await thisProcess())}\n`);
    endSocket = await openLifeSocket(aside, names[1]!);
    const refusal: NodeJS.ErrnoException | undefined = await rename(aside, path).catch((error) => error);
    // The answer of a network drive may have been lost, and another process may have tidied up meanwhile.
    if (await stat(join(path, names[0]!)).catch(() => undefined)) return release;
    if (refusal && !taken.includes(refusal.code ?? "")) throw refusal;
    await release();
    return refusal ?? new Error("it was removed");
  } catch (error) {
    await release();
    throw error;
  } finally {
    await removeAll(aside, names);
  }
};

/**
 * Takes the lock of a run's folder; the lock of a dead process is taken over.
 * @returns a function that gives it back, and never another's
 * @throws RunError where another process holds it or may hold it, or this one does already; DataError when the system
 *   refuses
 */
export const lockRun = async (run: string): Promise<() => Promise<void>> => {
  const path = join(run, lockName);
  try {
    for (let attempt = 1; ; attempt++) {
      await clear(run, path);
      const claimed = await claim(path);
      if (typeof claimed === "function") return claimed;
      if (attempt === mostAttempts) throw claimed;
    }
  } catch (error) {
    throw describeSystemError(error, run, "to lock this run");
  }
};
