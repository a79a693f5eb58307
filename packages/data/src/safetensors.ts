/**
 * The safetensors format (Hugging Face): a JSON header that names arrays, then their bytes, little-endian and row-major.
 * No Node module is used here.
 */

import { type NdArray, sizeOf } from "@scorefield/tensor";
import { isFields } from "@scorefield/tensor/internal";
import { checkArray, checkBytes, checkMade } from "./check-call.ts";
import { allocate, decodeNumbers, type ElementType, elementType } from "./elements.ts";
import { DataError } from "./errors.ts";

/** Named arrays and what else a file says about them. */
export interface Safetensors {
  readonly arrays: Readonly<Record<string, NdArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const written = { float64: "F64", int64: "I64", float32: "F32", int32: "I32", bool: "BOOL" } as const;

const read: Readonly<Record<string, string>> = {
  F64: "<f8",
  F32: "<f4",
  F16: "<f2",
  I64: "<i8",
  I32: "<i4",
  I16: "<i2",
  I8: "|i1",
  U64: "<u8",
  U32: "<u4",
  U16: "<u2",
  U8: "|u1",
  BOOL: "|b1",
};

/** The first 16 bits of a float32: its range, and 8 binary digits. */
const bfloat16: ElementType = {
  dtype: "float32",
  bytes: 2,
  lanes: 1,
  native: false,
  get: (view, at) => {
    widened.setUint32(0, view.getUint16(at, true) << 16);
    return widened.getFloat32(0);
  },
};
const widened = new DataView(new ArrayBuffer(4));

/** Float32 numbers in 16 bits, little-endian, to the nearest, ties to even. */
const toBfloat16 = (values: Float32Array): Uint8Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new DataView(new ArrayBuffer(2 * values.length));
  for (let i = 0; i < values.length; i++) {
    const all = bits[i]!;
    // Of NaN the sum could be infinity.
    const rounded = Number.isNaN(values[i]) ? 0x7fc0 : (all + 0x7fff + ((all >>> 16) & 1)) >>> 16;
    halves.setUint16(2 * i, rounded, true);
  }
  return new Uint8Array(halves.buffer);
};

const longestHeader = 100_000_000;

/** Bytes of a number. */
const bytesOf = ({
  type,
  data,
}: {
  readonly type: string;
  readonly data: { readonly BYTES_PER_ELEMENT: number };
}): number => (type === "BF16" ? 2 : data.BYTES_PER_ELEMENT);

/**
 * The bytes of a safetensors file. Larger element types come first, so that every array starts at a multiple of its
 * element size; the same content gives the same bytes for any order of its entries.
 * @param options `bfloat16` names float32 arrays that are rounded to BF16: half the bytes, the same range, 8 binary digits
 * @throws DataError for an array named `__metadata__`, which the format keeps for itself
 */
export const encodeSafetensors = (
  arrays: Readonly<Record<string, NdArray>>,
  metadata: Readonly<Record<string, string>> = {},
  { bfloat16: rounded = [] }: { readonly bfloat16?: readonly string[] } = {},
): Uint8Array => {
  for (const [name, array] of Object.entries(arrays ?? {})) checkArray(`encodeSafetensors ${name}`, array);
  checkMade("encodeSafetensors", arrays, [], "arrays by name");
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
  const entries = Object.entries(arrays)
    .map(([name, { dtype, shape, data }]) => {
      if (!rounded.includes(name) || !(data instanceof Float32Array))
        return [name, { type: written[dtype], shape, data }] as const;
      return [name, { type: "BF16", shape, data: toBfloat16(data) }] as const;
    })
    .sort((a, b) => bytesOf(b[1]) - bytesOf(a[1]) || byName(a, b));
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0)
    header.push(["__metadata__", Object.fromEntries(Object.entries(metadata).sort(byName))]);
  let end = 0;
  for (const [name, { type, shape, data }] of entries) {
    if (name === "__metadata__") throw new DataError({ expected: "another name for an array", found: name });
    header.push([name, { dtype: type, shape, data_offsets: [end, (end += data.byteLength)] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(32, 8, start).set(text, 8);
  let offset = start;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
};

/** What kind of JSON value it is. The value itself may be nested deeper than `JSON.stringify` follows. */
const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/**
 * Reads the bytes of a safetensors file. The arrays are copies. Integers of 8 and 16 bits become int32, integers of unsigned
 * 32 and 64 bits int64, F16 and BF16 become float32.
 * @param path named in errors
 * @throws DataError for a truncated file, a damaged header, unknown types, integers of 2^63 and above, and offsets that
 * overlap, leave gaps or do not fit the shape
 */
export const decodeSafetensors = (bytes: Uint8Array, path?: string): Safetensors => {
  checkBytes("decodeSafetensors", bytes);
  const fail = (expected: string, found: string, column?: string, cause?: unknown): DataError =>
    new DataError({ path, column, expected, found, cause });
  if (bytes.length < 8) throw fail("a safetensors file, at least 8 bytes", `${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > longestHeader) throw fail(`a header of at most ${longestHeader} bytes`, `${length} bytes`);
  const start = 8 + length;
  if (bytes.length < start) throw fail(`a header of ${length} bytes`, `a file of ${bytes.length} bytes in all`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw fail("a header in JSON", (cause as Error).message, undefined, cause);
  }
  if (!isFields(header)) throw fail("a JSON object as header", kindOf(header));

  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isFields(metadata)) throw fail("an object of texts as __metadata__", kindOf(metadata));
  const other = Object.entries(metadata).find(([, value]) => typeof value !== "string");
  if (other) throw fail(`a text as ${JSON.stringify(other[0])} of __metadata__`, kindOf(other[1]));

  const entries: { name: string; type: ElementType; shape: number[]; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(rest)) {
    const { dtype, shape, data_offsets: offsets } = isFields(entry) ? entry : {};
    if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
      const found = isFields(entry) ? "an entry where one of them is missing or something else" : kindOf(entry);
      throw fail("dtype, shape and two data_offsets", found, name);
    }
    const type = dtype === "BF16" ? bfloat16 : elementType((Object.hasOwn(read, dtype) && read[dtype]) || "");
    if (!type) throw fail(`one of the types ${Object.keys(read).join(", ")}, BF16`, dtype, name);
    const [from, to] = offsets as [number, number];
    const size = sizeOf(shape) * type.bytes;
    if (to - from !== size)
      throw fail(`${size} bytes for ${dtype} [${shape.join(", ")}]`, `offsets ${from} to ${to}`, name);
    if (start + to > bytes.length)
      throw fail(`${start + to} bytes up to the end of this array`, `a file cut off after ${bytes.length}`, name);
    entries.push({ name, type, shape, from, to });
  }

  // Before anything is copied: entries that share bytes could ask for many times the file's size.
  let end = 0;
  for (const { from, to, name } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw fail(`data from byte ${end} on`, `${from < end ? "an overlap" : "a gap"} at ${from}`, name);
    end = to;
  }
  if (start + end !== bytes.length) throw fail(`the end after ${start + end} bytes`, `${bytes.length} bytes`);

  const arrays = entries.map(({ name, type, shape, from, to }): [string, NdArray] => {
    const data = allocate(type, sizeOf(shape), path);
    decodeNumbers(type, bytes.subarray(start + from, start + to), data, 0, path, name);
    return [name, { dtype: type.dtype, shape, data } as unknown as NdArray];
  });
  return { arrays: Object.fromEntries(arrays), metadata: metadata as Record<string, string> };
};
