/** Tables of text, for terminals. */
import { paint, terminalWidth } from "./terminal.ts";
import { wrapText } from "./wrap-text.ts";

const gap = "  ";
/** What a name needs to stay readable when it is broken into lines. */
const leastName = 12;
const narrowestName = 8;

const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);

interface Block {
  /** Positions of its columns, the first of all among them. */
  readonly columns: readonly number[];
  readonly widths: readonly number[];
}

/** Columns in blocks that fit a width; each begins with the first column, and no number is cut. */
const blocksFor = (rows: readonly (readonly string[])[], width: number): Block[] => {
  const [head = []] = rows;
  const natural = head.map((_, j) => longest(rows.map((row) => row[j]!)));
  const least = head.map((text, j) => Math.max(longest(text.split(" ")), longest(rows.slice(1).map((row) => row[j]!))));
  const sum = (columns: readonly number[], widths: readonly number[]) =>
    columns.reduce((total, j) => total + gap.length + widths[j]!, 0);
  const all = [...head.keys()].slice(1);
  if (natural[0]! + sum(all, natural) <= width) return [{ columns: [0, ...all], widths: natural }];
  const groups: number[][] = [];
  for (const j of all) {
    const last = groups.at(-1);
    if (last && Math.min(natural[0]!, leastName) + sum([...last, j], least) <= width) last.push(j);
    else groups.push([j]);
  }
  return (groups.length > 0 ? groups : [[]]).map((group) => {
    const name = Math.min(natural[0]!, Math.max(narrowestName, width - sum(group, least)));
    let spare = width - name - sum(group, least);
    const widths = group.map((j) => {
      const more = Math.max(0, Math.min(spare, natural[j]! - least[j]!));
      spare -= more;
      return least[j]! + more;
    });
    return { columns: [0, ...group], widths: [name, ...widths] };
  });
};

const align = (text: string, width: number, j: number): string => (j === 0 ? text.padEnd(width) : text.padStart(width));

const blockText = (rows: readonly (readonly string[])[], { columns, widths }: Block): string => {
  const [head = [], ...body] = rows.map((row) => columns.map((j) => row[j]!));
  const heads = head.map((text, j) => wrapText(text, widths[j]!));
  const height = Math.max(...heads.map((lines) => lines.length));
  const headLine = (i: number) =>
    heads.map((lines, j) => align(lines[lines.length - height + i] ?? "", widths[j]!, j)).join(gap);
  const rule = widths.map((width) => "-".repeat(width)).join(gap);
  const bodyLines = body.flatMap(([name = "", ...cells]) => {
    const [first = "", ...more] = wrapText(name, widths[0]!);
    const line = [first, ...cells].map((cell, j) => align(cell, widths[j]!, j)).join(gap);
    return [line, ...more];
  });
  return [
    ...Array.from({ length: height }, (_, i) => paint("bold", headLine(i))),
    paint("dim", rule),
    ...bodyLines,
  ].join("\n");
};

/**
 * Rows in aligned columns: the first to the left, all others to the right, two spaces between. Where they are wider than
 * the terminal, heads and names are broken into lines, and then columns follow in further blocks, each beside the
 * names. Numbers are never cut.
 * @param rows of equal length; the first is the head, and is underlined
 * @param options `width` to fit, default the terminal's width; elsewhere there is no limit
 */
export const textTable = (
  rows: readonly (readonly string[])[],
  { width = terminalWidth() ?? Number.POSITIVE_INFINITY }: { readonly width?: number } = {},
): string =>
  blocksFor(rows, width)
    .map((block) => blockText(rows, block))
    .join("\n\n");
