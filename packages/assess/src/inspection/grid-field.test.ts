import { edm, exact, gaussian } from "@scorefield/core";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fieldOf, gridAxis } from "./grid-field.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

test("score and log-density of a Gaussian under noise are its closed forms, x along the rows", async () => {
  const model = exact(
    gaussian({
      mean: [0, 0],
      covariance: [
        [1, 0.3],
        [0.3, 0.5],
      ],
    }),
    edm(),
  );
  const sigma = 0.2;
  const [x, y] = [
    [-1, 0, 1],
    [-0.5, 0.75],
  ];
  const field = await fieldOf(model, { x, y, sigma });
  const [a, b, d] = [1 + sigma ** 2, 0.3, 0.5 + sigma ** 2];
  const determinant = a * d - b * b;
  for (const [i, v] of y.entries())
    for (const [j, u] of x.entries()) {
      const form = (d * u * u - 2 * b * u * v + a * v * v) / determinant;
      const logDensity = -0.5 * form - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
      expect(Math.abs(field.logDensity[i * 3 + j]! - logDensity)).toBeLessThan(0.01);
      const at = 2 * (i * 3 + j);
      expect(Number(field.score.data[at])).toBeCloseTo((-d * u + b * v) / determinant, 3);
      expect(Number(field.score.data[at + 1])).toBeCloseTo((b * u - a * v) / determinant, 3);
    }
});

test("an axis spans its column and a margin", () => {
  const points = ndarray(Float32Array.of(0, 5, 4, 7), [2, 2]);
  expect(gridAxis(points, 0, 3, 0.5)).toEqual([-2, 2, 6]);
  expect(gridAxis(points, 1, 2, 0)).toEqual([5, 7]);
});
