import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { arraySamples, type DomainParts, defineDomain } from "@scorefield/domain";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assessRun } from "../assess/assess-run.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-previews-"));
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

test("a domain of one's own is asked with names of columns and classes, and its number of samples is drawn", async () => {
  const columns = ["left", "right"];
  const classes = ["cat", "dog"];
  const shown: Parameters<NonNullable<DomainParts["preview"]>>[1][] = [];
  const defaults = defineDomain({ kind: "pets", read: async () => Promise.reject() }).defaults;
  const domain = defineDomain({
    kind: "pets",
    defaults: { ...defaults, evaluated: 30 },
    read: async (settings) => ({
      samples: arraySamples(normal([40, 2], { seed: 1, dtype: "float64" }), {
        sha256: "pets",
        columns,
        classes,
        labels: Int32Array.from({ length: 40 }, (_, i) => i % 2),
      }),
      settings,
    }),
    watching: (made) => {
      expect(made).toEqual({ shape: [2], columns, classes });
      return { rows: 3, columns: 2 };
    },
    preview: (_, about) => {
      shown.push(about);
      return undefined;
    },
  });
  const network = { width: 8, depth: 1, classes: 2 };
  const recipe = { data: "pets", network, training: { steps: 2, batch: 8 }, previews: 1 };
  const out = join(folder, "run");
  for await (const _ of trainRun(await createRun(recipe, { out, domain })));
  const classNames = ["cat", "cat", "dog", "dog", "cat", "cat"];
  expect(shown).toEqual([{ shape: [2], columns, classes, classNames }]);
  expect((await assessRun(await loadRun(out, { domain }))).counts.samples).toBe(30);
});
