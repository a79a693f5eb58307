import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test("of processes that race for a lock one holds it at a time", () => {
  const { code, output } = campaign("lock-races.ts", "--rounds", "12", "--processes", "4");
  expect(code, output).toBe(0);
  for (const name of ["a fresh lock", "a lock left behind", "given back while others wait"])
    expect(output).toContain(`| ${name} | 12 | 0 | 0 |`);
}, 120_000);
