import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { applyScaling, fitScaling } from "./scaling.ts";
import { logVolume } from "./scaling-volume.ts";

const draw = { seed: 0, part: 0 };
const rows = ndarray(Float64Array.of(1, 10, 3, 50, 5, 30, 2, 20), [4, 2]);

test.each([1, 1e-300, 1e300])("the derivative of the scaling, in numbers, for values of size %s", (size) => {
  const scaled = ndarray(
    rows.data.map((value, k) => (k % 2 === 0 ? size * value : value)),
    [4, 2],
  );
  const scaling = fitScaling("standard", scaled);
  const at = (x: number, y: number) => applyScaling(scaling, ndarray(Float64Array.of(x * size, y), [1, 2]), draw).data;
  for (const [x, y] of [
    [2, 30],
    [-4, 7],
  ] as const) {
    const [high, low] = [at(x + 0.5, y + 5), at(x - 0.5, y - 5)];
    const [dx, dy] = [high[0]! - low[0]!, (high[1]! - low[1]!) / 10];
    // Scores are float32, of size up to 10.
    expect(Math.log(dx) + Math.log(dy) - Math.log(size)).toBeCloseTo(logVolume(scaling)!, 4);
  }
});

test("none changes nothing; quantiles and constants have no density", () => {
  expect(logVolume({ kind: "none" })).toBe(0);
  expect(logVolume(fitScaling("quantile", rows))).toBeUndefined();
  expect(logVolume(fitScaling("standard", ndarray(Float64Array.of(1, 7, 2, 7), [2, 2])))).toBeUndefined();
});
