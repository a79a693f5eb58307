import type { Calibration } from "@scorefield/inverse";
import { expect, test } from "vitest";
import { calibrationReport } from "./calibration-report.ts";
import { calibrationVerdict, rankLine, verdictSentence } from "./calibration-text.ts";

const found = (share: number, pValue = 0.4): Calibration => ({
  method: { kind: "mmps" },
  problems: 100,
  draws: 19,
  statistics: ["direction 1", "misfit"].map((name) => ({
    name,
    ranks: Int32Array.from({ length: 100 }, (_, i) => i % 20),
    chiSquare: 1,
    bins: 10,
    pValue,
    coverage: share,
  })),
  pValue,
  coverage: { expected: 0.9, found: share, standardError: 0.03 },
  evaluations: 99,
});

test.each([
  [
    found(0.7),
    "narrow",
    /^Intervals are too narrow: 90.0 % intervals hold the truth in 70.0 % of cases \(standard error 3.0 %\)/,
  ],
  [found(0.98), "wide", /^Intervals are too wide/],
  [
    found(0.9, 0.0001),
    "uneven",
    /^Ranks are uneven, though .*: draws lean to one side along direction 1, or some are far off.* in 0.01 % of cases/,
  ],
  [found(0.87), "right", /^Nothing speaks against the intervals.*100 problems cannot see an error below 6.0 %/],
])("a verdict, and what it means", (calibration, verdict, sentence) => {
  expect(calibrationVerdict(calibration)).toBe(verdict);
  expect(verdictSentence(calibration)).toMatch(sentence);
});

test("ranks as a line", () => {
  expect(
    rankLine(
      Array.from({ length: 100 }, (_, i) => i % 10),
      9,
    ),
  ).toBe("▅▅▅▅▅▅▅▅▅▅");
  expect(rankLine(Array(100).fill(0), 9)).toBe("█▁▁▁▁▁▁▁▁▁");
});

test("a page with all of it", () => {
  const page = calibrationReport("runs/x", [["operator", "blur:sigma=1"]], found(0.7));
  expect(page).toContain("Intervals are too narrow");
  expect(page).toContain("blur:sigma=1");
  expect(page.match(/<svg/g)).toHaveLength(2);
});
