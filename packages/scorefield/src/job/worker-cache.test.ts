import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderStore } from "./folder-store.ts";
import { putPlace } from "./stored-places.ts";
import { cachedPlace } from "./worker-cache.ts";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-cache-"));
  mkdirSync(at("store"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const means = (cacheSize?: number) => ({
  store: folderStore(at("store")),
  cache: at("cache"),
  ...(cacheSize !== undefined && { cacheSize }),
});

/** A run of some bytes in the store. */
const run = async (name: string, bytes: number) => {
  mkdirSync(at(name));
  writeFileSync(at(name, "run.json"), name.padEnd(bytes, "."));
  return putPlace(folderStore(at("store")), at(name));
};
const used = (place: string, minutesAgo: number): void => {
  const time = Date.now() / 1000 - 60 * minutesAgo;
  utimesSync(place, time, time);
};
const kept = (): number => readdirSync(at("cache", "runs")).length;

test("what was used longest ago is removed when the folder is too large, and copied again when it is asked for", async () => {
  const [a, b, c] = [await run("a", 400), await run("b", 400), await run("c", 400)];
  const [first, second] = [
    await cachedPlace("runs", a, "", means(1000)),
    await cachedPlace("runs", b, "", means(1000)),
  ];
  used(first, 200);
  used(second, 100);
  // It is used again, so the other one is the oldest.
  expect(await cachedPlace("runs", a, "", means(1000))).toBe(first);
  const third = await cachedPlace("runs", c, "", means(1000));
  expect(readdirSync(at("cache", "runs")).sort()).toEqual([a.sha256, c.sha256].sort());
  expect(readdirSync(third)).toEqual(["run.json"]);
  used(first, 300);
  expect(readdirSync(await cachedPlace("runs", b, "", means(1000)))).toEqual(["run.json"]);
  expect(readdirSync(at("cache", "runs")).sort()).toEqual([b.sha256, c.sha256].sort());
});

test("what was used within the last hour stays, and all stays where there is room", async () => {
  for (const name of ["a", "b", "c"]) await cachedPlace("runs", await run(name, 400), "", means(500));
  expect(kept()).toBe(3);
  const old = await cachedPlace("runs", await run("d", 400), "", means(2000));
  used(old, 600);
  await cachedPlace("runs", await run("e", 400), "", means(2000));
  await cachedPlace("runs", await run("f", 400), "", means());
  expect(kept()).toBe(6);
  const file = await putPlace(folderStore(at("store")), at("f", "run.json"));
  // Inputs count too.
  await cachedPlace("inputs", file, ".csv", means(1000));
  expect(kept()).toBe(5);
  expect(readdirSync(at("cache", "inputs"))).toEqual([`${file.sha256}.csv`]);
});

test("only a SHA-256 names a place", async () => {
  await expect(cachedPlace("runs", { sha256: "../../x", bytes: 1 }, "", means())).rejects.toThrow(/expected a SHA-256/);
});
