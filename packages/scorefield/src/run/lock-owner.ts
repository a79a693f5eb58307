/** Who holds a lock, and whether that process is still there. */
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** A process, and what distinguishes it from others with the same number. What a system does not say is left out. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Of the start of the machine: Linux draws a new one each time. */
  readonly boot?: string;
  /** Within which the number counts: each container has its own. */
  readonly pidNamespace?: string;
  /** When the process started, in ticks of the kernel's clock since the machine did. */
  readonly started?: string;
}

/** The state and start time of a process of this namespace: fields 3 and 22 of proc(5)'s stat. */
const statusOf = async (pid: number | "self"): Promise<{ state: string; started: string } | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field is a name in brackets, which may hold anything.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields?.[19] === undefined ? undefined : { state: fields[0]!, started: fields[19] };
};

/** This process. */
export const thisProcess = async (): Promise<Owner> => {
  const [boot, pidNamespace, status] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
      (text) => text.trim(),
      () => undefined,
    ),
    readlink("/proc/self/ns/pid").catch(() => undefined),
    statusOf("self"),
  ]);
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot && { boot }),
    ...(pidNamespace && { pidNamespace }),
    ...(status && { started: status.started }),
  };
};

/** The owner in a lock's file; undefined for a damaged one, which only a power cut leaves. */
export const parseOwner = (text: string): Owner | undefined => {
  try {
    const { pid, host, ...rest } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 && typeof host === "string" ? { pid, host, ...rest } : undefined;
  } catch {
    return undefined;
  }
};

/** Whether a process of this namespace is there, and the one meant where its start is known. */
const isRunning = async ({ pid, started }: Owner): Promise<boolean> => {
  const status = await statusOf(pid);
  // A zombie has ended, and waits for its parent to notice.
  if (status) return !"ZX".includes(status.state) && (started === undefined || started === status.started);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/**
 * Whether the owner of a lock still lives.
 * @param mine whether this process knows the lock as its own; it decides where there is no start time
 * @param listening asks the owner's socket: see `isListening`
 * @returns undefined where it cannot be found out from here
 */
export const isAlive = async (
  owner: Owner,
  { mine, listening }: { readonly mine: boolean; readonly listening: () => Promise<boolean | undefined> },
): Promise<boolean | undefined> => {
  const self = await thisProcess();
  if (owner.boot !== undefined && owner.boot === self.boot)
    return owner.pidNamespace !== undefined && owner.pidNamespace === self.pidNamespace
      ? isRunning(owner)
      : listening();
  if (owner.host !== self.host) return undefined;
  // This machine was restarted since.
  if (owner.boot !== undefined && self.boot !== undefined) return false;
  return owner.pid === self.pid ? mine : isRunning(owner);
};
