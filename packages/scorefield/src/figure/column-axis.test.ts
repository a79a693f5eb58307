import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { columnAxis } from "./column-axis.ts";
import { FigureError } from "./errors.ts";
import { tableFigure } from "./scatter-figure.ts";

test("levels stand side by side, each with a bar and its name", () => {
  const axis = columnAxis([0, 1, 1, 2], { levels: ["a", "b", "a long name"] });
  expect(axis.bars([0, 1, 1, 2]).map(({ count }) => count)).toEqual([1, 2, 1]);
  expect(axis.ticks(3)).toEqual([0, 1, 2]);
  expect([0, 1, 2].map(axis.tickFormat)).toEqual(["a", "b", "a long …"]);
  for (let row = 0; row < 50; row++) expect(Math.abs(axis.place(1, row, "up") - 1)).toBeLessThan(0.301);
});

test("of many levels a few are named, the first and the last among them", () => {
  const levels = Array.from({ length: 200 }, (_, k) => `k${k}`);
  const ticks = columnAxis([0], { levels }).ticks(3) as readonly number[];
  expect([ticks[0], ticks.at(-1), ticks.length]).toEqual([0, 199, 4]);
});

test("dates are named as far as their range needs it", () => {
  const day = 86_400_000;
  const name = (days: number) => columnAxis([0, days * day], { isDate: true }).tickFormat(day);
  expect([name(5000), name(100), name(2)]).toEqual(["1970-01", "70-01-02", "01-02 00:00"]);
});

test("a table with missing cells is drawn without them; elsewhere they are an error", () => {
  const values = ndarray(Float64Array.of(1, 0, Number.NaN, 1, 3, Number.NaN), [3, 2]);
  const figure = tableFigure(values, { columns: ["x", "y"], levels: [undefined, ["p", "q"]], missing: true });
  expect(figure).toContain('aria-label="p"');
  expect(() => tableFigure(values)).toThrow(FigureError);
  const nothing = ndarray(Float64Array.of(Number.NaN, Number.NaN), [2, 1]);
  expect(tableFigure(nothing, { missing: true })).toContain("<svg");
});
