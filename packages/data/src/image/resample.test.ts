import { expect, test } from "vitest";
import { type ResampleOptions, resampler } from "./resample.ts";

const make = (
  picture: readonly number[],
  options: Partial<ResampleOptions> & Pick<ResampleOptions, "height" | "width" | "size">,
) => [...resampler({ pixel: [1, 1], fit: "pad", ...options })(picture)].map((value) => Math.round(1e6 * value) / 1e6);

test("pixels of the same size stay as they are, in the middle of a margin", () => {
  expect(make([1, 2, 3, 4], { height: 2, width: 2, size: 2 })).toEqual([1, 2, 3, 4]);
  expect(make([1, 2, 3, 4], { height: 2, width: 2, size: 2, fit: "stretch" })).toEqual([1, 2, 3, 4]);
  expect(make([1, 2, 3, 4, 5, 6, 7, 8], { height: 2, width: 4, size: 4 })).toEqual([
    0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0,
  ]);
  expect(make([1, 2, 3, 4, 5, 6, 7, 8], { height: 2, width: 4, size: 2, fit: "crop" })).toEqual([2, 3, 6, 7]);
});

test("what is taken goes by lengths, not by numbers of pixels", () => {
  // 2 rows of 2 mm and 4 columns of 1 mm are a square already.
  const picture = [1, 1, 1, 1, 1, 1, 1, 1];
  expect(make(picture, { height: 2, width: 4, pixel: [2, 1], size: 4, fit: "crop" })).toEqual(Array(16).fill(1));
  expect(make(picture, { height: 2, width: 4, pixel: [2, 1], size: 2, fit: "stretch" })).toEqual([1, 1, 1, 1]);
});

test("a constant stays constant, a slope a slope, and a mean the mean", () => {
  const slope = Array.from({ length: 64 }, (_, n) => n % 8);
  for (const size of [3, 4, 8, 13, 16]) {
    expect(make(Array(64).fill(0.5), { height: 8, width: 8, size, fit: "crop" })).toEqual(Array(size * size).fill(0.5));
    const made = make(slope, { height: 8, width: 8, size, fit: "crop" });
    const middle = Math.floor(size / 2);
    if (size > 4) expect(made[middle]! - made[middle - 1]!).toBeCloseTo(8 / size, 4);
    expect(made.reduce((sum, x) => sum + x, 0) / made.length).toBeCloseTo(3.5, 4);
  }
});

test("fine stripes become grey, not stripes of another width", () => {
  const stripes = Array.from({ length: 64 * 64 }, (_, n) => n % 2);
  for (const value of make(stripes, { height: 64, width: 64, size: 10, fit: "crop" }))
    expect(Math.abs(value - 0.5)).toBeLessThan(0.03);
});
