/** What every example is held to: it runs from top to bottom, its check passes, and the files it tells of are there. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRuntime } from "scorefield";
import { afterAll, beforeEach, expect, test, vi } from "vitest";

/** @param programs a name and an import of each @param timeout in ms, for each */
export const testPrograms = (programs: Readonly<Record<string, () => Promise<unknown>>>, timeout: number): void => {
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

  test.each(Object.entries(programs))(
    "%s runs from top to bottom, and its check passes",
    async (_, run) => {
      await run();
      expect(lines.at(-1)).toBe("check passed");
      for (const [, file] of lines.join("\n").matchAll(/wrote (\S+)/g)) expect(existsSync(file!)).toBe(true);
    },
    timeout,
  );
};
