/** Curves in a terminal: dots of braille characters, eight to a character, with axes. */
import { grouped } from "../figure/grouped.ts";
import { shortNumber } from "./number-text.ts";
import { paint } from "./terminal.ts";

/** A curve, or marks that stand alone. */
export interface TerminalCurve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly colour: "cyan" | "yellow";
  /** A character that marks each point, in place of a line. */
  readonly mark?: string;
}

/** Bits of the dots of a braille character, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The line's height at a place between its points. */
const heightAt = (points: TerminalCurve["points"], x: number): number => {
  const after = points.findIndex((point) => point.x >= x);
  if (after <= 0) return points.at(after)!.y;
  const [a, b] = [points[after - 1]!, points[after]!];
  return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
};

/** Steps in few characters: 500, 20k, 1.5M. */
const shortCount = (count: number): string =>
  count >= 1e6
    ? `${+(count / 1e6).toPrecision(3)}M`
    : count >= 1e4
      ? `${+(count / 1e3).toPrecision(3)}k`
      : grouped(count);

/**
 * A plot of curves against a common axis from 0, logarithmic upwards where all values are positive.
 * @param curves each with at least one point, in ascending order of x, all finite; later ones are drawn over earlier ones
 * @param options `width` and `height` of the whole in characters, at least 24 and 4
 */
export const terminalPlot = (
  curves: readonly TerminalCurve[],
  { width, height, xLabel }: { readonly width: number; readonly height: number; readonly xLabel: string },
): string => {
  const all = curves.flatMap(({ points }) => points);
  const log = all.every(({ y }) => y > 0);
  const toHeight = (y: number): number => (log ? Math.log(y) : y);
  const heights = all.map(({ y }) => toHeight(y));
  const [low, high] = [heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b))];
  const room = high - low || Math.abs(high) || 1;
  const most = all.reduce((a, { x }) => Math.max(a, x), 1);
  const value = (share: number): string =>
    shortNumber(log ? Math.exp(low + share * (high - low)) : low + share * (high - low));
  const labels = high > low ? [value(1), value(0.5), value(0)] : ["", value(0), ""];
  const margin = Math.max(...labels.map((label) => label.length)) + 1;
  const columns = Math.max(8, width - margin - 1);
  const row = (y: number, rows: number): number =>
    Math.round((1 - (high > low ? (toHeight(y) - low) / room : 0.5)) * (rows - 1));
  const cells = Array.from({ length: height }, () => Array.from({ length: columns }, () => " "));
  for (const { points, colour, mark } of curves) {
    if (mark !== undefined) {
      for (const { x, y } of points)
        cells[row(y, height)]![Math.round((x / most) * (columns - 1))] = paint(colour, mark);
      continue;
    }
    const bits = cells.map((line) => line.map(() => 0));
    let before: number | undefined;
    for (let i = 0; i < 2 * columns; i++) {
      const x = ((i + 0.5) / (2 * columns)) * most;
      // A course that began later, or is not yet there.
      if (x < points[0]!.x - most / columns || x > points.at(-1)!.x + most / columns) continue;
      const at = row(heightAt(points, x), 4 * height);
      const from = before === undefined ? at : Math.min(at, before + Math.sign(at - before));
      const to = before === undefined ? at : Math.max(at, before + Math.sign(at - before));
      for (let dot = from; dot <= to; dot++) bits[dot >> 2]![i >> 1]! |= dots[dot & 3]![(i & 1) as 0 | 1];
      before = at;
    }
    for (const [r, line] of bits.entries())
      for (const [c, bit] of line.entries()) if (bit) cells[r]![c] = paint(colour, String.fromCodePoint(0x2800 + bit));
  }
  const labelAt = new Map([
    [0, labels[0]],
    [height >> 1, labels[1]],
    [height - 1, labels[2]],
  ]);
  const lines = cells.map((line, r) => {
    const label = labelAt.get(r);
    return `${(label ?? "").padStart(margin - 1)} ${label ? "┤" : "│"}${line.join("")}`.trimEnd();
  });
  const end = shortCount(most);
  const foot = `0${xLabel.padStart((columns + xLabel.length) >> 1).slice(1)}`
    .slice(0, columns - end.length)
    .padEnd(columns - end.length);
  const named = curves.map((curve) => ({ ...curve, mark: curve.mark ?? "\u2812\u2812" }));
  const together = named.reduce((sum, { name, mark }) => sum + mark.length + name.length + 4, -3) <= columns;
  const entries = named.map(({ name, colour, mark }) => `${paint(colour, mark)} ${name}`);
  const legend = together ? [entries.join("   ")] : entries;
  return [
    ...lines,
    `${" ".repeat(margin)}└${"─".repeat(columns)}`,
    `${" ".repeat(margin + 1)}${foot}${end}`,
    ...legend.map((entry) => `${" ".repeat(margin + 1)}${entry}`),
  ].join("\n");
};
