import { ArgumentError } from "@scorefield/core";
import { expect, test } from "vitest";
import { glyphNames, glyphs } from "./glyphs.ts";

test("shapes, range, an empty border, every class equally often", () => {
  const count = 2000;
  const { images, labels } = glyphs()(count, 1);
  expect(images.shape).toEqual([count, 1, 32, 32]);
  expect(labels.shape).toEqual([count]);
  let [least, most, border] = [0, 0, -1];
  images.data.forEach((value, i) => {
    least = Math.min(least, value);
    most = Math.max(most, value);
    const [row, column] = [(i >> 5) % 32, i % 32];
    if (row === 0 || row === 31 || column === 0 || column === 31) border = Math.max(border, value);
  });
  expect(least).toBe(-1);
  expect(border).toBe(-1);
  expect(most).toBeGreaterThan(0.99);
  expect(most).toBeLessThanOrEqual(1);
  const counts = glyphNames.map((_, label) => labels.data.filter((l) => l === label).length);
  expect(counts).toHaveLength(10);
  for (const n of counts) expect(Math.abs(n - count / 10)).toBeLessThan(5 * Math.sqrt(count * 0.1 * 0.9));
});

test("an image is the same in every batch", () => {
  const draw = glyphs({ size: 16, channels: 3 });
  const whole = draw(40, 2, 5);
  const part = draw(4, 2, 25);
  expect(part.images.data).toEqual(whole.images.data.subarray(20 * 768, 24 * 768));
  expect(part.labels.data).toEqual(whole.labels.data.subarray(20, 24));
  expect(draw(4, 3, 25).images.data).not.toEqual(part.images.data);
});

test("anti-aliasing: an image is the box average of the same image at four times the size", () => {
  const count = 100;
  const coarse = glyphs({ channels: 3 })(count, 3).images.data;
  const fine = glyphs({ size: 128, channels: 3 })(count, 3).images.data;
  let far = 0;
  let total = 0;
  for (let i = 0; i < coarse.length; i++) {
    const [plane, row, column] = [i >> 10, (i >> 5) % 32, i % 32];
    let mean = 0;
    for (let k = 0; k < 16; k++) mean += fine[plane * 16384 + (4 * row + (k >> 2)) * 128 + 4 * column + (k % 4)]! / 16;
    if (Math.abs(mean - coarse[i]!) > 0.3) far++;
    total += Math.abs(mean - coarse[i]!);
  }
  // Of a range of 2. The ramp is exact along straight horizontal and vertical edges; diagonals differ a little, sharp
  // tips of stars more.
  expect(total / coarse.length).toBeLessThan(0.004);
  expect(far / coarse.length).toBeLessThan(0.001);
});

test("bad options are named", () => {
  expect(() => glyphs({ size: 4 })).toThrow(/size: expected an integer of at least 8, found 4/);
  expect(() => glyphs({ channels: 2 as 1 })).toThrow(ArgumentError);
});
