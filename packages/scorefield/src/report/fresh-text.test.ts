import { freshDistances } from "@scorefield/assess/internal";
import { moons } from "@scorefield/domain";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { freshText } from "./fresh-text.ts";

test("real points are at the floor, shifted points are not", () => {
  const real = moons()(500, 9);
  const good = freshDistances(real, moons(), { seed: 0, first: 0 });
  for (const { samples, floor, floorMost } of [good.energyDistance, good.slicedWasserstein]) {
    expect(samples).toBeLessThan(2 * floor);
    expect(floor).toBeLessThanOrEqual(floorMost);
  }
  const shifted = freshDistances(
    ndarray(
      real.data.map((value) => value + 0.5),
      [500, 2],
    ),
    moons(),
    { seed: 0, first: 0 },
  );
  // Moved by 0.5 along both axes: sliced Wasserstein distance 0.5, as |shift| / sqrt(2).
  expect(Math.abs(shifted.slicedWasserstein.samples - 0.5)).toBeLessThan(0.1);
  expect(shifted.energyDistance.samples).toBeGreaterThan(10 * shifted.energyDistance.floorMost);
  expect(freshText(good)).toMatch(/^distance of 500 points .*\n-.*\nenergy distance .*\nsliced Wasserstein distance /);
});
