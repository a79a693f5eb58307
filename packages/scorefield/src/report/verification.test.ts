import type { CheckResult } from "@scorefield/verify";
import { expect, test } from "vitest";
import { verificationLines, verificationPage, verificationSummary } from "./verification.ts";

const result = (name: string, rest: Partial<CheckResult>): CheckResult => ({
  name,
  group: "order",
  source: "Author 2020, equation 1",
  passed: true,
  seconds: 1,
  index: 1,
  count: 3,
  ...rest,
});

const results = [
  result("method: order 2", {
    finding: { expected: 2, found: 2.034, error: 0.034, unit: "slope", tolerance: 0.15, detail: "s = 1" },
  }),
  result("chance | much", {
    passed: false,
    finding: { expected: 1, found: 1.5, error: 5, unit: "standard errors", tolerance: 4 },
  }),
  result("broken", { group: "unknown group", passed: false, error: new RangeError("too far") }),
];

test("a line for each result, in columns, with its error out of what is allowed", () => {
  const lines = verificationLines(results.map(({ name }) => name));
  const [first, second, third] = results.map(lines.of);
  expect(first).toMatch(/^passed {2}method: order 2 +2 +2\.03 {2}0\.034 of 0\.15 in slope +Author 2020, equation 1$/);
  expect(second).toMatch(/^FAILED {2}chance \| much +1 +1\.5 {2}5 of 4 standard errors +Author/);
  expect(third).toMatch(/^FAILED {2}broken .*RangeError: too far/);
  expect(lines.head!.indexOf("source")).toBe(first!.indexOf("Author"));
});

test("counts and time", () => {
  expect(verificationSummary(results, 12.4)).toBe("2 of 3 checks failed in 12 s");
  expect(verificationSummary(results.slice(0, 1), 0.6)).toBe("1 check passed in 1 s");
});

test("a page with a table for each group", () => {
  const page = verificationPage(results, 3, "scorefield verify --markdown");
  expect(page).toContain("Made by `scorefield verify --markdown`: 2 of 3 checks failed in 3 s.");
  expect(page).toContain("## Samplers: order of convergence\n");
  expect(page).toContain("## unknown group\n");
  expect(page).toContain(
    "| method: order 2 | Author 2020, equation 1 | 2 | 2.03 | s = 1 | 0.034 of 0.15 in slope | passed |",
  );
  // A bar inside a cell would end it.
  expect(page).toContain("| chance \\| much |");
});
