import { expect, test } from "vitest";
import { filledLevels } from "./filled-levels.ts";
import type { SeriesData } from "./read-series.ts";

const none = Number.NaN;
/** Two prices and a covariate; the first price lacks at rows 1 and 2, so its returns of rows 1 to 3 do. */
const data = {
  names: ["a", "b", "wind"],
  covariates: 1,
  groups: [
    {
      name: "",
      times: Float64Array.of(0, 1, 2, 3),
      values: Float64Array.of(0, 0.1, 5, none, 0.1, 6, none, 0.1, 7, none, 0.1, 8),
      levels: Float64Array.of(10, 20, none, 21, none, 22, 12, 23),
    },
  ],
} as unknown as SeriesData;
const hole = (row: number, ...draws: number[]) => ({ row, series: 0, draws: Float64Array.from(draws) });

test("prices that lack follow from the price before, draw by draw; known prices and covariates stay", () => {
  const holes = [hole(1, 0, Math.log(2)), hole(2, Math.log(3), 0), hole(3, 1, 1)];
  const { data: made, found } = filledLevels(data, { groups: [holes], filled: 3 });
  expect(found.filled).toBe(2);
  expect(found.groups[0]!.map(({ row, series }) => [row, series])).toEqual([
    [1, 0],
    [2, 0],
  ]);
  const [first, second] = found.groups[0]!.map(({ draws }) => [...draws]);
  expect(first![0]).toBeCloseTo(10, 12);
  expect(first![1]).toBeCloseTo(20, 12);
  expect(second![0]).toBeCloseTo(30, 12);
  expect(second![1]).toBeCloseTo(20, 12);
  expect([...made.groups[0]!.values]).toEqual([10, 20, 5, none, 21, 6, none, 22, 7, 12, 23, 8]);
});

test("prices before the first known one stay missing, and do not count as filled", () => {
  const group = { ...data.groups[0]!, levels: Float64Array.of(none, 20, none, 21, 11, 22, none, 23) };
  const holes = [hole(0, 1), hole(1, 1), hole(2, 1), hole(3, 0)];
  const { data: made, found } = filledLevels({ ...data, groups: [group] } as SeriesData, {
    groups: [holes],
    filled: 4,
  });
  expect(found).toEqual({ groups: [[hole(3, 11)]], filled: 1 });
  expect([0, 1, 2].map((row) => made.groups[0]!.values[3 * row])).toEqual([none, none, 11]);
});

test("series that are no returns stay as they are", () => {
  const plain = { ...data, groups: [{ ...data.groups[0]!, levels: undefined }] } as unknown as SeriesData;
  const holes = [hole(1, 0.5)];
  const made = filledLevels(plain, { groups: [holes], filled: 1 });
  expect(made.found).toEqual({ groups: [holes], filled: 1 });
  expect(made.data.groups[0]!.values).toEqual(data.groups[0]!.values);
});
