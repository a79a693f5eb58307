import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { loudness } from "./sound-levels.ts";

const sourceOf = (values: readonly number[]) => ({
  channels: 1,
  frames: values.length,
  read: (from: number, count: number) => {
    const part = Float32Array.from(values.slice(from, from + count));
    return ndarray(part, [1, part.length]);
  },
});

test("both ends, the mean square, and the quietest frames that are not silent", async () => {
  const values = [...new Array(20).fill(0), ...new Array(10).fill(0.25), ...new Array(30).fill(-2), 1];
  const { low, high, power, quietest } = await loudness(sourceOf(values), 10);
  expect([low, high]).toEqual([-2, 1]);
  expect(power).toBeCloseTo((10 * 0.0625 + 30 * 4 + 1) / 61, 12);
  // The digital silence of two frames says nothing of the noise.
  expect(quietest).toBeCloseTo(0.25, 12);
  expect(await loudness(sourceOf([]), 10)).toEqual({ low: 0, high: 0, power: 0, quietest: 0 });
});
