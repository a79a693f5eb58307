import { ndarray, ShapeError } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { type GivenValues, givenRows } from "./given.ts";

const model = {
  conditions: {
    class: { shape: [3], classes: 3 },
    weight: { shape: [] },
    text: { shape: [2] },
  },
};
const rowsOf = (given: GivenValues | undefined, count = 3) => givenRows("sample", model, given, count, "float32");
const numbers = (given: GivenValues, name: string): number[] =>
  Array.from(rowsOf(given).between(0, 3)[name]!.data as Float32Array);

test("one value for all samples", () => {
  expect(numbers({ class: 1 }, "class")).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0]);
  expect(numbers({ weight: 2.5 }, "weight")).toEqual([2.5, 2.5, 2.5]);
  expect(numbers({ text: ndarray(Float64Array.of(3, 4)) }, "text")).toEqual([3, 4, 3, 4, 3, 4]);
});

test("a list with one value for each sample, null for none", () => {
  expect(numbers({ class: [2, null, 0] }, "class")).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0]);
  expect(numbers({ class: Int32Array.of(0, 1, 2) }, "class")).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect(numbers({ weight: [1, null, 3] }, "weight")).toEqual([1, 0, 3]);
  expect(numbers({ text: [ndarray(Float32Array.of(1, 2)), null, ndarray(Float32Array.of(5, 6))] }, "text")).toEqual([
    1, 2, 0, 0, 5, 6,
  ]);
});

test("an array with a row for each sample", () => {
  const rows = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  expect(numbers({ text: rows }, "text")).toEqual([1, 2, 3, 4, 5, 6]);
  expect(numbers({ weight: ndarray(Float32Array.of(7, 8, 9)) }, "weight")).toEqual([7, 8, 9]);
});

test("rows of any samples, in the element type of the computation; of no sample, zeros", () => {
  const given = givenRows("sample", model, { class: [0, 1, 2] }, 3, "float64");
  const { class: rows } = given.rows([2, -1, 0, 3]);
  expect(rows!.dtype).toBe("float64");
  expect(rows!.shape).toEqual([4, 3]);
  expect(Array.from(rows!.data as Float64Array)).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  expect(given.specs(4)).toEqual({ class: { shape: [4, 3], dtype: "float64" } });
});

test("what is not given makes no rows", () => {
  for (const given of [undefined, {}, { class: null }, { class: undefined }]) {
    expect(rowsOf(given).specs(2)).toEqual({});
    expect(rowsOf(given).between(0, 2)).toEqual({});
  }
});

test("what does not fit is refused, saying what would", () => {
  const refused = (given: unknown): (() => unknown) => {
    return () => rowsOf(given as GivenValues);
  };
  expect(refused({ clas: 1 })).toThrow(/expected conditions among class, weight, text; found clas.*class/);
  expect(() => givenRows("sample", {}, { class: 1 }, 3, "float32")).toThrow(
    "sample given: expected no conditions, since the model takes none; found class",
  );
  for (const label of [3, -1, 0.5, Number.NaN])
    expect(refused({ class: label })).toThrow(
      `sample given class: expected a class from 0 to 2, or null for none, found ${label}`,
    );
  expect(refused({ class: [0, 1] })).toThrow(
    "sample given class: expected one value for all, or a list of one for each of the 3 samples; found a list of 2",
  );
  expect(refused({ class: [0, 1, 3] })).toThrow(ArgumentError);
  expect(refused({ class: "cat" })).toThrow(ArgumentError);
  expect(refused({ class: ["cat", "dog", "cow"] })).toThrow(/found "cat"/);
  expect(refused({ weight: Number.POSITIVE_INFINITY })).toThrow(/a finite number/);
  expect(refused({ weight: { a: 1 } })).toThrow(/found an object/);
  expect(refused({ text: 1 })).toThrow(/an array \[2\]/);
  expect(refused({ text: ndarray(Float32Array.of(1, 2, 3)) })).toThrow(ShapeError);
  expect(refused({ class: ndarray(Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3]) })).toThrow(
    /\[3, 3\] with a row for each sample, or \[3\] for all; found \[2, 3\]/,
  );
  expect(refused({ text: ndarray(Float32Array.of(1, Number.NaN)) })).toThrow(/finite numbers, found NaN/);
  for (const given of [3, [1], null, ndarray(Float32Array.of(1))]) expect(refused(given)).toThrow(/values by name/);
});

test("as many classes in an array as the model has are not taken for one row of all, and a map not for nothing", () => {
  const given = (values: unknown, count: number) => () => rowsOf(values as GivenValues, count);
  expect(given({ class: ndarray(Int32Array.of(0, 1, 2)) }, 3)).toThrow(
    /expected a list of classes or rows \[3, 3\], found an array \[3\].*hand over its data/,
  );
  expect(given({ class: ndarray(Float32Array.of(0, 1, 0)) }, 2)).not.toThrow();
  expect(given(new Map([["class", 1]]), 3)).toThrow(/expected values by name/);
});
