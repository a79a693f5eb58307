import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecipeError } from "@scorefield/core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { isRecipeFile, readRecipe } from "./read.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-recipe-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test("reads JSON and TypeScript", async () => {
  expect(await readRecipe(await file("a.json", '{"data": "moons"}'))).toEqual({ data: "moons" });
  expect(await readRecipe(await file("mark.json", '\uFEFF{"data": "moons"}'))).toEqual({ data: "moons" });
  const typed = 'const steps: number = 2 * 50;\nexport default { data: "moons", training: { steps } };\n';
  expect(await readRecipe(await file("a.ts", typed))).toEqual({ data: "moons", training: { steps: 100 } });
});

test("leaves no compiled recipe where other users could put one in its place", async () => {
  const shared = join(folder, "shared");
  await mkdir(shared);
  for (const name of ["TMPDIR", "TMP", "TEMP"]) vi.stubEnv(name, shared);
  vi.stubEnv("JITI_FS_CACHE", "true");
  await readRecipe(await file("cached.ts", 'export default { data: "moons" };\n'));
  expect(await readdir(shared)).toEqual([]);
});

test("tells recipes from data by name", () => {
  expect(["a.json", "a.ts", "a.mjs"].every(isRecipeFile)).toBe(true);
  expect(["a.csv", "a.npz", "a.jsonl", "moons"].some(isRecipeFile)).toBe(false);
});

test("says in one line what is wrong with a file", async () => {
  for (const [name, content, message] of [
    ["broken.json", '{"data": }', /broken.json: expected a recipe in JSON/],
    ["list.json", "[1]", /expected a recipe, an object with at least data, found \[1\]/],
    ["broken.ts", "export default {", /broken.ts: expected a module that exports a recipe as default/],
    ["throws.ts", 'throw new Error("no luck");', /found no luck/],
  ] as const) {
    const error = await readRecipe(await file(name, content)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RecipeError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  }
  await expect(readRecipe(join(folder, "gone.json"))).rejects.toThrow(
    /gone.json: expected a recipe, found no such file/,
  );
});
