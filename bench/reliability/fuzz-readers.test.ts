import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test("damaged files of every reader are read or refused with a typed error, in bounded time and memory", {
  timeout: 180_000,
}, () => {
  const { code, output } = campaign("fuzz-readers.ts", "--count", "200", "--processes", "1", "--seed", "7");
  expect(code, output).toBe(0);
  const rows = output.split("\n").filter((line) => /^\| [a-z]/.test(line) && !line.startsWith("| reader"));
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
  expect(campaign("fuzz-readers.ts", "--reader", "docx", "--count", "1").output).toMatch(
    /--reader docx: expected one of csv, /,
  );
});
