/** Parts of a guide page that scripts write: between `<!-- NAME -->` and `<!-- /NAME -->`. */
import { readFileSync, writeFileSync } from "node:fs";

export { minus } from "../../packages/scorefield/src/figure/minus.ts";

/** A Markdown table, its columns as wide as their longest cell; numbers to the right. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((name, j) => Math.max(3, name.length, ...rows.map((row) => row[j]!.length)));
  const numeric = head.map((_, j) => j > 0 && rows.every((row) => /^[-–−≤\d*]/.test(row[j]!)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, j) => (numeric[j] ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, j) => (numeric[j] ? `${"-".repeat(width - 1)}:` : "-".repeat(width))).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
};

/**
 * Replaces a part of a page in docs/.
 * @throws Error where the page has no such part
 */
export const writeSection = (page: string, name: string, text: string): void => {
  const file = new URL(`../${page}`, import.meta.url);
  const content = readFileSync(file, "utf8");
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [content.indexOf(open), content.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/${page}: expected ${open} and then ${close}`);
  writeFileSync(file, `${content.slice(0, from)}${open}\n\n${text}\n\n${content.slice(to)}`);
};

/** Writes an SVG to docs/images/. */
export const writeImage = (name: string, svg: string): void => {
  writeFileSync(new URL(`../images/${name}`, import.meta.url), svg);
};
