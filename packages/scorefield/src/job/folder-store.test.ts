import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { folderStore } from "./folder-store.ts";
import { storeSuite } from "./store.case.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-folder-store-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const fresh = (): string => {
  const path = join(folder, `${made++}`);
  mkdirSync(path);
  return path;
};

storeSuite("a folder as a store", () => {
  const path = fresh();
  return {
    store: folderStore(path),
    other: folderStore(path),
    damage: ({ sha256 }) => writeFileSync(join(path, "objects", sha256.slice(0, 2), sha256), "other bytes"),
  };
});

test("nothing is left of what could not be written, and another machine may try: a full disk", async () => {
  const path = fresh();
  const store = folderStore(path);
  const { open } = files;
  vi.spyOn(files, "open").mockImplementation(async (...args) => {
    const handle = await open(...args);
    handle.sync = async () => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    };
    return handle;
  });
  syncBuiltinESMExports();
  try {
    await expect(store.put(new Uint8Array(10))).rejects.toMatchObject({
      again: true,
      message: expect.stringMatching(/no room on the disk/),
    });
  } finally {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  }
  expect(readdirSync(join(path, "incoming"))).toEqual([]);
});

test("a damaged content is put aside, so that it counts as missing and is made again", async () => {
  const path = fresh();
  const store = folderStore(path);
  const content = await store.put(new Uint8Array(8));
  writeFileSync(join(path, "objects", content.sha256.slice(0, 2), content.sha256), "8 bytes!");
  expect(await store.has(content)).toBe(true);
  await expect(store.get(content)).rejects.toMatchObject({
    again: false,
    message: expect.stringMatching(/it is damaged; it was put aside; give the command again, which makes it anew/),
  });
  expect(await store.has(content)).toBe(false);
});

test("a share that is not mounted is noticed", async () => {
  await expect(folderStore(join(folder, "absent")).put(new Uint8Array(1))).rejects.toMatchObject({
    again: true,
    message: expect.stringContaining("mount what the machines share"),
  });
});

test.skipIf(process.getuid?.() === 0)("no permission", async () => {
  const path = fresh();
  chmodSync(path, 0o500);
  await expect(folderStore(path).put(new Uint8Array(1))).rejects.toMatchObject({
    again: true,
    message: expect.stringMatching(/permission/),
  });
  chmodSync(path, 0o700);
});
