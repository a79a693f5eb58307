import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { removeTemporaries } from "./folder.ts";
import { isLocked, lockName, lockRun } from "./lock.ts";
import { isAlive, type Owner, thisProcess } from "./lock-owner.ts";

const linux = process.platform === "linux";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Leaves a lock as a process of this kind would. */
const leave = async (owner: Owner | string): Promise<void> => {
  await mkdir(join(folder, lockName));
  const text = typeof owner === "string" ? owner : JSON.stringify(owner);
  await writeFile(join(folder, lockName, "0123456789abcdef.json"), text);
};
const ownerThere = async (): Promise<Owner> => {
  const [name] = (await readdir(join(folder, lockName))).filter((name) => name.endsWith(".json"));
  return JSON.parse(await readFile(join(folder, lockName, name!), "utf8"));
};

// Beyond the largest number that a process has anywhere.
const nobody = 4194305;

describe("a lock", () => {
  test("is held once, until it is given back, and leaves nothing", async () => {
    const unlock = await lockRun(folder);
    expect(await ownerThere()).toEqual(await thisProcess());
    await expect(lockRun(folder)).rejects.toThrow(RunError);
    await expect(lockRun(folder)).rejects.toThrow(`found process ${process.pid} of ${hostname()} at it; wait for it`);
    expect(await readdir(folder)).toEqual([lockName]);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (await lockRun(folder))();
  });

  test("that is given back late leaves the one that another process has taken since", async () => {
    const unlock = await lockRun(folder);
    // The user removed it by hand.
    await rm(join(folder, lockName), { recursive: true });
    const other = await lockRun(folder);
    await unlock();
    await unlock();
    await expect(lockRun(folder)).rejects.toThrow(/nothing else trains/);
    await other();
    expect(await readdir(folder)).toEqual([]);
  });

  test("left by a process that is gone, or cut off by a power cut, is taken over", async () => {
    const self = await thisProcess();
    for (const left of [{ ...self, pid: nobody }, "", "half", "{}"]) {
      await leave(left);
      const unlock = await lockRun(folder);
      expect(await ownerThere()).toEqual(self);
      await unlock();
    }
    // As one that was being taken over.
    for (const name of ["0123456789abcdef.socket", undefined]) {
      await mkdir(join(folder, lockName));
      if (name) await writeFile(join(folder, lockName, name), "");
      await (await lockRun(folder))();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("of another machine, or of another version, is refused with what to remove", async () => {
    await leave({ pid: 1, host: "elsewhere", boot: "another" });
    await expect(lockRun(folder)).rejects.toThrow(
      /process 1 of elsewhere at it, which cannot be asked from here.*If that machine or container is gone, remove the folder .*\.training\.lock/,
    );
    await rm(join(folder, lockName), { recursive: true });
    await writeFile(join(folder, lockName), `1 ${hostname()}\n`);
    await expect(lockRun(folder)).rejects.toThrow(/the lock of another version; if nothing trains it, remove .*lock/);
  });

  test("is asked for without a change to it", async () => {
    expect(await isLocked(folder)).toBe(false);
    const unlock = await lockRun(folder);
    expect(await isLocked(folder)).toBe(true);
    await unlock();
    expect(await isLocked(folder)).toBe(false);
    const self = await thisProcess();
    for (const [left, expected] of [
      [{ ...self, pid: nobody }, false],
      ["half", false],
      [{ pid: 1, host: "elsewhere", boot: "another" }, undefined],
    ] as const) {
      await leave(left);
      expect(await isLocked(folder)).toBe(expected);
      expect(await readdir(join(folder, lockName))).toEqual(["0123456789abcdef.json"]);
      await rm(join(folder, lockName), { recursive: true });
    }
    await writeFile(join(folder, lockName), `1 ${hostname()}\n`);
    expect(await isLocked(folder)).toBeUndefined();
  });

  test("that a killed process was making goes with the other temporaries; one renamed into place meanwhile stays", async () => {
    const aside = join(folder, `${lockName}.0123.tmp`);
    await mkdir(aside);
    await writeFile(join(aside, "0123.json"), "{}");
    await symlink("nowhere", join(aside, "0123.socket"));
    const unlock = await lockRun(folder);
    await removeTemporaries(folder);
    expect(await readdir(folder)).toEqual([lockName]);
    await expect(lockRun(folder)).rejects.toThrow(RunError);
    await unlock();
  });

  test.skipIf(!linux)("of a folder with a path too long for a socket is held as well", async () => {
    const deep = join(folder, "d".repeat(200));
    await mkdir(deep);
    const unlock = await lockRun(deep);
    expect(await readdir(join(deep, lockName))).toHaveLength(2);
    await unlock();
    expect(await readdir(deep)).toEqual([]);
  });
});

describe("whether an owner is alive", () => {
  const never = { mine: false, listening: async () => undefined };

  test.skipIf(!linux)("is recognised by its start where its number went to another process", async () => {
    const self = await thisProcess();
    expect(await isAlive(self, never)).toBe(true);
    expect(await isAlive({ ...self, started: `${Number(self.started) - 1}` }, never)).toBe(false);
    expect(await isAlive({ ...self, pid: nobody }, never)).toBe(false);
    expect(await isAlive({ ...self, boot: "an earlier one" }, never)).toBe(false);
    expect(await isAlive({ ...self, boot: "its own", host: "elsewhere" }, never)).toBeUndefined();
  });

  test.skipIf(!linux)("is asked at its socket where it is in another container", async () => {
    const other: Owner = { ...(await thisProcess()), pidNamespace: "pid:[1]", host: "container" };
    for (const answer of [true, false, undefined])
      expect(await isAlive(other, { mine: false, listening: async () => answer })).toBe(answer);
  });

  test("without a start time, is recognised by its number; this process knows its own locks", async () => {
    const plain = { pid: process.pid, host: hostname() };
    expect(await isAlive(plain, { ...never, mine: true })).toBe(true);
    expect(await isAlive(plain, never)).toBe(false);
    expect(await isAlive({ ...plain, pid: process.ppid }, never)).toBe(true);
    expect(await isAlive({ ...plain, pid: nobody }, never)).toBe(false);
    expect(await isAlive({ ...plain, host: "elsewhere" }, never)).toBeUndefined();
  });

  test.skipIf(!linux)("a zombie is not", async () => {
    // The shell becomes a process that never asks after the child it had.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec tail -f /dev/null"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
      const field = async (of: number, n: number) => (await readFile(`/proc/${of}/stat`, "utf8")).split(" ")[n - 1]!;
      const until = async (of: number, n: number, value: string) => {
        while ((await field(of, n)) !== value) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      await until(parent.pid!, 2, "(tail)");
      const owner = { ...(await thisProcess()), pid, started: await field(pid, 22) };
      expect(await isAlive(owner, never)).toBe(true);
      process.kill(pid, "SIGKILL");
      await until(pid, 3, "Z");
      expect(await isAlive(owner, never)).toBe(false);
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
