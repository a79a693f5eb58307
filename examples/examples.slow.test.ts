import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRuntime } from "scorefield";
import { afterAll, beforeEach, expect, test, vi } from "vitest";

// Programs write their figures where they are run.
const home = process.cwd();
process.chdir(mkdtempSync(join(tmpdir(), "scorefield-examples-")));
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
});
afterAll(async () => {
  process.chdir(home);
  await defaultRuntime().dispose();
});

test.each([["glyph-images", () => import("./glyph-images.ts")]] as const)(
  "%s runs from top to bottom, and its check passes",
  async (_, run) => {
    await run();
    expect(lines.at(-1)).toBe("check passed");
    for (const [, file] of lines.join("\n").matchAll(/wrote (\S+)/g)) expect(existsSync(file!)).toBe(true);
  },
  240_000,
);
