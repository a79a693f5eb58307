/** Arrays in recipes: few numbers as nested lists, many as the base64 of their bytes. */
import { castArray, fromNested, isNdArray, type NdArray, type Nested, ndarray, sizeOf } from "@scorefield/tensor";
import { isFields } from "@scorefield/tensor/internal";

/** Numbers up to this many are written as nested lists, which people can read. */
const mostNested = 64;

/**
 * An array in a recipe: nested lists of numbers, or its shape, its element type and the base64 (RFC 4648, section 4) of its
 * numbers in row-major order, little-endian.
 */
export type ArrayJson =
  | readonly Nested[]
  | { readonly shape: readonly number[]; readonly dtype: "float32" | "float64"; readonly base64: string };

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of numbers of `width` bytes, from the machine's order to little-endian or back. */
const ordered = (bytes: Uint8Array, width: number): Uint8Array => {
  if (littleEndian) return bytes;
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)]!);
};

const toBase64 = (bytes: Uint8Array): string => {
  let text = "";
  // In parts, because a function takes a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};

const fromBase64 = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
};

const nest = (values: readonly number[], shape: readonly number[]): Nested[] => {
  const [length = 0, ...inner] = shape;
  const size = sizeOf(inner);
  return Array.from({ length }, (_, i) =>
    inner.length === 0 ? values[i]! : nest(values.slice(i * size, (i + 1) * size), inner),
  );
};

/** An array as JSON. Numbers of float32 are written as such; all others as float64. Reading gives the same numbers. */
export const writeArray = (array: NdArray): ArrayJson => {
  const values = castArray(array, "float64").data;
  if (values.length <= mostNested && array.shape.length > 0) return nest(Array.from(values), array.shape);
  const dtype = values.every((value) => Math.fround(value) === value) ? "float32" : "float64";
  const { buffer, BYTES_PER_ELEMENT: width } = dtype === "float32" ? Float32Array.from(values) : values.slice();
  return { shape: [...array.shape], dtype, base64: toBase64(ordered(new Uint8Array(buffer), width)) };
};

const parse = (value: unknown): NdArray<"float64"> | undefined => {
  if (isNdArray(value)) return castArray(value, "float64");
  if (Array.isArray(value)) return fromNested(value as Nested, "float64");
  if (!isFields(value)) return undefined;
  const { shape, dtype, base64, ...others } = value;
  if (Object.keys(others).length > 0 || !Array.isArray(shape) || typeof base64 !== "string") return undefined;
  if (dtype !== "float32" && dtype !== "float64") return undefined;
  const bytes = fromBase64(base64);
  const width = dtype === "float32" ? 4 : 8;
  if (!bytes || bytes.length % width !== 0) return undefined;
  const { buffer } = ordered(bytes, width);
  return dtype === "float32"
    ? castArray(ndarray(new Float32Array(buffer as ArrayBuffer), shape), "float64")
    : ndarray(new Float64Array(buffer as ArrayBuffer), shape);
};

/**
 * The array of finite numbers that a value stands for, in float64.
 * @param rank number of axes, where it is fixed
 * @returns undefined for anything else
 */
export const readArray = (value: unknown, rank?: number): NdArray<"float64"> | undefined => {
  try {
    const array = parse(value);
    const fits = array && (rank === undefined || array.shape.length === rank) && array.data.every(Number.isFinite);
    return fits ? array : undefined;
  } catch {
    return undefined;
  }
};
