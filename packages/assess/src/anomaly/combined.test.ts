import { ArgumentError } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { combinedScores } from "./combined.ts";
import { diffusionTime, diffusionTimesWithin } from "./diffusion-time.ts";

const array = (...values: number[]) => ndarray(Float64Array.from(values));

test("combined scores by hand; the scale of a detector does not count", () => {
  const first = { scores: array(1, 2, 5), reference: array(0, 1, 2) };
  const scaled = { scores: array(10, 20, 50), reference: array(0, 10, 20) };
  expect([...combinedScores([first]).data]).toEqual([0, 1, 4]);
  expect([...combinedScores([first, scaled]).data]).toEqual([0, 1, 4]);
  expect([...combinedScores([first, { scores: array(1, 1, 1), reference: array(0, 2) }]).data]).toEqual([0, 0.5, 2]);
});

test("what is refused", () => {
  const good = { scores: array(1, 2), reference: array(0, 1) };
  expect(() => combinedScores([good, { scores: array(1), reference: array(0, 1) }])).toThrow(ShapeError);
  expect(() => combinedScores([{ scores: array(1), reference: array(2, 2) }])).toThrow(ArgumentError);
});

test("a row of the data compared with the others: as by a detector of the others", async () => {
  const values = Float64Array.of(0, 1, 3, 3.5, 7, 9);
  const data = ndarray(values, [6, 1]);
  const found = diffusionTimesWithin(data, [0, 1, 2, 3, 4, 5], { k: 2 });
  for (const [i, value] of values.entries()) {
    const others = ndarray(
      values.filter((_, j) => j !== i),
      [5, 1],
    );
    const { data: alone } = await diffusionTime(others, { k: 2 }).score(ndarray(Float64Array.of(value), [1, 1]));
    expect(found.data[i]).toBeCloseTo(alone[0]!, 12);
  }
  expect(() => diffusionTimesWithin(data, [0], { k: 6 })).toThrow(/k from 1/);
});
