/** All instruments on small runs of each kind, as people call them. */
import "../runtime.ts";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instrumentNames } from "@scorefield/assess/internal";
import { normal } from "@scorefield/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../cli.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { createRun } from "../run/create-run.ts";
import { trainRun } from "../run/train-run.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-inspect-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const mlp = { network: { width: 16, depth: 2 }, training: { steps: 200, batch: 32 } } as const;
const unet = { kind: "unet", width: 8, multipliers: [1, 1], blocks: 1, attention: 0 } as const;

test.each<[string, RecipeInput, readonly string[]]>([
  ["plane", { data: { set: "moons", count: 500 }, ...mlp }, instrumentNames],
  ["table", { data: "t.csv", ...mlp }, instrumentNames.filter((name) => name !== "plane")],
  [
    "images",
    { data: { kind: "glyphs", size: 8, count: 300 }, network: unet, training: { steps: 20, batch: 16 } },
    instrumentNames.filter((name) => name !== "plane"),
  ],
])("a run of the kind %s", async (name, recipe, expected) => {
  const { data } = normal([300, 3], { seed: 1 });
  const rows = Array.from({ length: 300 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)].join(","));
  await writeFile(join(folder, "t.csv"), `a,b,c\n${rows.join("\n")}\n`);
  const out = join(folder, name);
  for await (const _ of trainRun(await createRun(recipe, { out, folder })));
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const code = await main(["inspect", out, "--json"]);
  const result = JSON.parse(stdout.mock.calls.map(([part]) => String(part)).join(""));
  stderr.mockRestore();
  stdout.mockRestore();
  expect(code).toBe(0);
  expect(expected.every((instrument) => instrument in result)).toBe(true);
  const page = await readFile(join(out, "inspect.html"), "utf8");
  expect(page.match(/<section/g)).toHaveLength(expected.length + 1);
  expect(page).not.toMatch(/NaN|undefined|<script|(src|href)="(?!#)/);
});
