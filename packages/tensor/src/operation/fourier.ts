/**
 * Discrete Fourier transforms. Complex numbers are pairs [re, im] in a trailing axis of size 2; other axes are counted
 * without it, so that -1 is the last axis of the signal. Normalised as in NumPy: the inverse divides by the length.
 */
import { ShapeError } from "../errors.ts";
import { apply, axesOf, axisOf, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { type ElementType, type NdArray, zeros } from "../ndarray.ts";
import { multiply } from "./arithmetic.ts";
import type { Axes } from "./broadcast.ts";
import { checkTypes } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { reshape, transpose } from "./reshape.ts";
import { cast, constant, inFloat32, sharedConstant } from "./source.ts";
import { concat, flip, pad, sliceAxis } from "./window.ts";

interface Transform {
  readonly axis: number;
  readonly inverse: boolean;
}

/** The transform of n complex numbers as a real matrix, from [n, 2] to [n, 2]. */
const matrix = (n: number, inverse: boolean, dtype: ElementType): NdArray => {
  const result = zeros([n, 2, n, 2], dtype as "float64");
  const { data } = result;
  const [sign, factor] = inverse ? [1, 1 / n] : [-1, 1];
  for (let from = 0; from < n; from++)
    for (let to = 0; to < n; to++) {
      // The angle is reduced in whole numbers, which keeps it exact.
      const angle = (2 * Math.PI * ((from * to) % n)) / n;
      const [re, im] = [factor * Math.cos(angle), sign * factor * Math.sin(angle)];
      const at = (a: number, b: number): number => ((from * 2 + a) * n + to) * 2 + b;
      data[at(0, 0)] = data[at(1, 1)] = re;
      data[at(0, 1)] = im;
      data[at(1, 0)] = -im;
    }
  return { ...result, shape: [2 * n, 2 * n] };
};

/**
 * Up to which length one matrix product beats the runtime's transform, as measured on 64 to 256 signals. The latter needs
 * several transforms for a length that is no power of two.
 */
const suitsMatrix = (n: number): boolean => n <= ((n & (n - 1)) === 0 ? 256 : 1024);

const transformOperation: Operation<Transform> = {
  name: "dft",
  infer: (inputs) => ({ dtype: checkTypes(inputs, "float"), shape: inputs[0]!.shape }),
  // The matrix is symmetric, so its conjugate transpose is the opposite transform, except for the factor.
  pullback: (cotangent, node) => {
    const { axis, inverse } = node.attributes;
    const n = node.shape[axis]!;
    return [multiply(transform(cotangent, { axis, inverse: !inverse }), inverse ? 1 / n : n)];
  },
  expand: (node) => {
    const [x] = node.inputs as [Tensor];
    const { axis, inverse } = node.attributes;
    if (x.dtype === "float16") return inFloat32(x, (y) => transform(y, { axis, inverse }));
    const n = x.shape[axis]!;
    if (suitsMatrix(n)) {
      const values = sharedConstant(`dft ${n} ${inverse} ${x.dtype}`, () => matrix(n, inverse, x.dtype));
      return lastly(x, axis, (moved) =>
        reshape(matmul(reshape(moved, [...moved.shape.slice(0, -2), 2 * n]), values), moved.shape),
      );
    }
    // The runtime's transform loses up to half the digits of a float32; its inverse loses half the digits of a float64.
    // With the parts of complex numbers swapped, the transform does for its inverse.
    if (x.dtype === "float32") return cast(transform(cast(x, "float64"), { axis, inverse }), "float32");
    if (inverse) return multiply(flip(transform(flip(x, -1), { axis, inverse: false }), -1), 1 / n);
    // It wants an axis in front.
    return axis === 0
      ? reshape(transform(reshape(x, [1, ...x.shape]), { axis: 1, inverse: false }), x.shape)
      : undefined;
  },
  lower: (node, [x], emit) => {
    const axis: NdArray = { dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(node.attributes.axis)) };
    return emit.node("DFT", [x!, "", emit.constant(axis)]);
  },
};

