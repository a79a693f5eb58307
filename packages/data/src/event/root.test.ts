import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "./read-events.ts";
import { loadRoot, readRoot } from "./root.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-root-"));
});
afterAll(() => rm(folder, { recursive: true }));

const installed = (() => {
  try {
    createRequire(import.meta.url).resolve("jsroot/io");
    return true;
  } catch {
    return false;
  }
})();
/** A tree of muon pairs with flat branches, and one of collections: uproot-Zmumu.root and uproot-HZZ.root of scikit-hep-testdata. */
const files = process.env.SCOREFIELD_ROOT_FILES ?? "";

test("says how to install what reads ROOT files", async () => {
  await expect(loadRoot("z.root", () => Promise.reject(new Error("not found")))).rejects.toThrow(
    "z.root: expected the package jsroot, which reads ROOT files, found none that can be loaded. Install it beside scorefield: npm install jsroot --ignore-scripts.",
  );
});

test("says that a file is missing before it asks for the package", async () => {
  await expect(readEvents(join(folder, "none.root"))).rejects.toThrow("no such file");
});

test.skipIf(!installed)("refuses files that are none", async () => {
  const path = join(folder, "not.root");
  await writeFile(path, "pt1,eta1\n");
  await expect(readRoot(path)).rejects.toThrow("expected a complete ROOT file");
});

test.skipIf(!installed || !existsSync(join(files, "uproot-Zmumu.root")))(
  "reads flat branches and collections of real trees (jsroot and SCOREFIELD_ROOT_FILES)",
  async () => {
    const muons = await readEvents(join(files, "uproot-Zmumu.root"), { particles: ["mu", "mu"] });
    expect(muons.count).toBe(2304);
    expect(muons.kinds.toSorted()).toEqual(["mu+", "mu-"]);
    expect(muons.vectors[0]).toBeCloseTo(44.7322, 4);
    const higgs = await readEvents(join(files, "uproot-HZZ.root"), { particles: ["Muon", "Jet"] });
    expect(higgs.kinds.toSorted()).toEqual(["j", "mu+", "mu-"]);
    const first = Array.from({ length: higgs.first[1]! }, (_, k) => higgs.vectors[4 * k]!);
    expect(first).toHaveLength(2);
    expect(first[0]).toBeCloseTo(Math.hypot(-52.899456, -11.654672), 4);
    await expect(readEvents(join(files, "uproot-HZZ.root"), { tree: "other" })).rejects.toThrow(
      "expected the tree other, found events",
    );
  },
);
