import type { SoundSource } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { findGaps, insideGaps } from "./gaps.ts";

const sourceOf = (channels: readonly (readonly number[])[]): SoundSource => ({
  channels: channels.length,
  frames: channels[0]!.length,
  read: (from, count) => {
    const parts = channels.map((values) => values.slice(from, from + count));
    return ndarray(Float32Array.from(parts.flat()), [channels.length, parts[0]!.length]);
  },
});

const options = { shortest: 2, longest: 3 };

test("gaps are runs of zeros between numbers, of each channel; short, long and outer ones are none", async () => {
  const gaps = await findGaps(
    sourceOf([
      [0, 0, 1, 0, 0, 2, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0],
      [1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ]),
    options,
  );
  expect(gaps).toEqual([
    [
      [3, 5],
      [13, 16],
    ],
    [[1, 4]],
  ]);
  expect(await findGaps(sourceOf([new Array(9).fill(0)]), options)).toEqual([[]]);
  expect(await findGaps(sourceOf([[]]), options)).toEqual([[]]);
});

test("a gap over the end of a block that is read is one", async () => {
  const values = new Array<number>(70_000).fill(1).fill(0, 65_535, 65_538);
  expect(await findGaps(sourceOf([values]), options)).toEqual([[[65_535, 65_538]]]);
});

test("windows hold the part of gaps that is in them", () => {
  const gaps = [
    [3, 5],
    [8, 12],
    [20, 30],
  ] as const;
  expect(Array.from(insideGaps(gaps, 0, 6))).toEqual([0, 0, 0, 1, 1, 0]);
  expect(Array.from(insideGaps(gaps, 4, 6))).toEqual([1, 0, 0, 0, 1, 1]);
  expect(Array.from(insideGaps(gaps, 12, 8))).toEqual(new Array(8).fill(0));
  expect(Array.from(insideGaps(gaps, 22, 3))).toEqual([1, 1, 1]);
  expect(Array.from(insideGaps([], 0, 2))).toEqual([0, 0]);
});
