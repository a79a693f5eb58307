import { ArgumentError, normal, uniform } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { oneColumnAreas } from "./one-column-test.ts";

const n = 4000;
const lacks = Number.NaN;

/** A shifted Gaussian, two levels, and missing cells. */
const rows = (seed: number, shift: number, share: number, missing: number) => {
  const z = normal([n, 1], { seed, dtype: "float64" }).data;
  const u = uniform([n, 2], { seed, dtype: "float64" }).data;
  const cells = Array.from(z, (value, i) => [
    value + shift,
    u[2 * i]! < share ? 1 : 0,
    u[2 * i + 1]! < missing ? lacks : 1,
  ]);
  return ndarray(Float64Array.from(cells.flat()), [n, 3]);
};
const columns = [{ name: "x" }, { name: "level", levels: ["no", "yes"] }, { name: "gap" }];
// Of an area about 1/2 with n rows of each set: sqrt((2 n + 1) / (12 n^2)).
const error = Math.sqrt(2 / (12 * n));

test("areas in closed form: a shift of 1, shares of 0.5 and 0.3, gaps in 20 % and in none", () => {
  const [x, level, gap] = oneColumnAreas(rows(1, 1, 0.5, 0.2), rows(2, 0, 0.3, 0), columns);
  // Phi(1 / sqrt(2)), less what 32 bins lose; 1/2 + |p - q| / 2.
  expect(Math.abs(x! - 0.7602)).toBeLessThan(5 * error);
  expect(Math.abs(level! - 0.6)).toBeLessThan(5 * error);
  expect(Math.abs(gap! - 0.6)).toBeLessThan(5 * error);
});

test("columns of one distribution give nothing away, constant ones neither; the same seed gives the same", () => {
  const areas = oneColumnAreas(rows(1, 0, 0.3, 0.1), rows(2, 0, 0.3, 0.1), columns);
  for (const area of areas) expect(Math.abs(area - 0.5)).toBeLessThan(5 * error);
  expect(oneColumnAreas(rows(1, 0, 0.3, 0.1), rows(2, 0, 0.3, 0.1), columns, { seed: 0 })).toEqual(areas);
  const one = ndarray(new Float64Array(8).fill(7), [8, 1]);
  expect(oneColumnAreas(one, one, [{ name: "c" }])).toEqual([0.5]);
  expect(oneColumnAreas(ndarray(new Float64Array(8).fill(lacks), [8, 1]), one, [{ name: "c" }])).toEqual([1]);
  expect(() => oneColumnAreas(one, one, columns)).toThrow(ArgumentError);
});
