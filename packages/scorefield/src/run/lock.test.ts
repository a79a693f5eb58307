import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { lockName, lockRun } from "./lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a run is locked once, until it is given back", async () => {
  const unlock = await lockRun(folder);
  await expect(lockRun(folder)).rejects.toThrow(RunError);
  await expect(lockRun(folder)).rejects.toThrow(`found process ${process.pid} of ${hostname()} at it; wait for it`);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
  await (await lockRun(folder))();
});

test("what a process has left that is gone is no lock; that of another machine is", async () => {
  const path = join(folder, lockName);
  // Beyond the largest number that a process has anywhere.
  for (const left of [`4194305 ${hostname()}\n`, "", "half"]) {
    await writeFile(path, left);
    const unlock = await lockRun(folder);
    expect(await readFile(path, "utf8")).toBe(`${process.pid} ${hostname()}\n`);
    await unlock();
  }
  await writeFile(path, "1 elsewhere\n");
  await expect(lockRun(folder)).rejects.toThrow(/process 1 of elsewhere at it.*remove .*\.training\.lock/);
});
