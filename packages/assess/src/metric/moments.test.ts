import { ArgumentError, normal } from "@scorefield/core";
import { fromNested, ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { correlationError, sampleCorrelation, sampleCovariance, sampleMean } from "./moments.ts";

const small = fromNested(
  [
    [1, 2, 0],
    [2, 0, 0],
    [3, 4, 3],
  ],
  "float64",
);

test("mean, covariance and correlation by hand", () => {
  expect(Array.from(sampleMean(small).data)).toEqual([2, 2, 1]);
  expect(sampleCovariance(small).shape).toEqual([3, 3]);
  expect(Array.from(sampleCovariance(small).data)).toEqual([1, 1, 1.5, 1, 4, 3, 1.5, 3, 3]);
  const r = sampleCorrelation(small).data;
  const expected = [
    1,
    1 / 2,
    1.5 / Math.sqrt(3),
    1 / 2,
    1,
    3 / Math.sqrt(12),
    1.5 / Math.sqrt(3),
    3 / Math.sqrt(12),
    1,
  ];
  for (const [i, value] of expected.entries()) expect(r[i]).toBeCloseTo(value, 14);
});

test("trailing axes are flattened, integers are taken", () => {
  const images = fromNested(
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [3, 2],
        [1, 0],
      ],
    ],
    "int32",
  );
  expect(Array.from(sampleMean(images).data)).toEqual([2, 2, 2, 2]);
  expect(sampleCovariance(images).shape).toEqual([4, 4]);
});

test("a large mean costs no digits", () => {
  const far = ndarray(
    small.data.map((value) => value + 2 ** 40),
    [3, 3],
  );
  expect(sampleCovariance(far).data).toEqual(sampleCovariance(small).data);
});

test("a known covariance, within five standard errors", () => {
  const n = 20_000;
  const z = normal([n, 2], { seed: 1 }).data;
  // x = z0, y = 0.6 z0 + 0.8 z1: unit variances and correlation 0.6, whose estimate has standard error (1 - r^2) / sqrt(n).
  const x = ndarray(
    z.map((value, i) => (i % 2 ? 0.6 * z[i - 1]! + 0.8 * value : value)),
    [n, 2],
  );
  expect(Math.abs(sampleCorrelation(x).data[1]! - 0.6)).toBeLessThan((5 * 0.64) / Math.sqrt(n));
  expect(Math.abs(sampleCovariance(x).data[3]! - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  expect(Math.abs(sampleMean(x).data[1]!)).toBeLessThan(5 / Math.sqrt(n));
});

test("correlation errors: correlations 1/2 and -1/2 of two columns", () => {
  const other = fromNested([
    [1, 2],
    [2, 4],
    [3, 0],
  ]);
  const found = correlationError(
    fromNested([
      [1, 2],
      [2, 0],
      [3, 4],
    ]),
    other,
  );
  expect(found.rootMeanSquare).toBeCloseTo(1, 14);
  expect(found.frobenius).toBeCloseTo(Math.SQRT2, 14);
  expect(correlationError(other, other)).toEqual({ frobenius: 0, rootMeanSquare: 0 });
});

test("bad sets are named", () => {
  expect(() => sampleMean(fromNested(3))).toThrow(ShapeError);
  expect(() => sampleCovariance(fromNested([[1, 2]]))).toThrow(/at least 2 samples/);
  expect(() =>
    sampleCorrelation(
      fromNested([
        [1, 5],
        [2, 5],
      ]),
    ),
  ).toThrow(/column 1 constant/);
  expect(() =>
    correlationError(
      small,
      fromNested([
        [1, 5, 0],
        [2, 5, 1],
      ]),
    ),
  ).toThrow(/second set: .* column 1/);
  expect(() => sampleMean(fromNested([[Number.NaN]]))).toThrow(ArgumentError);
});
