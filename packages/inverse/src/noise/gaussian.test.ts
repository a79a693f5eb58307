import { fromNested, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { gaussianNoise } from "./gaussian.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const [y, z] = [
  fromNested(
    [
      [1, -2],
      [0.5, 3],
    ],
    "float64",
  ),
  fromNested(
    [
      [0.5, 1],
      [0, 0],
    ],
    "float64",
  ),
];

test("log p of independent numbers", async () => {
  const { same, each } = await evaluated(
    (y, z) => ({
      same: gaussianNoise({ sigma: 0.5 }).logLikelihood(y!, z!),
      each: gaussianNoise({ deviations: [0.5, 2] }).logLikelihood(y!, z!),
    }),
    [y, z],
    runtime,
  );
  const density = (r: number, s: number): number => -(r ** 2) / (2 * s * s) - Math.log(s) - Math.log(2 * Math.PI) / 2;
  expect(same!.data[0]).toBeCloseTo(density(0.5, 0.5) + density(-3, 0.5), 12);
  expect(each!.data[1]).toBeCloseTo(density(0.5, 0.5) + density(3, 2), 12);
});

test("log p of a covariance, and whitening", async () => {
  const [a, b, c] = [2, 0.6, 1];
  const noise = gaussianNoise({
    covariance: [
      [a, b],
      [b, c],
    ],
  });
  const { found, white } = await evaluated(
    (y, z) => ({ found: noise.logLikelihood(y!, z!), white: noise.whiten!(y!.subtract(z!)) }),
    [y, z],
    runtime,
  );
  const [r, s, det] = [0.5, -3, a * c - b * b];
  const square = (c * r * r - 2 * b * r * s + a * s * s) / det;
  expect(found!.data[0]).toBeCloseTo(-square / 2 - Math.log(det) / 2 - Math.log(2 * Math.PI), 12);
  expect((white!.data[0] as number) ** 2 + (white!.data[1] as number) ** 2).toBeCloseTo(square, 12);
});

test("draws of a covariance have it", () => {
  const n = 20_000;
  const drawn = gaussianNoise({
    covariance: [
      [2, 0.6],
      [0.6, 1],
    ],
  }).draw(ndarray(new Float64Array(2 * n), [n, 2]), { seed: 4 }).data;
  let product = 0;
  for (let i = 0; i < n; i++) product += (drawn[2 * i]! as number) * (drawn[2 * i + 1]! as number);
  // The variance of a product of jointly normal numbers is a c + b^2.
  expect(Math.abs(product / n - 0.6)).toBeLessThan(4 * Math.sqrt((2 + 0.36) / n));
});

test.each([
  [{}, /expected one of sigma/],
  [{ sigma: 1, deviations: [1] }, /found none or several/],
  [{ deviations: [1, 0] }, /expected positive numbers/],
  [
    {
      covariance: [
        [1, 2],
        [2, 1],
      ],
    },
    /positive definite/,
  ],
  [
    {
      covariance: [
        [1, 0.5],
        [0.4, 1],
      ],
    },
    /symmetric/,
  ],
  [{ covariance: [1, 2] }, /with 2 axes/],
  [{ sigma: -1 }, /positive number/],
])("%j is refused", (options, message) => {
  expect(() => gaussianNoise(options as never)).toThrow(message);
});

test("a measurement of another size is refused", async () => {
  const noise = gaussianNoise({ deviations: [1, 2, 3] });
  await expect(evaluated((y, z) => ({ l: noise.logLikelihood(y!, z!) }), [y, z], runtime)).rejects.toThrow(
    /expected 3 numbers of a measurement, found 2/,
  );
});
