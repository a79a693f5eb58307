/** Where values come from: inputs of a traced function, constants, and marks that set a value apart. */
import { showValue } from "../check/show-value.ts";
import { DataTypeError, ShapeError } from "../errors.ts";
import { isShape } from "../graph/shape.ts";
import { apply, intern, type Operation, Tensor, type TensorType, uniqueId } from "../graph/tensor.ts";
import { castArray, type ElementType, integerBits, isNdArray, type NdArray, sizeOf, storage } from "../ndarray.ts";

const inputOperation: Operation<TensorType & { unique: number }> = {
  name: "input",
  infer: (_, { dtype, shape }) => {
    if (!isShape(shape)) throw new ShapeError(`expected sizes that are whole numbers, found [${shape}]`);
    return { dtype, shape };
  },
};

/** A fresh input of a traced function. */
export const input = (type: TensorType): Tensor =>
  apply(inputOperation, [], { dtype: type.dtype, shape: type.shape, unique: uniqueId() });

export const isInput = (node: Tensor): boolean => node.operation === inputOperation;

export const constantOperation: Operation<NdArray<ElementType>> = {
  name: "constant",
  infer: (_, value) => value,
  lower: (node, _, emit) => emit.constant(node.attributes),
};

const identities = new WeakMap<object, number>();
const identityOf = (data: object): number => {
  if (!identities.has(data)) identities.set(data, uniqueId());
  return identities.get(data)!;
};
const small = 64;

/**
 * A value known while tracing. Numbers become scalars of `dtype`. Small arrays are equal when their elements are.
 * Larger arrays are equal when they are the same object, so their elements must not change.
 * @throws DataTypeError for what is neither a number nor an array, and a number that an integer `dtype` cannot hold
 */
export const constant = (value: NdArray<ElementType> | number, dtype: ElementType = "float32"): Tensor => {
  const array = typeof value === "number" ? scalar(value, dtype) : value;
  if (!isNdArray(array))
    throw new DataTypeError(`constant: expected a number or an NdArray, found ${showValue(value)}`);
  const { data, shape } = array;
  const content =
    data.length <= small
      ? Array.from(data as ArrayLike<unknown>, (v) => (Object.is(v, -0) ? "-0" : String(v))).join()
      : `@${identityOf(data)}`;
  return intern(`constant:${array.dtype}[${shape}]${content}`, (id) => {
    // A copy: the caller may go on writing to an array that is known here by its elements.
    const kept = data.length <= small ? ({ ...array, data: data.slice() } as NdArray<ElementType>) : array;
    return new Tensor(constantOperation, [], kept, { dtype: array.dtype, shape }, id);
  });
};

/**
 * A constant that follows from `key`, the same node for as long as it is in use: large arrays count as equal only when they
 * are one object.
 */
export const sharedConstant = (key: string, make: () => NdArray<ElementType>): Tensor =>
  intern(`shared constant:${key}`, () => constant(make()));

const scalar = (value: number, dtype: ElementType): NdArray<ElementType> => {
  if (isFloat(dtype)) {
    const data = storage(dtype, 1);
    (data as Float64Array)[0] = value;
    return { dtype, shape: [], data } as NdArray<ElementType>;
  }
  if (isInteger(dtype)) {
    if (!Number.isInteger(value))
      throw new DataTypeError(`constant: expected a whole number for ${dtype}, found ${value}`);
    const power = integerBits[dtype] - 1;
    if (value < -(2 ** power) || value >= 2 ** power)
      throw new DataTypeError(`constant: expected -2^${power} to 2^${power} - 1 for ${dtype}, found ${value}`);
  }
  return castArray({ dtype: "float64", shape: [], data: Float64Array.of(value) }, dtype);
};

/** The number a tensor is everywhere, if it is a constant of one element. */
export const constantNumber = (node: Tensor): number | undefined =>
  node.operation === constantOperation && sizeOf(node.shape) === 1
    ? Number((node.attributes as NdArray<ElementType>).data[0])
    : undefined;

const aliasOperation: Operation<number> = {
  name: "alias",
  infer: ([x]) => x!,
  pullback: (cotangent) => [cotangent],
  expand: (node) => node.inputs[0],
};

/** The same value as a new node: what a derivative is taken with respect to. Removed before lowering. */
export const alias = (x: Tensor): Tensor => apply(aliasOperation, [x], uniqueId());

const stopGradientOperation: Operation<undefined> = {
  name: "stopGradient",
  infer: ([x]) => x!,
  expand: (node) => node.inputs[0],
};

/** The same value, whose derivative counts as zero. */
export const stopGradient = (x: Tensor): Tensor => apply(stopGradientOperation, [x], undefined);

export const castOperation: Operation<ElementType> = {
  name: "cast",
  elementwise: true,
  infer: ([x], dtype) => ({ dtype, shape: x!.shape }),
  pullback: (cotangent, node) => {
    const { dtype } = node.inputs[0]!;
    return [isFloat(dtype) && isFloat(node.dtype) ? cast(cotangent, dtype) : undefined];
  },
  evaluate: ([x], node) => castArray(x!, node.attributes),
  lower: ({ inputs: [source], attributes: dtype }, [x], emit) => {
    const from = source!.dtype;
    const convert = (value: string): string => emit.node("Cast", [value], { to: { int: onnxType[dtype] } });
    if (!isFloat(from) || !isInteger(dtype)) return convert(x!);
    // The format leaves open what becomes of numbers beyond the range, and processors differ in it.
    const number = (value: number): string => emit.constant(scalar(value, from));
    const whole = (value: number): string => emit.constant(castArray(scalar(value, "float64"), dtype));
    const end = number(2 ** (integerBits[dtype] - 1));
    const within = emit.node("Less", [emit.node("Abs", [x!]), end]);
    const lowest = emit.node("Where", [
      emit.node("Less", [x!, number(0)]),
      whole(Number.NEGATIVE_INFINITY),
      whole(0), // NaN
    ]);
    const ends = emit.node("Where", [emit.node("GreaterOrEqual", [x!, end]), whole(Number.POSITIVE_INFINITY), lowest]);
    return emit.node("Where", [within, convert(emit.node("Where", [within, x!, number(0)])), ends]);
  },
};

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxType: Record<ElementType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

export const isFloat = (dtype: ElementType): boolean =>
  dtype === "float16" || dtype === "float32" || dtype === "float64";

const isInteger = (dtype: ElementType): dtype is keyof typeof integerBits => dtype in integerBits;

/** The same elements as another type; see {@link DataType} for integers. */
export const cast = (x: Tensor, dtype: ElementType): Tensor =>
  x.dtype === dtype ? x : apply(castOperation, [x], dtype);

/** f(x), in float32 where x is float16, whose sums overflow at 65504 and lose what is below a thousandth of them. */
export const inFloat32 = (x: Tensor, f: (x: Tensor) => Tensor): Tensor =>
  x.dtype === "float16" ? cast(f(cast(x, "float32")), "float16") : f(x);
