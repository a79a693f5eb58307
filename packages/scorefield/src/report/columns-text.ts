/** The columns of data as a table of text, for people to check before they train. */
import type { ColumnReport, ColumnSeen } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";
import { terminalWidth } from "./terminal.ts";
import { wrapText } from "./wrap-text.ts";

const kindNames: Readonly<Record<string, string>> = {
  number: "number",
  whole: "whole number",
  ordered: "ordered levels",
  category: "category",
  "yes-no": "yes or no",
  date: "date",
  constant: "always the same",
};

/** A share in per cent, in few digits: 0.4 %, 12 %. */
const percent = (share: number): string => {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  return `${value < 10 && value > 0 ? Number(value.toFixed(1)) : Math.round(value)} %`;
};

const shown = (text: string, most = 28): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** What was seen of a column, in words. */
const seenText = ({ kind, least = "", most = "", levels = 0, common = [] }: ColumnSeen): string => {
  if (kind === "constant") return common[0]?.level ?? least;
  if (common.length === 0) return `${shown(least)} to ${shown(most)}`;
  const named = common.map(({ level, share }) => `${shown(level)} (${percent(share)})`).join(", ");
  if (levels <= common.length) return named;
  return kind === "ordered"
    ? `${levels} levels, ${shown(least)} to ${shown(most)}; mostly ${named}`
    : `${levels} levels; ${named}, …`;
};

const gap = "  ";

/** How columns are shown. */
export interface ColumnsTextOptions {
  readonly width?: number;
  readonly stream?: NodeJS.WriteStream;
}

/**
 * A line for each column: its name, kind, the share of missing cells and what was seen. Then what is left out, and why.
 * @param options `width` to fit, default the width of the terminal that `stream` is, else 100
 */
export const columnsText = (
  { columns, leftOut }: ColumnReport,
  { stream = process.stdout, width = terminalWidth(stream) ?? 100 }: ColumnsTextOptions = {},
): string => {
  const rows = columns.map((column) => [
    shown(column.name, 30),
    kindNames[column.kind] ?? column.kind,
    column.missing > 0 ? percent(column.missing) : "",
    seenText(column),
  ]);
  const head = ["column", "kind", "missing", "what is in it"];
  const widths = [0, 1, 2].map((j) => Math.max(head[j]!.length, ...rows.map((row) => row[j]!.length)));
  const before = widths.reduce((sum, own) => sum + own + gap.length, 0);
  const room = Math.max(24, width - before);
  const line = ([name = "", kind = "", missing = "", seen = ""]: readonly string[]): string[] => {
    const [first = "", ...more] = wrapText(seen, room);
    const cells = [name.padEnd(widths[0]!), kind.padEnd(widths[1]!), missing.padStart(widths[2]!), first];
    return [cells.join(gap).trimEnd(), ...more.map((text) => `${" ".repeat(before)}${text}`)];
  };
  return [
    line(head)[0]!,
    [...widths, Math.min(room, Math.max(head[3]!.length, ...rows.map((row) => row[3]!.length)))]
      .map((own) => "-".repeat(own))
      .join(gap),
    ...rows.flatMap(line),
    ...leftOut.map(({ name, why }) => `left out: ${name} (${why})`),
  ].join("\n");
};

/** How a person changes what was found. */
export const columnsAdvice = ({ columns, rows }: ColumnReport): string => {
  const other: Readonly<Record<string, string>> = {
    ordered: "category",
    whole: "category",
    category: "leave-out",
    number: "leave-out",
  };
  const doubtful =
    columns.find(({ kind }) => kind === "ordered") ??
    columns.find(({ kind }) => kind === "whole") ??
    columns.find(({ kind }) => kind in other);
  const example = doubtful ? `"${doubtful.name}=${other[doubtful.kind]}"` : "<column>=<kind>";
  return `${grouped(rows)} row${rows === 1 ? "" : "s"}. If a kind is wrong, say so: --kinds ${example} (number, whole, ordered, category, yes-no, date, day-first, month-first, leave-out)`;
};