const transform = (x: Tensor, attributes: Transform): Tensor => apply(transformOperation, [x], attributes);

/** f with one axis moved to stand before the trailing pair, and back. */
const lastly = (x: Tensor, axis: number, f: (moved: Tensor) => Tensor): Tensor => {
  const order = [...x.shape.keys()].filter((i) => i !== axis);
  order.splice(-1, 0, axis);
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(f(transpose(x, order)), back);
};

const fail = (name: string, x: Tensor, reason: string): Error => explain(new ShapeError(reason), name, [x]);

const alongAll = (name: string, x: Tensor, axes: Axes, inverse: boolean): Tensor => {
  if (x.rank < 2 || x.shape.at(-1) !== 2)
    throw fail(name, x, "expected complex numbers as a trailing axis [re, im] of size 2");
  const list = axesOf(name, x, axes, x.rank - 1);
  if (list.some((axis) => x.shape[axis] === 0)) throw fail(name, x, "expected at least one element along the axis");
  return list.reduce((signal, axis) => transform(signal, { axis, inverse }), x);
};

/**
 * Discrete Fourier transform: X[k] = sum over j of x[j] e^(-2 pi i j k / n).
 * @param x [..., n, ..., 2]
 * @param axes one or several, the last of the signal by default
 * @returns the shape of x
 * @throws ShapeError when x has no trailing axis of size 2, or not these axes
 */
export const dft = (x: Tensor, axes: Axes = -1): Tensor => alongAll("dft", x, axes, false);

/** Inverse of {@link dft}: x[j] = 1/n sum over k of X[k] e^(2 pi i j k / n). */
export const inverseDft = (x: Tensor, axes: Axes = -1): Tensor => alongAll("inverseDft", x, axes, true);

/**
 * {@link dft} of a real signal along one axis. Frequencies above n / 2 are left out, being conjugates of those below.
 * @param x [..., n, ...]
 * @returns [..., floor(n / 2) + 1, ..., 2]
 */
export const realDft = (x: Tensor, axis = -1): Tensor => {
  const place = axisOf("realDft", x, axis);
  if (x.shape[place] === 0) throw fail("realDft", x, "expected at least one element along the axis");
  const pairs = pad(reshape(x, [...x.shape, 1]), [...x.shape.map(() => [0, 0]), [0, 1]]);
  return sliceAxis(transform(pairs, { axis: place, inverse: false }), place, 0, Math.floor(x.shape[place]! / 2) + 1);
};

/**
 * Inverse of {@link realDft}: the real signal of length n with these frequencies. The imaginary parts at frequency 0
 * and, for an even n, at n / 2 are ignored.
 * @param x [..., floor(n / 2) + 1, ..., 2]
 * @returns [..., n, ...]
 * @throws ShapeError when the number of frequencies is not floor(n / 2) + 1
 */
export const inverseRealDft = (x: Tensor, n: number, axis = -1): Tensor => {
  if (x.rank < 2 || x.shape.at(-1) !== 2)
    throw fail("inverseRealDft", x, "expected complex numbers as a trailing axis [re, im] of size 2");
  const [place] = axesOf("inverseRealDft", x, axis, x.rank - 1) as [number];
  const half = Math.floor(n / 2) + 1;
  if (!Number.isInteger(n) || n < 1 || x.shape[place] !== half)
    throw fail("inverseRealDft", x, `expected the ${half} frequencies of ${n} numbers, found ${x.shape[place]}`);
  const sign = cast(constant({ dtype: "float64", shape: [2], data: Float64Array.of(1, -1) }), x.dtype);
  const conjugates = n > half ? [multiply(flip(sliceAxis(x, place, 1, n - half + 1), place), sign)] : [];
  const signal = transform(concat([x, ...conjugates], place), { axis: place, inverse: true });
  return reshape(sliceAxis(signal, x.rank - 1, 0, 1), x.shape.with(place, n).slice(0, -1));
};
