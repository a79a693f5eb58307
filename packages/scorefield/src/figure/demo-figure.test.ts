import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type FieldFigure, fieldFigure } from "./demo-figure.ts";
import { FigureError } from "./errors.ts";
import { rasterise } from "./rasterise.ts";

// A truth to draw: the mixture of two round Gaussians at (-1.5, 0) and (1.5, 0).
const centre = 1.5;
const deviation = 0.6;

/** Log-density in nats up to a constant, and the score, of the mixture with equal weights. */
const mixture = (x: number, y: number): { logDensity: number; score: [number, number] } => {
  const v = deviation ** 2;
  const left = -((x + centre) ** 2 + y * y) / (2 * v);
  const right = -((x - centre) ** 2 + y * y) / (2 * v);
  const most = Math.max(left, right);
  const logDensity = most + Math.log((Math.exp(left - most) + Math.exp(right - most)) / 2);
  const share = Math.exp(right - most) / (Math.exp(left - most) + Math.exp(right - most));
  return { logDensity, score: [((2 * share - 1) * centre - x) / v, -y / v] };
};

/** A regular axis. */
const axis = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** Points on a sunflower spiral about both centres, shape [n, 2]; no randomness. */
const points = (n: number, turn = 0): NdArray<"float32"> => {
  const data = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - (i + 0.5) / n));
    const angle = i * 2.399963 + turn;
    data[2 * i] = (i % 2 ? centre : -centre) + radius * Math.cos(angle);
    data[2 * i + 1] = radius * Math.sin(angle);
  }
  return ndarray(data, [n, 2]);
};

const x = axis(-4, 4, 81);
const y = axis(-3, 3, 61);
const logDensity = y.flatMap((b) => x.map((a) => mixture(a, b).logDensity));
const score = ndarray(Float32Array.from(y.flatMap((b) => x.flatMap((a) => mixture(a, b).score))), [61, 81, 2]);
const losses = Array.from({ length: 400 }, (_, i) => ({
  step: i + 1,
  loss: 1 / (1 + i / 20) + 0.1 * Math.sin(i) ** 2,
}));
const figure: FieldFigure = {
  data: points(500),
  samples: points(400, 1),
  density: { x, y, logDensity },
  field: { x, y, score },
  losses,
};

const parts = (svg: string) => svg.split('class="panel"').slice(1);
const numbers = (text: string | undefined) => (text?.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

describe("fieldFigure", () => {
  const svg = fieldFigure({ ...figure, title: "Two Gaussians" });
  const [data, samples, field, loss] = parts(svg) as [string, string, string, string];

  it("draws four panels with every point, contours, arrows and the loss", () => {
    expect(parts(svg)).toHaveLength(4);
    expect(data.match(/<circle/g)).toHaveLength(500);
    expect(samples.match(/<circle/g)).toHaveLength(400);
    expect(field).toContain('aria-label="contour"');
    expect(field.match(/<path[^>]*rotate/g)!.length).toBeGreaterThan(200);
    expect(loss.match(/aria-label="line"/g)).toHaveLength(2);
    for (const label of [
      "Two Gaussians",
      "a  Data",
      "b  Samples",
      "c  Score field",
      "d  Training loss",
      "training step",
      "loss",
      "−2",
    ])
      expect(svg).toContain(`aria-label="${label}"`);
  });

  it("keeps one scale for both axes", () => {
    // Ticks 0 and 2 of each axis are equally far apart in px.
    const tick = (axisName: string, label: string) => {
      const group = data.split(`aria-label="${axisName}-axis tick label"`)[1]!.split("</g>")[0]!;
      const element = group.match(/<path[^>]*>/g)!.find((path) => path.includes(`aria-label="${label}"`))!;
      return numbers(/transform="translate\(([^)]*)\)/.exec(element)![1])[axisName === "x" ? 0 : 1]!;
    };
    expect(tick("x", "2") - tick("x", "0")).toBeCloseTo(tick("y", "0") - tick("y", "2"), 1);
  });

  it("points arrows along the score", () => {
    // At the far left the score of the mixture points right: 90 degrees clockwise from up.
    const arrows = [...field.matchAll(/transform="translate\(([\d.]+),([\d.]+)\) rotate\((-?[\d.]+)\)/g)];
    const leftmost = Math.min(...arrows.map((arrow) => Number(arrow[1])));
    const middle = numbers(/y="([\d.]+)"/.exec(field)?.[1])[0]!;
    expect(middle).toBeGreaterThan(0);
    const column = arrows.filter((arrow) => Number(arrow[1]) === leftmost).map((arrow) => Number(arrow[3]));
    for (const angle of column) expect(angle).toBeGreaterThan(0);
    expect(Math.min(...column.map((angle) => Math.abs(angle - 90)))).toBeLessThan(6);
    // Upper arrows point down, lower ones up, by symmetry.
    expect(Math.max(...column) - 90).toBeCloseTo(90 - Math.min(...column), 0);
  });

  it("has finite coordinates only and needs no font", () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<text/);
  });

  it("renders to a PNG of twice the size that is not blank", async () => {
    const [, , width, height] = numbers(/viewBox="([^"]*)"/.exec(svg)![1]);
    const png = await rasterise(svg);
    const { info, data: pixels } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(width).toBe(1200);
    expect([info.width, info.height]).toEqual([2400, Math.round(height! * 2)]);
    // Each quarter of the picture holds ink, and paper too.
    for (let quarter = 0; quarter < 4; quarter++) {
      let ink = 0;
      for (let row = 0; row < info.height; row++)
        for (let column = quarter * 600; column < (quarter + 1) * 600; column++)
          ink += pixels[(row * info.width + column) * 3]! < 200 ? 1 : 0;
      expect(ink / (600 * info.height)).toBeGreaterThan(0.01);
      expect(ink / (600 * info.height)).toBeLessThan(0.6);
    }
  });

  it("takes a region without density and a coarse arrow grid", () => {
    const holes = logDensity.map((value, i) => (i % 81 < 10 ? -Infinity : value));
    const coarse = ndarray(new Float32Array(5 * 7 * 2).fill(1), [5, 7, 2]);
    const drawn = fieldFigure({
      ...figure,
      density: { x, y, logDensity: holes },
      field: { x: axis(-3, 3, 7), y: axis(-2, 2, 5), score: coarse },
    });
    expect(drawn).not.toMatch(/NaN|Infinity/);
    expect(parts(drawn)[2]!.match(/<path[^>]*rotate/g)).toHaveLength(35);
  });

  it("names what it cannot draw", () => {
    expect(() => fieldFigure({ ...figure, data: ndarray(new Float32Array(9), [3, 3]) })).toThrow(ShapeError);
    expect(() => fieldFigure({ ...figure, density: { x, y, logDensity: [1, 2] } })).toThrow(
      /61 x 81 log-densities.*found 2/,
    );
    expect(() => fieldFigure({ ...figure, field: { x, y, score: points(3) } })).toThrow(/\[61,81,2\], found \[3,2\]/);
    const lost = ndarray(new Float32Array([0, 0, 1, Number.NaN]), [2, 2]);
    expect(() => fieldFigure({ ...figure, samples: lost })).toThrow(/samples: .*NaN in row 1, column 1/);
    expect(() => fieldFigure({ ...figure, density: { x, y, logDensity: logDensity.map(() => Number.NaN) } })).toThrow(
      FigureError,
    );
    expect(() => fieldFigure({ ...figure, losses: [] })).toThrow(FigureError);
  });
});
