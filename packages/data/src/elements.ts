/** Numbers as files store them: NumPy type codes such as `<f8`, decoded into the element types of `NdArray`. */
import { type DataType, storage } from "@scorefield/tensor";
import { DataError } from "./errors.ts";

/** How one kind of stored number is decoded. */
export interface ElementType {
  /** The element type that holds every stored value exactly. */
  readonly dtype: DataType;
  /** Bytes of one number. */
  readonly bytes: number;
  /** Numbers per stored element: 2 for complex (real, imaginary). */
  readonly lanes: 1 | 2;
  /** True where the file's bytes are the bytes of the typed array. */
  readonly native: boolean;
  readonly get: (view: DataView, at: number) => number | bigint;
}

const hostIsLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const natives = hostIsLittle ? /^[<=](f4|f8|i4|i8|c8|c16)$/ : /^[>=](f4|f8|i4|i8|c8|c16)$/;

/** The value of IEEE 754 half-precision bits. */
export const halfToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
};

/**
 * The decoder of a NumPy type code: byte order (`<`, `>`, `|`, `=`), kind and bytes, e.g. `<f8`, `>i2`, `|b1`, `<c8`.
 * 8- and 16-bit integers become int32, uint32 and uint64 become int64, float16 becomes float32 (all without loss, save
 * that a uint64 of 2^63 or more throws RangeError). Complex numbers become a trailing axis (real, imaginary).
 * @returns undefined for codes that are not numbers (text, objects, dates) or have no such element type (long double)
 */
export const elementType = (code: string): ElementType | undefined => {
  const little = code[0] === "=" ? hostIsLittle : code[0] !== ">";
  const make = (dtype: DataType, bytes: number, get: ElementType["get"], lanes: 1 | 2 = 1): ElementType => {
    return { dtype, bytes, lanes, native: natives.test(code), get };
  };
  switch (code.slice(1)) {
    case "b1":
      return make("bool", 1, (view, at) => Number(view.getUint8(at) !== 0));
    case "i1":
      return make("int32", 1, (view, at) => view.getInt8(at));
    case "u1":
      return make("int32", 1, (view, at) => view.getUint8(at));
    case "i2":
      return make("int32", 2, (view, at) => view.getInt16(at, little));
    case "u2":
      return make("int32", 2, (view, at) => view.getUint16(at, little));
    case "i4":
      return make("int32", 4, (view, at) => view.getInt32(at, little));
    case "u4":
      return make("int64", 4, (view, at) => BigInt(view.getUint32(at, little)));
    case "i8":
      return make("int64", 8, (view, at) => view.getBigInt64(at, little));
    case "u8":
      return make("int64", 8, (view, at) => {
        const value = view.getBigUint64(at, little);
        if (value >= 2n ** 63n) throw new RangeError(`${value}`);
        return value;
      });
    case "f2":
      return make("float32", 2, (view, at) => halfToNumber(view.getUint16(at, little)));
    case "f4":
      return make("float32", 4, (view, at) => view.getFloat32(at, little));
    case "f8":
      return make("float64", 8, (view, at) => view.getFloat64(at, little));
    case "c8":
      return make("float32", 4, (view, at) => view.getFloat32(at, little), 2);
    case "c16":
      return make("float64", 8, (view, at) => view.getFloat64(at, little), 2);
    default:
      return undefined;
  }
};

/** A typed array of any element type, seen as numbers or bigints alike. */
export interface Elements {
  [index: number]: number | bigint;
  readonly length: number;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  subarray(start: number, end: number): Elements;
}

/** Decodes all of `bytes` into `target` from position `offset` on. */
export const decodeElements = (type: ElementType, bytes: Uint8Array, target: Elements, offset: number): void => {
  if (type.native) {
    new Uint8Array(target.buffer, target.byteOffset + offset * type.bytes, bytes.length).set(bytes);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / type.bytes;
  for (let i = 0; i < count; i++) target[offset + i] = type.get(view, i * type.bytes);
};

/** A zero-filled typed array for `count` numbers of `type`. @throws DataError when they do not fit into memory */
export const allocate = (type: Pick<ElementType, "dtype">, count: number, path: string | undefined): Elements => {
  try {
    return storage(type.dtype, count) as unknown as Elements;
  } catch (cause) {
    throw new DataError({
      path,
      expected: "an array that fits into memory",
      found: `one of ${count} numbers`,
      fix: "Check that the file is whole, or give the program more memory",
      cause,
    });
  }
};

/** As {@link decodeElements}. @throws DataError for an integer that has no place in `target` */
export const decodeNumbers = (
  type: ElementType,
  bytes: Uint8Array,
  target: Elements,
  offset: number,
  path: string | undefined,
  column?: string,
): void => {
  try {
    decodeElements(type, bytes, target, offset);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const fix = "Save the array as float64";
    throw new DataError({ path, column, expected: "integers below 2^63", found: cause.message, fix, cause });
  }
};
