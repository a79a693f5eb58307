import { expect, test } from "vitest";
import { classSlots } from "./class-slots.ts";

const count = (list: readonly number[], k: number): number => list.filter((value) => value === k).length;

test("classes as often as among the labels, all of them first", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, i) => (i < 620 ? 0 : i < 996 ? 1 : 2));
  const slots = classSlots(labels, 3);
  expect(slots).toHaveLength(100);
  expect([0, 1, 2].map((k) => count(slots, k))).toEqual([62, 38, 0]);
  expect(slots.slice(0, 4)).toEqual([0, 1, 0, 1]);
});

test("every class in turn where labels are unknown, or classes many", () => {
  expect(classSlots(undefined, 3)).toEqual([0, 1, 2]);
  expect(classSlots([0, 0, 1], 101)).toEqual(Array.from({ length: 101 }, (_, k) => k));
});
