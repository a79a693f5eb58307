import { expect, test } from "vitest";
import { type TerminalCurve, terminalPlot } from "./terminal-plot.ts";

const curve = (points: TerminalCurve["points"], mark?: string): TerminalCurve => ({
  name: mark ? "marks" : "line",
  colour: "cyan",
  points,
  ...(mark && { mark }),
});
const steps = (heightOf: (x: number) => number) =>
  Array.from({ length: 50 }, (_, i) => ({ x: 20 * (i + 1), y: heightOf(20 * (i + 1)) }));

/** Rows, from the top, in which something is drawn, by column. */
const heights = (text: string): number[] => {
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line));
  const cells = rows.map((line) => [...line.slice(line.search(/[┤│]/) + 1)]);
  const width = Math.max(...cells.map((row) => row.length));
  return Array.from({ length: width }, (_, c) => cells.findIndex((row) => (row[c] ?? " ") !== " ")).filter(
    (r) => r >= 0,
  );
};

test.each([40, 80, 200])("it fits %d columns; a falling loss falls from the top row to the last", (width) => {
  const text = terminalPlot([curve(steps((x) => 100 / x))], { width, height: 10, xLabel: "steps" });
  for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
  const rows = heights(text);
  expect(rows[0]).toBe(0);
  expect(rows.at(-1)).toBe(9);
  expect(rows).toEqual([...rows].sort((a, b) => a - b));
  expect(text).toMatch(/^ *5 ┤/m);
  expect(text).toMatch(/^ *0\.1 ┤/m);
  expect(text).toMatch(/0 +steps +1,000\n/);
});

test("values not all positive are on a linear axis, with the minus sign of people", () => {
  const text = terminalPlot([curve(steps((x) => x / 500 - 1))], { width: 60, height: 5, xLabel: "steps" });
  expect(text).toMatch(/^ *1 ┤/m);
  expect(text).toMatch(/^ *0\.02 ┤/m);
  expect(text).toMatch(/^\u22120\.96 ┤/m);
  const rows = heights(text);
  expect(rows[0]).toBe(4);
  expect(rows.at(-1)).toBe(0);
});

test("marks stand where their points are, over the line", () => {
  const line = curve(steps(() => 2));
  const marks = curve(
    [
      { x: 500, y: 1 },
      { x: 1000, y: 4 },
    ],
    "o",
  );
  const text = terminalPlot([line, marks], { width: 60, height: 5, xLabel: "steps" });
  const rows = text.split("\n");
  expect(rows[0]!.endsWith("o")).toBe(true);
  expect(rows[4]).toContain("o");
  expect(Math.abs(rows[4]!.indexOf("o") - (rows[0]!.indexOf("o") + rows[0]!.indexOf("┤")) / 2)).toBeLessThan(2);
  expect(rows.at(-1)).toMatch(/line {3}o marks/);
});

test("a single point, and a loss that does not move", () => {
  const one = terminalPlot([curve([{ x: 5, y: 0.3 }])], { width: 30, height: 4, xLabel: "steps" });
  expect(one).toContain("0.3 ┤");
  expect(heights(one).length).toBeGreaterThan(0);
});
