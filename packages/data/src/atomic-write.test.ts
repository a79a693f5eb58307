import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { atomicWrite } from "./atomic-write.ts";
import { DataError } from "./errors.ts";

const calls: { log: string[]; fail?: { at: string; code: string } | undefined } = { log: [] };

const step = (name: string) => {
  calls.log.push(name);
  if (calls.fail?.at === name)
    throw Object.assign(new Error(`${calls.fail.code}: refused`), { code: calls.fail.code, syscall: name });
};

// Real files throughout; the calls are noted, and one of them may fail as a full disk would make it.
const { open, rename } = files;
beforeAll(() => {
  vi.spyOn(files, "open").mockImplementation(async (path, flags, mode) => {
    step(flags === "r" ? "open folder" : "open");
    const handle = await open(path, flags, mode);
    const [write, sync] = [handle.writeFile.bind(handle), handle.sync.bind(handle)];
    handle.writeFile = async (piece) => {
      // Half of the bytes arrive before the failure.
      if (calls.fail?.at === "write") await write((piece as string).slice(0, (piece as string).length / 2));
      step("write");
      return write(piece);
    };
    handle.sync = async () => {
      step("sync");
      return sync();
    };
    return handle;
  });
  vi.spyOn(files, "rename").mockImplementation(async (from, to) => {
    step("rename");
    return rename(from, to);
  });
  syncBuiltinESMExports();
});
afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const folder = mkdtempSync(join(tmpdir(), "scorefield-atomic-"));
afterEach(() => {
  calls.log.length = 0;
  calls.fail = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("writes text, bytes and pieces, flushing the file before and the folder after the rename", async () => {
  const path = join(folder, "a.txt");
  await atomicWrite(path, "one");
  expect(calls.log).toEqual(["open", "write", "sync", "rename", "open folder", "sync"]);
  expect(readFileSync(path, "utf8")).toBe("one");
  await atomicWrite(path, new Uint8Array([116, 119, 111]));
  expect(readFileSync(path, "utf8")).toBe("two");
  await atomicWrite(path, ["th", new Uint8Array([114]), "ee"]);
  expect(readFileSync(path, "utf8")).toBe("three");
  await atomicWrite(
    path,
    (async function* () {
      yield "fo";
      yield "ur";
    })(),
  );
  expect(readFileSync(path, "utf8")).toBe("four");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test.each([
  ["open", "EACCES", /no permission/],
  ["write", "ENOSPC", /no space left on the disk.*unchanged/],
  ["sync", "EIO", /EIO/],
  ["rename", "EPERM", /no permission/],
])("a failing %s (%s) leaves the old file and no temporary", async (at, code, message) => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  calls.fail = { at, code };
  const failure = await atomicWrite(path, "new content").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DataError);
  expect((failure as Error).message).toMatch(message);
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("an error of the content passes through and leaves the old file", async () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  const boom = new Error("boom");
  const content = function* () {
    yield "half";
    throw boom;
  };
  await expect(atomicWrite(path, content())).rejects.toBe(boom);
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("a folder and a missing folder are refused", async () => {
  await expect(atomicWrite(folder, "x")).rejects.toThrow(/found a folder/);
  await expect(atomicWrite(join(folder, "absent", "a"), "x")).rejects.toThrow(/no such file or folder/);
});

test("links are followed and permissions kept", async () => {
  mkdirSync(join(folder, "real"));
  const path = join(folder, "real", "a.txt");
  writeFileSync(path, "old", { mode: 0o600 });
  symlinkSync(path, join(folder, "link"));
  await atomicWrite(join(folder, "link"), "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
