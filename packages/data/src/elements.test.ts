import { expect, test } from "vitest";
import { allocate, decodeElements, elementType, halfToNumber } from "./elements.ts";

const decode = (code: string, bytes: number[]) => {
  const type = elementType(code)!;
  const target = allocate(type, bytes.length / type.bytes, undefined);
  decodeElements(type, new Uint8Array(bytes), target, 0);
  return [type.dtype, ...Array.from(target)];
};

test("half precision: known bit patterns", () => {
  // 0x3555 is the half nearest 1/3, 0x0001 the smallest above 0, 0x7bff the largest (IEEE 754-2008, binary16).
  const known = { 15360: 1, 13653: 0.333251953125, 1: 2 ** -24, 1023: 1023 * 2 ** -24, 1024: 2 ** -14, 31743: 65504 };
  for (const [bits, value] of Object.entries(known)) {
    expect(halfToNumber(Number(bits))).toBe(value);
    expect(halfToNumber(Number(bits) | 0x8000)).toBe(-value);
  }
  expect(halfToNumber(0x7c00)).toBe(Number.POSITIVE_INFINITY);
  expect(halfToNumber(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
  expect(halfToNumber(0x7e00)).toBeNaN();
  expect(halfToNumber(0x8000)).toBe(-0);
});

// Expected values by hand; each row gives the little-endian bytes, which are reversed for the big-endian code.
test.each([
  ["i1", [0xff], ["int32", -1]],
  ["u1", [0xff], ["int32", 255]],
  ["i2", [0xfe, 0xff], ["int32", -2]],
  ["u2", [0xfe, 0xff], ["int32", 65534]],
  ["i4", [0, 0, 0, 0x80], ["int32", -(2 ** 31)]],
  ["u4", [0, 0, 0, 0x80], ["int64", 2n ** 31n]],
  ["i8", [1, 0, 0, 0, 0, 0, 0, 0x80], ["int64", 1n - 2n ** 63n]],
  ["u8", [1, 0, 0, 0, 0, 0, 0, 0x40], ["int64", 1n + 2n ** 62n]],
  ["f2", [0x00, 0xc0], ["float32", -2]],
  ["f4", [0, 0, 0xc0, 0x3f], ["float32", 1.5]],
  ["f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], ["float64", 1.5]],
])("%s in both byte orders", (code, bytes, expected) => {
  expect(decode(`<${code}`, bytes)).toEqual(expected);
  expect(decode(`=${code}`, bytes)).toEqual(expected);
  expect(decode(`>${code}`, [...bytes].reverse())).toEqual(expected);
});

test("booleans are 0 or 1 for any byte", () => {
  expect(decode("|b1", [0, 1, 7])).toEqual(["bool", 0, 1, 1]);
});

test("a uint64 beyond int64 is refused, and what is not a number is unknown", () => {
  expect(() => decode("<u8", [0, 0, 0, 0, 0, 0, 0, 0x80])).toThrow(RangeError);
  for (const code of ["|O", "<U5", "|S3", "<M8[ns]", "<f16", "|V8", ""]) expect(elementType(code)).toBeUndefined();
});
