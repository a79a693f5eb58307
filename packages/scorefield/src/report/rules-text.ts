/** Rules of a table as text: which were found, which are kept, and how often samples broke them. */
import type { LearntRules, RuleEffect } from "@scorefield/domain";
import type { KeptRules, TableColumn } from "@scorefield/domain/codec";
import { shareText } from "../assess/rule-effect.ts";
import { grouped } from "../figure/grouped.ts";
import { duration } from "./duration.ts";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";

type TableRule = KeptRules["rules"][number];

const mostListed = 20;

const listed = (texts: readonly string[]): string[] => [
  ...texts.slice(0, mostListed).map((text) => `  ${text}`),
  ...(texts.length > mostListed ? [`  and ${texts.length - mostListed} more, all of them with --json`] : []),
];

const many = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? "" : "s"}`;

/** The same for programs. */
export const rulesResult = ({ found, kept, violations }: LearntRules) => ({
  found,
  kept: kept?.rules ?? [],
  ...(violations && { violations }),
});

/** What rows say of rules, and how to have them kept. @param row what one is called */
export const learntText = ({ found, kept, violations }: LearntRules, row = "training row"): string => {
  const texts = new Set(kept?.rules.map(({ text }) => text));
  const broken = new Map(violations?.rules.map((rule) => [rule.text, rule]));
  const keptLines = [...texts].map((text) => {
    const rule = broken.get(text);
    if (!rule || rule.broken === 0) return text;
    return `${text} (${row}s break it: ${grouped(rule.broken)} of ${grouped(rule.rows)}, ${shareText(rule.share)})`;
  });
  const others = found.filter((text) => !texts.has(text));
  const [first = ""] = others;
  return [
    ...(kept ? [`samples will keep ${many(texts.size, "rule")}:`, ...listed(keptLines)] : []),
    ...(others.length > 0
      ? [
          `${many(others.length, kept ? "more rule" : "rule")} found that ${others.length === 1 ? "holds" : "hold"} in every ${row}, and that samples may break:`,
          ...listed(others),
          `Have samples keep them with --rule found, or one with --rule '${first.replaceAll("'", "'\\''")}'`,
        ]
      : []),
  ].join("\n");
};

/** How far a sum is beyond what a rule allows, in the units of its columns. */
const excessText = (
  largest: number,
  rule: TableRule | undefined,
  table: readonly TableColumn[] | undefined,
): string => {
  if (largest === 0) return "";
  const names = rule?.kind === "linear" ? Object.keys(rule.coefficients) : [];
  if (!table?.some(({ name, kind }) => kind === "date" && names.includes(name))) return shortNumber(largest);
  const days = largest / 86_400_000;
  return days >= 1 ? many(Math.round(days), "day") : duration(largest / 1000);
};

/** The rules that samples broke, each with how often before and after: a table. */
export const effectText = (
  { before, after }: RuleEffect,
  rules: readonly TableRule[] = [],
  table?: readonly TableColumn[],
): string => {
  const rows = before.rules
    .map((rule, k) => ({ ...rule, now: after.rules[k]!.share, rule: rules[k] }))
    .filter(({ broken, now }) => broken > 0 || now > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, mostListed);
  if (rows.length === 0) return "";
  return textTable([
    ["rule", "broken before", "by at most", "after"],
    ...rows.map(({ text, share, largest, now, rule }) => [
      text,
      shareText(share),
      excessText(largest, rule, table),
      shareText(now),
    ]),
  ]);
};
