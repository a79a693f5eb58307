import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { checkOutputFile } from "./output-file.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-output-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file that cannot be written is refused before the work", () => {
  mkdirSync(join(folder, "a.html"));
  writeFileSync(join(folder, "old.html"), "");
  const check = (name: string) => checkOutputFile("--report", join(folder, name), [".html", ".htm"]);
  for (const good of ["new.html", "NEW.HTML", "old.html", "b.htm"]) check(good);
  expect(() => check("a.txt")).toThrow(UsageError);
  expect(() => check("a.txt")).toThrow(/--report .*a.txt: expected a name that ends in .html or .htm/);
  expect(() => check("a.html")).toThrow(/expected a file name to write to, found a folder/);
  expect(() => check("gone/b.html")).toThrow(/expected a folder to write into, found no such folder \(.*gone\)/);
  expect(() => check("old.html/b.html")).toThrow(/found a file in place of its folder/);
});
