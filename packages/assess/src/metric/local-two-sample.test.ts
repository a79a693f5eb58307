import { ArgumentError, normal } from "@scorefield/core";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { localTwoSampleTest } from "./local-two-sample.ts";

/** t ~ N(0, 1), x ~ N(t, 1): the posterior is N(x / 2, 1 / 2). */
const n = 400;
const z = normal([n, 3], { seed: 1, dtype: "float64" }).data;
const parameters = ndarray(
  Float64Array.from({ length: n }, (_, i) => z[3 * i]!),
  [n, 1],
);
const data = ndarray(
  Float64Array.from({ length: n }, (_, i) => z[3 * i]! + z[3 * i + 1]!),
  [n, 1],
);
const observation = ndarray(Float64Array.of(1), [1]);

/** Draws of N(x / 2 + shift(x), 1 / 2). */
const posterior = (shift: (x: number) => number) => {
  const draw = (x: number, noise: number): number => x / 2 + shift(x) + Math.SQRT1_2 * noise;
  const more = normal([200], { seed: 2, dtype: "float64" }).data;
  return {
    drawn: ndarray(
      Float64Array.from({ length: n }, (_, i) => draw(data.data[i]!, z[3 * i + 2]!)),
      [n, 1],
    ),
    draws: ndarray(
      more.map((noise) => draw(1, noise)),
      [200, 1],
    ),
  };
};
const options = { parameters, data, observation, permutations: 20, seed: 3 };

test("the right posterior is not told apart", () => {
  const { pValue, statistic, byChance, probability } = localTwoSampleTest({ ...options, ...posterior(() => 0) });
  expect(pValue).toBeGreaterThan(0.05);
  expect(statistic).toBeLessThan(byChance.at(-1)! * 1.5);
  expect(probability).toHaveLength(200);
});

test("a posterior that is wrong at the observation alone is", () => {
  const shifted = posterior((x) => (x > 0 ? 0.8 : 0));
  expect(localTwoSampleTest({ ...options, ...shifted }).pValue).toBe(1 / 21);
  // Where it is right, the same classifier sees less.
  const elsewhere = localTwoSampleTest({
    ...options,
    ...shifted,
    observation: ndarray(Float64Array.of(-1), [1]),
    draws: ndarray(
      posterior(() => 0).draws.data.map((t) => t - 1),
      [200, 1],
    ),
  });
  expect(elsewhere.statistic).toBeLessThan(localTwoSampleTest({ ...options, ...shifted }).statistic / 2);
});

test("what does not fit together is refused", () => {
  const right = posterior(() => 0);
  expect(() => localTwoSampleTest({ ...options, ...right, data: ndarray(new Float64Array(3), [3, 1]) })).toThrow(
    ShapeError,
  );
  expect(() => localTwoSampleTest({ ...options, ...right, observation: ndarray(new Float64Array(2), [2]) })).toThrow(
    /observation: expected \[1\], found \[2\]/,
  );
  expect(() => localTwoSampleTest({ ...options, ...right, permutations: 0 })).toThrow(ArgumentError);
  expect(() => localTwoSampleTest({ ...options, ...right, unknown: 1 } as never)).toThrow(ArgumentError);
  expect(() => localTwoSampleTest({ ...options, ...right, draws: ndarray(new Float64Array(2), [2, 1]) })).toThrow(
    /at least 10/,
  );
});
