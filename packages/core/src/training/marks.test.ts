import { expect, test } from "vitest";
import { evenMarks } from "./marks.ts";

const passed = (count: number, from: number, total: number, positions: readonly number[]): number[] => {
  const due = evenMarks(count, from, total);
  return positions.filter((position) => due(position));
};

test("marks are passed once each, at the first position on or after them", () => {
  expect(passed(3, 0, 300, [50, 100, 150, 200, 250, 300])).toEqual([100, 200, 300]);
  expect(passed(2, 0, 300, [100, 200, 300])).toEqual([200, 300]);
  expect(passed(20, 0, 300, [100, 200, 300])).toEqual([100, 200, 300]);
});

test("from the middle on they equal the marks of the whole way", () => {
  const positions = Array.from({ length: 97 }, (_, k) => k + 1);
  const whole = passed(7, 0, 97, positions);
  expect(whole).toHaveLength(7);
  for (const from of [1, 14, 50, 96])
    expect(passed(7, from, 97, positions.slice(from))).toEqual(whole.filter((position) => position > from));
});

test("of shares the last mark is the end, despite rounding", () => {
  for (const count of [1, 3, 7, 10, 20]) expect(passed(count, 0.3, 1, [0.999999, 1])).toContain(1);
});
