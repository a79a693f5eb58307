import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

fc.configureGlobal({ seed: 1 });

const makers = [Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array] as const;

const arrays = fc.dictionary(
  fc.string({ unit: "grapheme", maxLength: 8 }).filter((name) => name !== "__metadata__"),
  fc
    .tuple(fc.array(fc.nat(3), { maxLength: 3 }), fc.constantFrom(...makers), fc.nat(1000))
    .map(([shape, Maker, start]) => {
      const data = new Maker(sizeOf(shape)) as Float32Array;
      for (let i = 0; i < data.length; i++)
        (data as { [i: number]: unknown })[i] =
          (Maker as unknown) === BigInt64Array
            ? BigInt(start + i)
            : (Maker as unknown) === Uint8Array
              ? i % 2
              : (start + i) / 7;
      return ndarray(data, shape) as NdArray;
    }),
  { noNullPrototype: true },
);
const metadata = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), {
  noNullPrototype: true,
});

test("named arrays and texts come back", () => {
  fc.assert(
    fc.property(arrays, metadata, (arrays, metadata) => {
      expect(decodeSafetensors(encodeSafetensors(arrays, metadata))).toEqual({ arrays, metadata });
    }),
  );
});

test("arrays start at multiples of their element size, and the order of entries does not matter", () => {
  fc.assert(
    fc.property(arrays, (arrays) => {
      const bytes = encodeSafetensors(arrays);
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
      for (const [name, { data_offsets }] of Object.entries<{ data_offsets: [number, number] }>(header))
        expect((8 + length + data_offsets[0]) % arrays[name]!.data.BYTES_PER_ELEMENT).toBe(0);
      expect(encodeSafetensors(Object.fromEntries(Object.entries(arrays).reverse()))).toEqual(bytes);
    }),
  );
});

const file = (header: unknown, data: number[] = []): Uint8Array => {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  return new Uint8Array([text.length & 255, text.length >> 8, 0, 0, 0, 0, 0, 0, ...text, ...data]);
};

test("a file laid out by hand", () => {
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const half = { dtype: "F16", shape: [], data_offsets: [8, 10] };
  const bytes = file({ __metadata__: { format: "pt" }, w: entry, h: half }, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0x3c]);
  expect(decodeSafetensors(bytes)).toEqual({
    arrays: { w: ndarray(new Float32Array([1, -2])), h: ndarray(new Float32Array([1]), []) },
    metadata: { format: "pt" },
  });
});

test("BF16 by hand: the first half of a float32, to the nearest, ties to even", () => {
  // 1.0 = 3f80; 1 + 2^-8 is halfway to 3f81 and goes to even, 1 + 3 2^-8 goes up; the smallest and largest numbers keep their range.
  const values = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -(2 ** -140), 3e38, Number.NaN, Number.NEGATIVE_INFINITY, 1e-30];
  const a = ndarray(new Float32Array(values));
  const bytes = encodeSafetensors({ a, b: ndarray(new Float32Array([0.1])) }, {}, { bfloat16: ["a"] });
  const { arrays } = decodeSafetensors(bytes);
  const found = Array.from(arrays.a!.data as Float32Array);
  expect(found.slice(0, 3)).toEqual([1, 1, 1 + 2 ** -6]);
  expect(found[3]).toBe(-0);
  expect(found[4]! / 3e38).toBeCloseTo(1, 2);
  expect(found.slice(5, 7)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
  expect(found[7]! / 1e-30).toBeCloseTo(1, 2);
  expect(arrays.b!.data[0]).toBe(Math.fround(0.1));
  expect(
    decodeSafetensors(file({ w: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } }, [0x80, 0x3f, 0, 0xc0])),
  ).toEqual({
    arrays: { w: ndarray(new Float32Array([1, -2])) },
    metadata: {},
  });
});

test("the arrays are copies", () => {
  const bytes = encodeSafetensors({ w: ndarray(new Float32Array([1])) });
  const { arrays } = decodeSafetensors(bytes);
  bytes.fill(0);
  expect(arrays.w!.data[0]).toBe(1);
});

const f32 = (shape: number[], data_offsets: unknown) => ({ dtype: "F32", shape, data_offsets });
const eight = [0, 0, 0, 0, 0, 0, 0, 0];

test.each([
  ["an empty file", new Uint8Array(0), /at least 8 bytes, found 0/],
  ["a cut header", file({ w: f32([1], [0, 4]) }).subarray(0, 20), /header of \d+ bytes, found a file of 20/],
  ["cut data", file({ w: f32([2], [0, 8]) }, [0, 0, 0, 0]), /column "w": .*cut off/],
  ["a length beyond reason", new Uint8Array(8).fill(255), /header of at most/],
  ["no JSON", file("{w"), /header in JSON/],
  ["a list", file("[1]"), /JSON object/],
  ["an unknown type", file({ w: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, [0]), /found F8_E4M3/],
  [
    "a type that is a method",
    file({ w: { dtype: "toString", shape: [1], data_offsets: [0, 2] } }, [0, 0]),
    /found toString/,
  ],
  ["no offsets", file({ w: { dtype: "F32", shape: [1] } }), /two data_offsets/],
  ["a negative size", file({ w: f32([-1], [0, 4]) }), /two data_offsets/],
  ["offsets unlike the shape", file({ w: f32([3], [0, 8]) }, eight), /12 bytes for F32 \[3\]/],
  ["overlapping arrays", file({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, eight), /column "b": .*an overlap at 0/],
  ["a gap", file({ a: f32([1], [4, 8]) }, eight), /a gap at 4/],
  ["bytes after the last array", file({ a: f32([1], [0, 4]) }, eight), /found \d+ bytes/],
  ["metadata that is not text", file({ __metadata__: { step: 3 } }), /a text as "step" of __metadata__/],
])("%s is refused", (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes, "c.safetensors")).toThrow(message);
  expect(() => decodeSafetensors(bytes, "c.safetensors")).toThrow(/^c\.safetensors/);
});

test("a header nested 100,000 deep is refused like any other", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const bytes = (text: string): Uint8Array => {
    const header = new TextEncoder().encode(text);
    const all = new Uint8Array(8 + header.length);
    new DataView(all.buffer).setBigUint64(0, BigInt(header.length), true);
    all.set(header, 8);
    return all;
  };
  for (const text of [deep, `{"a":${deep}}`, `{"__metadata__":${deep}}`, `{"__metadata__":{"a":${deep}}}`])
    expect(() => decodeSafetensors(bytes(text), "c.safetensors")).toThrow(DataError);
  expect(() => decodeSafetensors(bytes(`{"a":{"dtype":${deep}}}`))).toThrow(/two data_offsets/);
});

test("entries that share their bytes are refused before any is copied", () => {
  const count = 100_000;
  const shared = Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, f32([1 << 20], [0, 1 << 22])]));
  const header = new TextEncoder().encode(JSON.stringify(shared));
  const bytes = new Uint8Array(8 + header.length + (1 << 22));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  expect(() => decodeSafetensors(bytes)).toThrow(/an overlap/);
});

test("an integer of 2^63 and above has no place", () => {
  const bytes = file({ n: { dtype: "U64", shape: [1], data_offsets: [0, 8] } }, new Array(8).fill(255));
  expect(() => decodeSafetensors(bytes)).toThrow(/column "n": expected integers below 2\^63/);
});

test("the reserved name is refused", () => {
  expect(() => encodeSafetensors({ __metadata__: ndarray(new Float32Array(1)) })).toThrow(/another name/);
});
