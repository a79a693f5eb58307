import * as Plot from "@observablehq/plot";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { FigureError } from "./errors.ts";
import { page, palette, plot } from "./plot.ts";
import { rasterise } from "./rasterise.ts";
import { divergingColour } from "./theme.ts";

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

describe("dark ground", () => {
  const svg = page({
    width: 100,
    height: 100,
    panels: [
      { left: 0, top: 0, options: { ...dots, marks: [Plot.dot([[1, 2]], { fill: palette.data }), Plot.frame()] } },
    ],
    labels: [{ x: 5, y: 20, text: "a", fill: palette.muted }],
  });
  it("has a rule for each colour of the figure that has a dark one, and for none else", () => {
    const [, rules] = /<style>(.*?)<\/style>/.exec(svg)!;
    expect(rules).toMatch(/^@media screen and \(prefers-color-scheme:dark\)/);
    for (const [name, colour] of [
      ["fill", palette.ground],
      ["fill", palette.data],
      ["fill", palette.muted],
      ["color", palette.ink],
    ])
      expect(rules).toContain(`[${name}="${colour}"]{${name}:#`);
    expect(rules).not.toContain(palette.sample);
    expect(rules).not.toContain(`stroke="${palette.data}"`);
  });
  it("does not reach pictures in pixels", async () => {
    const { data } = await sharp(await rasterise(svg, { scale: 1 }))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });
  it("keeps shades of both signs apart, around the ground", () => {
    expect([-0.01, 0, 0.01].map(divergingColour)).toEqual([palette.ground, palette.ground, palette.ground]);
    expect([-1, 1, 5].map(divergingColour)).toEqual([palette.sample, palette.data, palette.data]);
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
