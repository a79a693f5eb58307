/** Host data: a typed array and its shape. What users hand in and get back; see {@link NdArray}. */
import { showValue } from "./check/show-value.ts";
import { DataTypeError, ShapeError } from "./errors.ts";

/**
 * Element types of arrays. `bool` is stored as bytes 0 and 1.
 *
 * Integers are two's complement. Numbers outside the range of `int32` or `int64` wrap around, in every operation and in
 * a cast from `int64` to `int32`. So the least number is its own negative, its own absolute value and its own quotient
 * by -1. Integer division rounds towards zero; division by 0 is a RuntimeError. A cast from real numbers rounds towards
 * zero and stops at the ends of the range. NaN becomes 0.
 */
export type DataType = "float32" | "float64" | "int32" | "int64" | "bool";

/**
 * Element types of tensors. `float16` exists inside compiled functions only, between one `cast` and another: 11 bits of
 * precision, from 6e-8 to 65504. Constants of it are held in float32 and rounded when they are written.
 */
export type ElementType = DataType | "float16";

/** The element types of real numbers. */
export type FloatType = "float32" | "float64";

/** Sizes along each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

type Storage = {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
  float16: Float32Array;
};

/** The class of the data of each element type. */
export const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  // Last: a Float32Array is taken for float32.
  float16: Float32Array,
} as const;

/** A typed array in row-major order with its shape; `data.length` equals the product of `shape`. */
export interface NdArray<D extends ElementType = DataType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: Storage[D];
}

/** Is this host data, rather than a tree of it or anything else? */
export const isNdArray = (value: unknown): value is NdArray =>
  ArrayBuffer.isView((value as NdArray | null | undefined)?.data);

/**
 * The number of elements of a shape: the product of its sizes, 1 for a scalar.
 * @throws ShapeError for a value that is not a list
 */
export const sizeOf = (shape: Shape): number => {
  if (!Array.isArray(shape)) throw new ShapeError(`expected a shape such as [2, 3], found ${showValue(shape)}`);
  let size = 1;
  for (const length of shape) size *= length;
  return size;
};

const checkType = (dtype: unknown): void => {
  if (typeof dtype !== "string" || !Object.hasOwn(constructors, dtype))
    throw new DataTypeError(
      `expected an element type among ${Object.keys(constructors).join(", ")}; found ${showValue(dtype)}`,
    );
};

/**
 * A fresh zero-filled typed array for `length` elements of `dtype`.
 * @throws DataTypeError for an unknown type; ShapeError when they do not fit into memory
 */
export const storage = <D extends ElementType>(dtype: D, length: number): Storage[D] => {
  checkType(dtype);
  try {
    return new constructors[dtype](length) as Storage[D];
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const bytes = (length * constructors[dtype].BYTES_PER_ELEMENT) / 2 ** 30;
    throw new ShapeError(
      `expected an array that fits into memory, found ${length} elements of ${dtype}, ${bytes.toFixed(1)} GiB`,
      { cause },
    );
  }
};

/**
 * Wraps a typed array as an {@link NdArray} without copying.
 * @param data its class decides the element type: Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array (bool)
 * @param shape defaults to one axis of `data.length`
 * @throws ShapeError when the shape does not hold exactly `data.length` elements
 */
export function ndarray(data: Float32Array, shape?: Shape): NdArray<"float32">;
export function ndarray(data: Float64Array, shape?: Shape): NdArray<"float64">;
export function ndarray(data: Int32Array, shape?: Shape): NdArray<"int32">;
export function ndarray(data: BigInt64Array, shape?: Shape): NdArray<"int64">;
export function ndarray(data: Uint8Array, shape?: Shape): NdArray<"bool">;
export function ndarray(data: Storage[DataType], shape?: Shape): NdArray;
export function ndarray(data: Storage[DataType], shape: Shape = [data?.length]): NdArray {
  if (!Array.isArray(shape))
    throw new ShapeError(`ndarray: expected a shape such as [2, 3], found ${showValue(shape)}`);
  for (const dtype of Object.keys(constructors) as DataType[]) {
    if (data instanceof constructors[dtype]) {
      if (sizeOf(shape) !== data.length || !shape.every((n) => Number.isInteger(n) && n >= 0))
        throw new ShapeError(
          `ndarray: expected ${data.length} elements, the length of the data, but the shape [${shape}] holds ${sizeOf(shape)}`,
        );
      return { dtype, shape, data } as NdArray;
    }
  }
  throw new DataTypeError(
    `ndarray: expected a Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array, found ${Object.prototype.toString.call(data)}`,
  );
}

