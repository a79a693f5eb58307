/** One process at a time trains a run: two would mix their metrics and remove each other's unfinished files. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { RunError } from "../errors.ts";

/** The name of the file that says who trains a run. */
export const lockName = ".training.lock";

/** Whether the process that a lock names may still be there. That of another machine cannot be asked. */
const isHeld = (owner: string): boolean => {
  const [, pid, host] = /^(\d+) (.*)$/s.exec(owner.trim()) ?? [];
  if (pid === undefined) return false;
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/**
 * Takes the lock of a run's folder; one that a process has left which is gone is taken over.
 * @returns a function that gives it back
 * @throws RunError where another process holds it, or this one does already
 */
export const lockRun = async (run: string): Promise<() => Promise<void>> => {
  const path = join(run, lockName);
  const mine = `${process.pid} ${hostname()}\n`;
  for (;;) {
    try {
      await writeFile(path, mine, { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw new RunError(`${run}: could not be locked: ${(cause as Error).message}`, { cause });
      const owner = await readFile(path, "utf8").catch(() => "");
      if (isHeld(owner))
        throw new RunError(
          `${run}: expected a run that nothing else trains, found process ${owner.trim().replace(" ", " of ")} at it; wait for it or stop it (if it is gone, remove ${path})`,
          { cause },
        );
      await rm(path, { force: true });
    }
  }
};
