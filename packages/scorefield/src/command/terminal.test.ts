/** The built command on a terminal, which util-linux's script makes: its width, its colours, and what it may not get. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { denoising, edm, initialTrainable, mlp, preconditioningFromRecipe, trainedModel } from "@scorefield/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { saveRun } from "../run/save.ts";

// Every test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-terminal-"));

// A test run by a service must see what users see: Node gives no colours where CI is set.
const { CI: _, FORCE_COLOR: __, NO_COLOR: ___, ...variables } = process.env;
type Variables = Readonly<Record<string, string>>;

const piped = (args: readonly string[], extra: Variables = {}) =>
  spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: "utf8", env: { ...variables, ...extra } });

/** All that a terminal of some columns shows. */
const onTerminal = (columns: number, args: readonly string[], extra: Variables = {}): string => {
  const command = `stty cols ${columns}; exec '${process.execPath}' '${bin}' ${args.join(" ")}`;
  const env = { ...variables, TERM: "xterm", SHELL: "/bin/sh", ...extra };
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { cwd: folder, encoding: "utf8", env });
  return stdout.replaceAll("\r\n", "\n");
};

const control = "\u001b[";

const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;
if (!hasScript) console.warn("No util-linux script on PATH: tests of the command on a terminal are skipped.");

beforeAll(async () => {
  const parts = {
    process: edm(),
    network: mlp({ width: 8, depth: 1 }),
    preconditioning: preconditioningFromRecipe({ kind: "edm" }),
  };
  const parameters = initialTrainable(parts.network, denoising(), [2], 0).network;
  await saveRun(join(folder, "run"), trainedModel(parts, parameters, [2]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasScript)("on a terminal", () => {
  test.each([40, 80])("of %d columns every line fits, in colours", (columns) => {
    for (const args of [["samplers"], ["summary", "dit", "--shape", "1,28,28"], ["show", "run"]]) {
      const shown = onTerminal(columns, args);
      expect(shown).toContain(control);
      // What the user types is not broken.
      const lines = stripVTControlCharacters(shown).split("\n");
      for (const line of lines.filter((line) => !line.startsWith("  scorefield ") && !/^ *\S+$/.test(line)))
        expect([...line].length, line).toBeLessThanOrEqual(columns);
    }
  });

  test("there are no colours with NO_COLOR or TERM=dumb", () => {
    for (const extra of [{ NO_COLOR: "1" }, { TERM: "dumb" }] as Variables[]) {
      expect(onTerminal(80, ["samplers"], extra)).not.toContain(control);
    }
    expect(onTerminal(80, ["show"])).toContain(`${control}31mscorefield:${control}39m show: expected <run>`);
  });

  test("bytes of arrays are not written to it, nor are data read from it", () => {
    const refused = stripVTControlCharacters(
      onTerminal(80, ["sample", "run", "-n", "5", "--out", "-", "--format", "npy"]),
    );
    expect(refused).toBe(
      "scorefield: --out -: expected a pipe or a file for the .npy format, found a terminal; pipe it on, or name a file with --out\n",
    );
    expect(onTerminal(80, ["train", "-"])).toContain("expected data on standard input, found a terminal");
  });
});

describe("elsewhere", () => {
  test("there is neither a limit nor a colour, unless FORCE_COLOR asks for one", () => {
    const { stdout } = piped(["samplers"]);
    expect(stdout).not.toContain(control);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeGreaterThan(100);
    expect(piped(["samplers"], { FORCE_COLOR: "1" }).stdout).toContain(control);
  });
});
