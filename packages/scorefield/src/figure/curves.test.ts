import { expect, test } from "vitest";
import { curvesFigure } from "./curves.ts";
import { FigureError } from "./errors.ts";

const points = [1, 10, 100].map((x) => ({ x, y: 1 / x, error: 0.1 / x }));

test("plots with error bars, legend and logarithmic axes", () => {
  const svg = curvesFigure([
    {
      title: "Loss",
      x: { label: "noise", log: true },
      y: { label: "loss", log: true },
      curves: [
        { name: "found", colour: "#123456", points },
        { name: "expected", colour: "#654321", points, dashed: true },
      ],
    },
    {
      title: "Linear",
      x: { label: "n" },
      y: { label: "v", domain: [0, 1] },
      curves: [{ name: "a", colour: "#111111", points }],
    },
  ]);
  expect(svg.match(/<circle/g)).toHaveLength(6);
  expect(svg).toContain("stroke-dasharray");
  for (const text of ["Loss", "noise", "found", "expected (dashed)", "Linear"])
    expect(svg).toContain(`aria-label="${text}"`);
  // A single curve needs no legend.
  expect(svg).not.toContain('aria-label="a"');
});

test("an axis of numbers of things has whole ticks", () => {
  const y = { label: "number", log: true, domain: [0.9, 3.5] as const, whole: true };
  const svg = curvesFigure([{ title: "t", x: { label: "x" }, y, curves: [{ name: "", colour: "#111111", points }] }]);
  for (const tick of ["1", "2", "3"]) expect(svg).toContain(`aria-label="${tick}"`);
  expect(svg).not.toContain('aria-label="1.5"');
});

test("what cannot be drawn on a logarithmic axis is left out, and nothing at all is refused", () => {
  const plot = (y: number[]) => ({
    title: "t",
    x: { label: "x" },
    y: { label: "y", log: true },
    curves: [{ name: "a", colour: "#111111", points: y.map((v, x) => ({ x, y: v })) }],
  });
  expect(curvesFigure([plot([1, 0, 2])]).match(/<circle/g)).toHaveLength(2);
  expect(() => curvesFigure([plot([0, -1])])).toThrow(FigureError);
});
