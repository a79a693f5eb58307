import { expect, test } from "vitest";
import { restVector } from "./optimiser.ts";
import { stepNumbers } from "./step-numbers.ts";

const at = (step: number): number[] => [step, 10 * step, 0, 1, 0, 1, 0, 0, 1];

test("the numbers of each step", () => {
  const numbers = stepNumbers(5, 3, { accumulate: 1, averages: 1, at });
  expect(numbers.shape).toEqual([3, 9]);
  expect(Array.from(numbers.data as Float32Array)).toEqual([5, 6, 7].flatMap(at));
});

test("micro-batches before the last of a step rest", () => {
  const numbers = stepNumbers(4, 2, { accumulate: 3, averages: 1, at });
  expect(numbers.shape).toEqual([6, 9]);
  const rest = restVector(1);
  expect(Array.from(numbers.data as Float32Array)).toEqual([4, 5].flatMap((step) => [...rest, ...rest, ...at(step)]));
});
