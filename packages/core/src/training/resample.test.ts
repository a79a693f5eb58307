import { describe, expect, test } from "vitest";
import { type Affine, resample } from "./resample.ts";

const mapped = (source: number[], [h, w]: readonly [number, number], map: Affine, channels = 1): number[] => {
  const target = new Float32Array(source.length);
  resample(Float32Array.from(source), target, [channels, h, w], 0, map);
  return Array.from(target);
};
const picture = [1, 2, 3, 4, 5, 6];

describe("resample", () => {
  test("flips and quarter turns are exact", () => {
    expect(mapped(picture, [2, 3], [1, 0, 0, 0, 1, 0])).toEqual(picture);
    expect(mapped(picture, [2, 3], [-1, 0, 0, 0, 1, 0])).toEqual([3, 2, 1, 6, 5, 4]);
    expect(mapped(picture, [2, 3], [1, 0, 0, 0, -1, 0])).toEqual([4, 5, 6, 1, 2, 3]);
    expect(mapped([1, 2, 3, 4], [2, 2], [0, -1, 0, 1, 0, 0])).toEqual([2, 4, 1, 3]);
  });

  test("channels are mapped alike", () => {
    const both = mapped([...picture, ...picture.map((v) => 10 * v)], [2, 3], [0.8, 0.3, 0.1, -0.2, 1.1, 0.4], 2);
    for (let i = 0; i < 6; i++) expect(both[i + 6]! / both[i]!).toBeCloseTo(10, 5);
  });

  test("shifts go on mirrored at the border, however far", () => {
    expect(mapped([1, 2, 3, 4], [1, 4], [1, 0, 1, 0, 1, 0])).toEqual([2, 3, 4, 3]);
    expect(mapped([1, 2, 3, 4], [1, 4], [1, 0, -2, 0, 1, 0])).toEqual([3, 2, 1, 2]);
    expect(mapped([1, 2, 3, 4], [1, 4], [1, 0, 12, 0, 1, 0])).toEqual([1, 2, 3, 4]);
    expect(mapped([1, 2, 3, 4], [1, 4], [1, 0, 0.25, 0, 1, 0])).toEqual([1.25, 2.25, 3.25, 3.75]);
  });

  test("a linear picture stays linear inside", () => {
    const [h, w] = [9, 9] as const;
    const ramp = Array.from({ length: 81 }, (_, i) => 0.3 * (i % 9) - 0.7 * Math.floor(i / 9));
    const [a, b, c, d, e, f] = [0.9, -0.2, 0.3, 0.25, 0.8, -0.4] as const;
    const found = mapped(ramp, [h, w], [a, b, c, d, e, f]);
    for (let row = 2; row < 7; row++)
      for (let column = 2; column < 7; column++) {
        const [u, v] = [column - 4, row - 4];
        expect(found[row * w + column]).toBeCloseTo(0.3 * (a * u + b * v + c + 4) - 0.7 * (d * u + e * v + f + 4), 5);
      }
  });
});
