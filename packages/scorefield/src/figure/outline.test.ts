import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { outline } from "./outline.ts";
import { page } from "./plot.ts";
import { rasterise } from "./rasterise.ts";

const box = (data: string) => {
  const numbers = data.match(/-?\d+(\.\d+)?/g)!.map(Number);
  const xs = numbers.filter((_, i) => i % 2 === 0);
  const ys = numbers.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
};

describe("outline", () => {
  it("stands on the baseline, as wide as its advance", () => {
    const drawn = outline("HE", 100)!;
    const { left, right, top, bottom } = box(drawn.path(10, 200));
    expect(bottom).toBeCloseTo(200, 1);
    expect(top).toBeCloseTo(200 - 72.7, 0); // Inter's capitals are 0.727 em high
    expect(left).toBeGreaterThan(10);
    expect(right).toBeLessThan(10 + drawn.width);
    expect(drawn.width).toBeGreaterThan(outline("H", 100)!.width * 1.5);
  });
  it("keeps numbers apart where one rounds to zero", () => {
    // Every command holds pairs of numbers, wherever the text stands.
    for (const y of [0, 0.001, -0.001, 6.7])
      for (const command of outline("0123456789−", 9.5)!
        .path(-0.002, y)
        .match(/[MLQC][^A-Z]*/g)!)
        expect((command.match(/-?\d+(\.\d+)?/g) ?? []).length).toBe({ M: 2, L: 2, Q: 4, C: 6 }[command[0]!]);
  });
  it("knows Greek, Cyrillic and accents, and says when it knows a script not", () => {
    for (const text of ["σ = 0.5", "энергия", "Größe", "ǎ", "tiếng Việt", "−1 × 10²"])
      expect(outline(text, 12), text).toBeDefined();
    expect(outline("高さ", 12)).toBeUndefined();
  });
});

describe("text of a page", () => {
  it("becomes paths that keep the words", () => {
    const svg = page({
      width: 100,
      height: 40,
      panels: [],
      labels: [{ x: 50, y: 30, text: 'a < "b" & c', anchor: "middle" }],
    });
    expect(svg).not.toContain("<text");
    expect(svg).toContain('aria-label="a &lt; &quot;b&quot; &amp; c"');
  });
  it("is centred on its anchor in pixels", async () => {
    const svg = page({
      width: 100,
      height: 40,
      panels: [],
      labels: [{ x: 50, y: 30, text: "HHH", size: 20, anchor: "middle" }],
    });
    const { data, info } = await sharp(await rasterise(svg, { scale: 1 }))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([100, 40]);
    let [weight, moment] = [0, 0];
    data.forEach((value, i) => {
      weight += 255 - value;
      moment += (255 - value) * ((i % 100) + 0.5);
    });
    expect(weight).toBeGreaterThan(20_000);
    expect(Math.abs(moment / weight - 50)).toBeLessThan(0.3);
  });
  it("stays text in a script that is not shipped, for the fonts of the viewer", () => {
    const svg = page({ width: 100, height: 40, panels: [], labels: [{ x: 5, y: 30, text: "高さ" }] });
    expect(svg).toMatch(/<text[^>]*>高さ<\/text>/);
  });
});
