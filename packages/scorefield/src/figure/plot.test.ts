import * as Plot from "@observablehq/plot";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { FigureError } from "./errors.ts";
import { page, plot } from "./plot.ts";
import { rasterise } from "./rasterise.ts";

const dots = {
  width: 200,
  height: 100,
  marks: [
    Plot.dot([
      [1, 2],
      [2.71234567, 4],
    ]),
  ],
};

describe("plot", () => {
  it("is a whole SVG document with coordinates to a hundredth of a px", () => {
    const svg = plot(dots, "two dots");
    expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('aria-label="two dots"');
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).not.toMatch(/ c[xy]="\d+\.\d{3}/);
  });
  it("refuses coordinates that are not finite", () => {
    const broken = Plot.dot([1], { x: () => 1, dx: Number.NaN });
    expect(() =>
      page({ width: 100, height: 100, panels: [{ left: Number.NaN, top: 0, options: { marks: [broken] } }] }),
    ).toThrow(FigureError);
  });
});

describe("rasterise", () => {
  it.each([1, 2, 1.5])("multiplies the size by %s", async (scale) => {
    const { width, height } = await sharp(await rasterise(plot(dots), { scale })).metadata();
    expect([width, height]).toEqual([200 * scale, 100 * scale]);
  });
  it("refuses what is no SVG", async () => {
    await expect(rasterise("<svg")).rejects.toThrow(FigureError);
  });
});
