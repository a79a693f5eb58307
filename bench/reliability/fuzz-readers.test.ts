import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("fuzz-readers.ts", import.meta.url));

const run = (...args: string[]) =>
  spawnSync(process.execPath, ["--conditions=source", "--import", import.meta.resolve("tsx"), script, ...args], {
    encoding: "utf8",
  });

test("damaged files of every reader are read or refused with a typed error, in bounded time and memory", {
  timeout: 180_000,
}, () => {
  const { status, stdout, stderr } = run("--count", "200", "--processes", "1", "--seed", "7");
  expect(`${status} ${stderr}`, stdout).toMatch(/^0 /);
  const rows = stdout.split("\n").filter((line) => /^\| [a-z]/.test(line) && !line.startsWith("| reader"));
  expect(rows.length).toBeGreaterThanOrEqual(15);
  for (const row of rows) {
    const [, files, read, refused, limited, findings] = row
      .split("|")
      .slice(1)
      .map((cell) => Number(cell.trim()));
    expect(files, row).toBe(200);
    expect(read! + refused! + limited!, row).toBe(200);
    expect(refused, row).toBeGreaterThan(0);
    // Some damage leaves a sound file; not to a checkpoint, which states its SHA-256.
    if (!row.startsWith("| checkpoint")) expect(read, row).toBeGreaterThan(0);
    expect(findings, row).toBe(0);
  }
});

test("an unknown reader is refused", { timeout: 60_000 }, () => {
  expect(run("--reader", "docx", "--count", "1").stderr).toMatch(/--reader docx: expected one of csv, /);
});
