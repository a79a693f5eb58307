import { describe, expect, it } from "vitest";
import { ndarray } from "../ndarray.ts";
import { encodeModel } from "./encode.ts";
import { halfBits } from "./float16.ts";

/** The number of 16 bits, by the format's definition. */
const numberOf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits >>> 15 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
};

describe("halfBits", () => {
  it("returns every float16 as it is", () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = numberOf(bits);
      if (Number.isNaN(value)) expect(halfBits(value) & 0x7fff).toBeGreaterThan(0x7c00);
      else expect(halfBits(value)).toBe(bits);
    }
  });

  it("rounds what lies between two to the nearer, and halfway to the even one", () => {
    for (let bits = 0; bits < 0x7c00; bits += 7) {
      const low = numberOf(bits);
      const high = bits + 1 === 0x7c00 ? 65536 : numberOf(bits + 1);
      const at = (share: number): number => halfBits(Math.fround(low + share * (high - low)));
      expect(at(0.25)).toBe(bits);
      expect(at(0.75)).toBe(bits + 1);
      expect(at(0.5)).toBe(bits + (bits % 2));
    }
    expect([65519, 65520, 1e9, -1e9].map(halfBits)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });
});

describe("encodeModel", () => {
  it("writes constants of float16 as two bytes each", () => {
    const bytes = encodeModel({
      name: "constants",
      inputs: [],
      outputs: [],
      constants: [{ name: "c", value: { ...ndarray(Float32Array.of(1, -2, 65504)), dtype: "float16" } }],
      nodes: [],
    });
    expect(Buffer.from(bytes).includes(Buffer.from([0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b]))).toBe(true);
  });
});
