import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fitStandardisation, standardise, unstandardise } from "./standardise.ts";

fc.configureGlobal({ seed: 1 });

test("mean and population deviation of known columns", () => {
  const rows = ndarray(new Float64Array([2, 10, 4, 10, 4, 10, 4, 10, 5, 10, 5, 10, 7, 10, 9, 10]), [8, 2]);
  // The first column is the textbook sample with mean 5 and deviation 2; the second is constant.
  expect(fitStandardisation(rows)).toEqual({ mean: [5, 10], scale: [2, 1] });
});

test("a constant column that binary cannot write exactly is still constant", () => {
  const fitted = fitStandardisation(ndarray(new Float64Array(1000).fill(0.1), [1000, 1]));
  expect(fitted).toEqual({ mean: [0.1], scale: [1] });
});

test("a large offset does not eat the deviation", () => {
  // Alternating offset +- 1 has deviation exactly 1; the naive mean of squares would lose it at this offset.
  const rows = ndarray(
    Float64Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2 ? 1 : -1)),
    [1000, 1],
  );
  const { mean, scale } = fitStandardisation(rows);
  expect(Math.abs(mean[0]! - 1e9)).toBeLessThan(1e-6);
  expect(Math.abs(scale[0]! - 1)).toBeLessThan(1e-9);
});

test("values whose squares no double holds have a deviation all the same", () => {
  const sizes = [1e-300, 1, 1e300];
  const fitted = fitStandardisation(
    ndarray(Float64Array.from([1, 2, 3, 6].flatMap((x) => sizes.map((s) => x * s))), [4, 3]),
  );
  for (const [j, size] of sizes.entries()) {
    expect(fitted.mean[j]! / size).toBeCloseTo(3, 12);
    expect(fitted.scale[j]! / size).toBeCloseTo(Math.sqrt(3.5), 12);
  }
});

test("standardised columns have mean 0 and deviation 1, and come back, through JSON", () => {
  const columns = fc.array(
    fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
    {
      minLength: 2,
      maxLength: 50,
    },
  );
  fc.assert(
    fc.property(columns, (rows) => {
      const values = ndarray(Float64Array.from(rows.flat()), [rows.length, 2]);
      const fitted = JSON.parse(JSON.stringify(fitStandardisation(values)));
      const z = standardise(values, fitted);
      const back = unstandardise(z, fitted);
      for (let i = 0; i < values.data.length; i++) {
        const size = Math.abs(fitted.mean[i % 2]) + Math.abs(values.data[i]!);
        expect(Math.abs(back.data[i]! - values.data[i]!)).toBeLessThanOrEqual(1e-14 * size);
      }
      // A scale near the rounding of the mean cannot be resolved, so relative checks need some spread.
      const again = fitStandardisation(z);
      for (const j of [0, 1])
        if (fitted.scale[j] !== 1 && fitted.scale[j] > 1e-6 * (1 + Math.abs(fitted.mean[j]))) {
          expect(Math.abs(again.mean[j]!)).toBeLessThan(1e-7);
          expect(Math.abs(again.scale[j]! - 1)).toBeLessThan(1e-7);
        }
    }),
  );
});

test("the element type is kept, or chosen", () => {
  const fitted = { mean: [1], scale: [2] };
  expect(standardise(ndarray(new Float32Array([3]), [1, 1]), fitted)).toEqual(ndarray(new Float32Array([1]), [1, 1]));
  expect(standardise(ndarray(new Float64Array([3]), [1, 1]), fitted, "float32").dtype).toBe("float32");
  expect(unstandardise(ndarray(new Float32Array([1]), [1, 1]), fitted, "float64").data).toEqual(new Float64Array([3]));
});

test("what does not fit is refused", () => {
  const rows = ndarray(new Float64Array([1, 2]), [1, 2]);
  expect(() => standardise(rows, { mean: [0], scale: [1] })).toThrow(/each of 2 columns, found 1 means/);
  expect(() => fitStandardisation(ndarray(new Float64Array(0), [0, 2]))).toThrow(/at least one row/);
  expect(() => fitStandardisation(ndarray(new Float64Array([1, Number.NaN]), [1, 2]))).toThrow(/"column2".*finite/);
  const lost = ndarray(new Float64Array([1, 1e200, 2, Infinity]), [2, 2]);
  expect(() => fitStandardisation(lost, ["age", "income"])).toThrow(/"income".*finite values/);
  expect(() => fitStandardisation(ndarray(new Float64Array(2)))).toThrow(/\[rows, columns\]/);
});
