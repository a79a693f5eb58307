import { DOMParser } from "linkedom";
import { expect, test } from "vitest";
import { FigureError } from "./errors.ts";
import { intervalStrip } from "./interval-strip.ts";
import { landscapeFigure } from "./landscape.ts";
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
