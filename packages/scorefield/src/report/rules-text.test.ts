import type { RuleEffect } from "@scorefield/domain";
import { describe, expect, test } from "vitest";
import { effectSentence, shareText } from "../assess/rule-effect.ts";
import { effectText, learntText } from "./rules-text.ts";

const linear = (text: string, names: readonly string[]) =>
  ({
    kind: "linear",
    coefficients: Object.fromEntries(names.map((name, k) => [name, 1 - 2 * k])),
    relation: "<=",
    constant: 0,
    text,
  }) as const;
const rules = [linear("start <= end", ["start", "end"]), linear("low <= high", ["low", "high"])];
const scales = { deviations: {}, ranges: {}, spikes: {} };
const counted = (...broken: readonly [number, number]) => ({
  rows: 1_000,
  broken: Math.max(...broken),
  share: Math.max(...broken) / 1_000,
  rules: rules.map(({ text }, k) => ({
    text,
    rows: 1_000,
    broken: broken[k]!,
    share: broken[k]! / 1_000,
    largest: broken[k] === 0 ? 0 : [3 * 864e5, 0.5][k]!,
  })),
});
const remarks = { settings: { kind: "file" }, remarks: [] };

describe("rules as text", () => {
  test("found ones are offered with how to have them kept", () => {
    expect(learntText({ found: rules.map(({ text }) => text), ...remarks })).toBe(
      [
        "2 rules found that hold in every training row, and that samples may break:",
        "  start <= end",
        "  low <= high",
        "Have samples keep them with --rule found, or one with --rule 'start <= end'",
      ].join("\n"),
    );
    expect(learntText({ found: [], ...remarks })).toBe("");
    const many = learntText({ found: Array.from({ length: 25 }, (_, k) => `a${k} <= b`), ...remarks });
    expect(many).toMatch(/^25 rules[\s\S]*a19 <= b\n {2}and 5 more, all of them with --json\n/);
  });

  test("kept ones say which training rows break them", () => {
    const found = ["low <= high"];
    const text = learntText({ found, kept: { rules: [rules[0]!], scales }, violations: counted(12, 0), ...remarks });
    expect(text.split("\n")).toEqual([
      "samples will keep 1 rule:",
      "  start <= end (training rows break it: 12 of 1,000, 1.2 %)",
      "1 more rule found that holds in every training row, and that samples may break:",
      "  low <= high",
      "Have samples keep them with --rule found, or one with --rule 'low <= high'",
    ]);
  });

  test("what they changed, by how much in units of the columns", () => {
    const effect: RuleEffect = { before: counted(400, 20), after: counted(0, 0) };
    expect(effectSentence(effect, "rows")).toBe(
      "40 % of 1,000 rows broke one of 2 rules as they were drawn; they were moved to keep them, and none breaks one now",
    );
    const table = [{ name: "start", kind: "date", missing: false } as const];
    expect(effectText(effect, rules, table)).toBe(
      [
        "rule          broken before  by at most  after",
        "------------  -------------  ----------  -----",
        "start <= end           40 %      3 days    0 %",
        "low <= high             2 %         0.5    0 %",
      ].join("\n"),
    );
    const kept = { before: counted(0, 0), after: counted(0, 0) };
    expect(effectSentence(kept, "rows")).toBe("all 1,000 rows keep 2 rules as they were drawn");
    expect(effectText(kept, rules)).toBe("");
    expect(effectSentence({ before: counted(3, 0), after: counted(1, 0) }, "rows")).toMatch(/1 still do, as cells/);
  });

  test("shares are 0 and 100 % only where they are", () => {
    expect([0, 1e-5, 0.0123, 0.5, 0.9999, 1].map(shareText)).toEqual([
      "0 %",
      "< 0.1 %",
      "1.2 %",
      "50 %",
      "> 99.9 %",
      "100 %",
    ]);
  });
});
