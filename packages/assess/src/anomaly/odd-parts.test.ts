import { edm, exact, gaussian, normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { oddParts } from "./odd-parts.ts";
import { smoothedDensity } from "./smoothed-density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

// The first two elements are nearly equal, and so are the last two.
const pair = 0.95;
const covariance = [
  [1, pair, 0, 0],
  [pair, 1, 0, 0],
  [0, 0, 1, pair],
  [0, 0, pair, 1],
];
const detector = smoothedDensity(exact(gaussian({ mean: [0, 0, 0, 0], covariance }), edm()), { levels: 8, runtime });
const z = normal([300, 4], { seed: 1, dtype: "float64" }).data;
const other = Math.sqrt(1 - pair ** 2);
const reference = ndarray(
  z.map((value, k) => (k % 2 === 0 ? value : pair * z[k - 1]! + other * value)),
  [300, 4],
);
const single = [0, 1, 2, 3].map((from) => ({ from, size: 1 }));

describe("oddParts", () => {
  test("the part that does not fit the others, though its value is frequent", async () => {
    // Of the pair either element may be the wrong one, and the less usual value is.
    const rows = ndarray(Float64Array.of(1.8, -0.3, 0.5, 0.5, 0.4, 0.5, -0.2, 1.9), [2, 4]);
    const { drops, better } = await oddParts(detector, rows, reference, single);
    expect(drops.shape).toEqual([2, 4]);
    const [first, second] = [drops.data.subarray(0, 4), drops.data.subarray(4)];
    expect(first.indexOf(Math.max(...first))).toBe(0);
    expect(second.indexOf(Math.max(...second))).toBe(3);
    expect(Math.max(first[2]!, first[3]!)).toBeLessThan(0.2 * first[0]!);
    // The value that suits is near to that of its pair.
    expect(Math.abs(reference.data[better.data[0]! * 4]! + 0.3)).toBeLessThan(0.4);
  });

  test("parts of several elements take the values of one reference row", async () => {
    const rows = ndarray(Float64Array.of(2, -2, 0.3, 0.3), [1, 4]);
    const parts = [
      { from: 0, size: 2 },
      { from: 2, size: 2 },
    ];
    const { drops } = await oddParts(detector, rows, reference, parts);
    expect(drops.data[0]).toBeGreaterThan(5);
    expect(drops.data[1]).toBeLessThan(0.5);
  });

  test("what is refused", async () => {
    const rows = ndarray(new Float64Array(4), [1, 4]);
    await expect(oddParts(detector, rows, reference, [{ from: 3, size: 2 }])).rejects.toThrow(/within 4 elements/);
    await expect(oddParts(detector, rows, reference, single, { candidates: 0 })).rejects.toThrow(/candidates/);
    await expect(oddParts(detector, ndarray(new Float64Array(3), [1, 3]), reference, single)).rejects.toThrow(/equal/);
  });
});
