import { fromNested, type NdArray, ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { readArray, writeArray } from "./array-json.ts";

const again = (array: NdArray) => readArray(JSON.parse(JSON.stringify(writeArray(array))));

describe("arrays in recipes", () => {
  test("few numbers are nested lists", () => {
    expect(
      writeArray(
        fromNested(
          [
            [1, 2, 3],
            [4, 5, 0.1],
          ],
          "float64",
        ),
      ),
    ).toEqual([
      [1, 2, 3],
      [4, 5, 0.1],
    ]);
    expect(readArray([[1, 2]])).toEqual(ndarray(Float64Array.of(1, 2), [1, 2]));
  });

  test("many numbers come back to the bit", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const values = normal([40, 250], { seed: 1, dtype });
      expect(writeArray(values)).toMatchObject({ shape: [40, 250], dtype });
      expect(again(values)).toEqual(ndarray(Float64Array.from(values.data), [40, 250]));
    }
  });

  test("base64 is that of little-endian bytes", () => {
    expect(readArray({ shape: [2], dtype: "float32", base64: "AACAPwAAAMA=" })?.data).toEqual(Float64Array.of(1, -2));
  });

  test.each([
    [[[1], [1, 2]]],
    [["1"]],
    [[Number.NaN]],
    [{ shape: [3], dtype: "float32", base64: "AACAPwAAAMA=" }],
    [{ shape: [2], dtype: "float16", base64: "AACAPwAAAMA=" }],
    [{ shape: [2], dtype: "float32", base64: "?" }],
    [{ shape: [2], dtype: "float32", base64: "AACAPwAAAMA=", more: 1 }],
    [ndarray(Float64Array.of(Number.POSITIVE_INFINITY))],
    ["x"],
    [undefined],
  ])("%j is refused", (value) => {
    expect(readArray(value)).toBeUndefined();
  });

  test("another number of axes is refused", () => {
    expect(readArray([1, 2], 2)).toBeUndefined();
    expect(readArray([1, 2], 1)).toBeDefined();
  });
});
