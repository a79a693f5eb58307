/** What rules changed, in one sentence. */
import type { RuleEffect } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";

/** A share in per cent that is 0 or 100 only where it is that exactly. */
export const shareText = (share: number): string => {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value < 100 && value > 99.9) return "> 99.9 %";
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} %`;
};

/** How many samples broke rules as they were drawn, and do now. @param samples what they are called: rows */
export const effectSentence = ({ before, after }: RuleEffect, samples: string): string => {
  const count = before.rules.length;
  const all = `${grouped(before.rows)} ${samples}`;
  if (before.broken === 0) return `all ${all} keep ${count === 1 ? "the rule" : `${count} rules`} as they were drawn`;
  const one = count === 1 ? "the rule" : `one of ${count} rules`;
  const now =
    after.broken === 0
      ? `none breaks ${count === 1 ? "it" : "one"} now`
      : `${grouped(after.broken)} still do, as cells that were given contradict a rule`;
  return `${shareText(before.share)} of ${all} broke ${one} as they were drawn; they were moved to keep ${count === 1 ? "it" : "them"}, and ${now}`;
};
