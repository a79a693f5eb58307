import { describe, expect, it } from "vitest";
import { DataTypeError } from "../errors.ts";
import { castArray, fromNested } from "../ndarray.ts";
import { native } from "../runtime/native.ts";
import { add, multiply } from "./arithmetic.ts";
import { clip } from "./comparison.ts";
import { describeIntegers } from "./integer.case.ts";
import { constant, input } from "./source.ts";
import { mean, variance } from "./statistics.ts";
import { pad } from "./window.ts";

describeIntegers("native()", () => native({ threads: 1 }), 60);

describe("integers", () => {
  const [x, y] = [input({ dtype: "int32", shape: [3] }), input({ dtype: "int64", shape: [3] })];

  it("refuse numbers that they cannot hold", () => {
    expect(() => constant(2 ** 31, "int32")).toThrow(DataTypeError);
    expect(() => add(x, 2 ** 31)).toThrow(
      /^add\(int32\[3\]\): constant: expected -2\^31 to 2\^31 - 1 for int32, found 2147483648/,
    );
    expect(() => multiply(y, 2 ** 63)).toThrow(/expected -2\^63 to 2\^63 - 1 for int64/);
    expect(() => clip(x, -1e12, 0)).toThrow(DataTypeError);
    expect(() => pad(x, [[1, 0]], { value: 0.5 })).toThrow(/^pad\(int32\[3\]\): .*whole number for int32, found 0.5/);
    expect(castArray(constant(-(2 ** 63), "int64").attributes, "float64").data[0]).toBe(-(2 ** 63));
  });

  it("have no mean and no variance", () => {
    expect(() => mean(x)).toThrow(/^mean\(int32\[3\]\): expected float elements, found int32; convert with cast/);
    expect(() => variance(y)).toThrow(/^variance\(int64\[3\]\): expected float elements, found int64/);
  });

  it("are made of nested numbers as a cast makes them", () => {
    expect(fromNested([1.5, -2.5, 3e9], "int32").data).toEqual(Int32Array.of(1, -2, 2 ** 31 - 1));
    expect(fromNested([1.5, Number.NaN], "int64").data).toEqual(BigInt64Array.of(1n, 0n));
    expect(fromNested([0, 2], "bool").data).toEqual(Uint8Array.of(0, 1));
  });
});
