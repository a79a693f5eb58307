import { describe, expect, it } from "vitest";
import type { NdArray } from "../ndarray.ts";
import { ownCopies, ownCopy } from "./execute.ts";

describe("ownCopy", () => {
  it("copies a Buffer out of the pool it shares, to plain bytes", () => {
    const buffer = Buffer.from([1, 0, 1]);
    expect(buffer.buffer.byteLength).toBeGreaterThan(3);
    const copy = ownCopy(buffer);
    expect(copy.constructor).toBe(Uint8Array);
    expect(copy.buffer.byteLength).toBe(3);
    expect([...copy]).toEqual([1, 0, 1]);
    // Handing the copy over leaves the original as it was.
    structuredClone(copy, { transfer: [copy.buffer] });
    expect([...buffer]).toEqual([1, 0, 1]);
  });

  it.each([Float32Array, Float64Array, Int32Array, Uint8Array])(
    "takes just the elements of a view of %o",
    (Elements) => {
      const whole = Elements.from([7, 1, 2, 7]);
      const copy = ownCopy(whole.subarray(1, 3));
      expect(copy).toEqual(Elements.from([1, 2]));
      expect(copy.buffer.byteLength).toBe(2 * Elements.BYTES_PER_ELEMENT);
    },
  );

  it("copies 64-bit integers, and out of shared memory", () => {
    expect(ownCopy(BigInt64Array.of(2n ** 62n))).toEqual(BigInt64Array.of(2n ** 62n));
    const copy = ownCopy(new Float32Array(new SharedArrayBuffer(8)));
    expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("copies the data of inputs and keeps their types", () => {
    const input: NdArray = { dtype: "bool", shape: [3], data: Buffer.from([1, 0, 1]) };
    const [copy] = ownCopies([input]);
    expect(copy).toEqual({ dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) });
    expect(copy!.data.buffer).not.toBe(input.data.buffer);
  });
});