/** An array of zeros. @throws ShapeError for a value that is not a shape; DataTypeError for an unknown type */
export const zeros = <D extends ElementType = "float32">(shape: Shape, dtype: D = "float32" as D): NdArray<D> =>
  ({ dtype, shape, data: storage(dtype, sizeOf(shape)) }) as NdArray<D>;

/** Numbers, nested to any depth, as handed to {@link fromNested}. */
export type Nested = number | readonly Nested[];

/**
 * An array from nested lists of numbers, e.g. `fromNested([[1, 2], [3, 4]])`, cast to the type as by {@link castArray}.
 * @throws ShapeError when sibling lists differ in length; DataTypeError for a value that is not a number, and an
 *   unknown type
 */
export const fromNested = <D extends DataType = "float32">(values: Nested, dtype: D = "float32" as D): NdArray<D> => {
  checkType(dtype);
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0] as Nested) shape.push(level.length);
  const array = zeros(shape, "float64");
  let offset = 0;
  const fill = (level: Nested, axis: number): void => {
    if (Array.isArray(level) !== axis < shape.length || (Array.isArray(level) && level.length !== shape[axis]))
      throw new ShapeError(`fromNested: expected every list at depth ${axis} to have ${shape[axis]} entries`);
    if (Array.isArray(level)) for (const inner of level) fill(inner, axis + 1);
    else if (typeof level === "number") array.data[offset++] = level;
    else
      throw new DataTypeError(
        `fromNested: expected numbers, nested in lists, found ${level === null ? "null" : typeof level}; convert it to numbers`,
      );
  };
  fill(values, 0);
  return castArray(array, dtype);
};

/** An integer of b bits lies from -2^(b - 1) to 2^(b - 1) - 1. */
export const integerBits = { int32: 32, int64: 64 } as const;

/** A real number as an integer: towards zero, to the end of the range from beyond it, 0 from NaN. */
const toInteger = (value: number, dtype: "int32" | "int64"): number | bigint => {
  const end = 2 ** (integerBits[dtype] - 1);
  if (value >= end) return dtype === "int32" ? end - 1 : BigInt(end) - 1n;
  const whole = Number.isNaN(value) ? 0 : Math.max(-end, Math.trunc(value));
  return dtype === "int32" ? whole : BigInt(whole);
};

/**
 * The same elements as another type. Real numbers become integers as {@link DataType} says, integers wrap around in a
 * narrower type, and what is not zero becomes 1 in `bool`.
 * @throws DataTypeError for a value that is not an array, and an unknown type
 */
export const castArray = <D extends ElementType>(array: NdArray<ElementType>, dtype: D): NdArray<D> => {
  if (!isNdArray(array)) throw new DataTypeError(`castArray: expected an NdArray, found ${showValue(array)}`);
  if (array.dtype === (dtype as ElementType)) return array as NdArray<D>;
  const data = storage(dtype, array.data.length) as { [i: number]: unknown };
  for (let i = 0; i < array.data.length; i++) {
    const value = array.data[i]!;
    if (dtype === "bool") data[i] = Number(Number(value) !== 0);
    else if (typeof value === "bigint") data[i] = dtype === "int32" ? Number(BigInt.asIntN(32, value)) : Number(value);
    else data[i] = dtype === "int32" || dtype === "int64" ? toInteger(value, dtype) : value;
  }
  return { dtype, shape: array.shape, data } as unknown as NdArray<D>;
};
