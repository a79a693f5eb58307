import { DOMParser } from "linkedom";
import { expect, test } from "vitest";
import { associationMaps } from "./association-maps.ts";
import { FigureError } from "./errors.ts";
import { intervalStrip } from "./interval-strip.ts";
import { landscapeFigure } from "./landscape.ts";
import { levelBars } from "./level-bars.ts";
import { shareBars } from "./share-bars.ts";
import { twoHistograms } from "./two-histograms.ts";

const parse = (svg: string) => new DOMParser().parseFromString(svg, "image/svg+xml").documentElement!;
const numbers = (elements: ArrayLike<unknown>, name: string): number[] =>
  Array.from(elements as ArrayLike<Element>, (element) => Number(element.getAttribute(name)));

test("a strip: dots on one axis from 0, both intervals", () => {
  const svg = parse(intervalStrip({ value: 10, low: 8, high: 12 }, { value: 3, low: 2, high: 4 }));
  const [real, samples] = numbers(svg.querySelectorAll("circle"), "cx");
  // 280 px with 8 px to each side hold 0 to 12.
  expect(real).toBeCloseTo(8 + (3 / 12) * 264, 1);
  expect(samples).toBeCloseTo(8 + (10 / 12) * 264, 1);
  expect(svg.getAttribute("aria-label")).toBe("samples 10, interval 8 to 12; real data 3, interval 2 to 4");
});

test("a strip with a range ends where the range does, and one below 0 shows 0", () => {
  const inRange = parse(intervalStrip({ value: 0.5, low: 0.4, high: 1.1 }, undefined, [0, 1]));
  expect(numbers(inRange.querySelectorAll("circle"), "cx")).toEqual([140]);
  expect(Math.max(...numbers(inRange.querySelectorAll("line"), "x2"))).toBe(272);
  expect(intervalStrip({ value: 0.1, low: -0.1, high: 0.3 }, undefined)).toContain(">0</text>");
  expect(() => intervalStrip({ value: Number.NaN, low: 0, high: 1 }, undefined)).toThrow(FigureError);
});

test("bars as long as their shares; names are escaped, and nothing is nothing", () => {
  const svg = parse(
    shareBars(
      [
        { name: "a<b", samples: 0.5, real: 1 },
        { name: "none", samples: null },
        { name: "all", samples: 1 },
      ],
      "shares",
    ),
  );
  const [half, whole] = numbers(svg.querySelectorAll("rect"), "width") as [number, number];
  expect(half).toBeCloseTo(whole / 2, 0);
  expect(svg.textContent).toContain("a<b");
  expect(svg.textContent).toContain("no samples");
  expect(svg.textContent).toContain("50 %");
});

test("histograms of positive values that crowd at one end have a logarithmic axis", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 10 ** (-2 + (4 * i) / 999));
  const shares = (svg: string) =>
    new Set(
      parse(svg)
        .querySelector("path")!
        .getAttribute("d")!
        .match(/,[\d.]+/g),
    );
  const svg = twoHistograms("x", { samples: values, real: values });
  expect(svg).toContain("logarithmic");
  // Even in the logarithm: the foot, and bins of 27 or 28 values.
  expect(shares(svg).size).toBeLessThanOrEqual(6);
  expect(twoHistograms("x", { samples: [...values, 0], real: values })).not.toContain("logarithmic");
});

test("histograms share their axis; a far value does not press the others together", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i / 1000);
  const svg = twoHistograms("x", { samples: values, real: [...values, 1e9] });
  expect(parse(svg).querySelectorAll("path")).toHaveLength(2);
  expect(svg).toMatch(/>0\.99\d?</);
  expect(twoHistograms("constant", { samples: [3, 3], real: [3] })).toContain("1.5");
  expect(() => twoHistograms("x", { samples: [], real: [1] })).toThrow(FigureError);
  expect(() => twoHistograms("x", { samples: [Number.NaN], real: [1] })).toThrow(FigureError);
});

test("axes say what they are of", () => {
  const histograms = parse(twoHistograms("age", { samples: [1, 2, 3], real: [-1, 2] })).textContent!;
  for (const text of ["age", "share", "−1"]) expect(histograms).toContain(text);
  expect(parse(shareBars([{ name: "a", samples: 0.5 }], "share that is right")).textContent).toContain(
    "share that is right",
  );
  const plane = landscapeFigure([{ title: "t" }], { x: [-1, 1], y: [-1, 1], names: ["width", "height"] });
  for (const text of ["width", "height", "−1"]) expect(plane).toContain(`aria-label="${text}"`);
});

test("a strip with a control: a diamond, at the end of the axis where it is far beyond", () => {
  const near = intervalStrip({ value: 1, low: 0.9, high: 1.1 }, undefined, undefined, { value: 2, low: 2, high: 2 });
  expect(parse(near).querySelectorAll("path")).toHaveLength(1);
  expect(near).toContain("shuffled columns 2");
  // The axis ends at six times the largest end of the others.
  const far = intervalStrip({ value: 1, low: 0.9, high: 1.1 }, undefined, undefined, { value: 900, low: 9, high: 9 });
  expect(far).toContain(">6.6</text>");
});

test("bars of levels as long as their shares, real ones as outlines; names are escaped", () => {
  const svg = parse(
    levelBars("a<b", [
      { name: "x&y", samples: 0.5, real: 0.25 },
      { name: "none", samples: 0, real: 0 },
    ]),
  );
  const widths = numbers(svg.querySelectorAll("rect"), "width");
  expect(widths[0]).toBeCloseTo(2 * widths[1]!, 0);
  expect(widths.slice(2)).toEqual([0, 0]);
  for (const text of ["a<b", "x&y", "50 %"]) expect(svg.textContent).toContain(text);
});

test("maps of associations: one square for each pair, deepest where samples are farthest off", () => {
  const columns = ["a<b", "c", "d"];
  const map = (ab: number, ac: number) => [
    [1, ab, ac],
    [ab, 1, 0],
    [ac, 0, 1],
  ];
  const svg = associationMaps({ columns, real: map(0.8, -0.4), samples: map(0.2, -0.4) });
  const titles = Array.from(parse(svg).querySelectorAll("title"), ({ textContent }) => textContent);
  expect(titles).toHaveLength(4 + 4 + 2);
  expect(titles).toContain("samples minus real: a<b, c -0.60");
  expect(svg).toContain('fill="var(--sample)" fill-opacity="1.00"');
  expect(svg).toContain(">−0.6</text>");
  // So many columns have no titles, and no names that overlap.
  const many = Array.from({ length: 60 }, (_, j) => `column ${j}`);
  const ones = many.map(() => many.map(() => 0.5));
  const wide = associationMaps({ columns: many, real: ones, samples: ones });
  expect(wide).not.toContain("<title>");
  expect(parse(wide).textContent).not.toContain("column 1c");
});
