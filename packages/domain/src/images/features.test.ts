import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classifier, initialClassifier } from "@scorefield/assess";
import { flatLayout, perceptron } from "@scorefield/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheFolder } from "./cache-folder.ts";
import { keptClassifier } from "./classifier-store.ts";
import { safeName } from "./features.ts";

let folder: string;
const before = process.env.SCOREFIELD_CACHE;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-features-"));
  process.env.SCOREFIELD_CACHE = folder;
});
afterEach(async () => {
  if (before === undefined) delete process.env.SCOREFIELD_CACHE;
  else process.env.SCOREFIELD_CACHE = before;
  await rm(folder, { recursive: true });
});

const network = perceptron({ widths: [16] });

test("a classifier is made once, and again when its file is damaged or the key another", async () => {
  const parts = { network, classes: 2, shape: [3] };
  let made = 0;
  const make = async () => classifier(parts, initialClassifier(parts, ++made));
  const vector = async (key: unknown) => {
    const { parameters } = await keptClassifier(key, parts, make);
    return flatLayout(parameters).flatten(parameters);
  };
  const first = await vector("a");
  expect(await vector("a")).toEqual(first);
  expect(made).toBe(1);
  await vector("b");
  expect(made).toBe(2);
  for (const name of await readdir(join(folder, "classifiers")))
    await writeFile(join(folder, "classifiers", name), "damaged");
  await vector("a");
  expect(made).toBe(3);
  process.env.SCOREFIELD_CACHE = "off";
  await vector("a");
  expect(made).toBe(4);
});

test("names of features are safe wherever the file lies", () => {
  expect(safeName("my net (v2)/ü")).toBe("my-net-v2-ü");
});

test("the cache folder: as named, else where the system keeps such things", () => {
  expect(cacheFolder({ SCOREFIELD_CACHE: "/named", XDG_CACHE_HOME: "/x" }, "linux")).toBe("/named");
  expect(cacheFolder({ SCOREFIELD_CACHE: "off" }, "linux")).toBeUndefined();
  expect(cacheFolder({ XDG_CACHE_HOME: "/x" }, "linux")).toBe(join("/x", "scorefield"));
  expect(cacheFolder({ LOCALAPPDATA: "C:\\Local" }, "win32")).toContain("C:\\Local");
  expect(cacheFolder({}, "linux")).toMatch(/\.cache.scorefield$/);
});
