/** Convolutions on a grid whose ends meet: multiplications in the basis of Fourier. */
import { type NdArray, ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";
import { conjugate, type Factor, factorOf, multiplyPairs, realPart } from "./complex-pairs.ts";
import { type HostComplex, hartley, hostTransform, inverseTransform, transform } from "./fourier-basis.ts";
import type { LinearParts } from "./linear-operator.ts";

/** Transfer below this share of the largest is rounding error, and counts as 0. */
const rounding = 1e-13;

/** A circular convolution, and what it multiplies at each frequency. */
export interface Circulant {
  /** [n, ..., ...spatial] to the same shape. */
  readonly apply: (x: Tensor) => Tensor;
  readonly adjoint: (y: Tensor) => Tensor;
  readonly transfer: HostComplex;
  /** |transfer|, [...spatial] in row-major order. */
  readonly gains: Float64Array;
}

const filter =
  (factor: Factor, rank: number) =>
  (x: Tensor): Tensor =>
    realPart(inverseTransform(multiplyPairs(transform(x, rank), factor), rank));

const magnitudes = ({ re, im }: HostComplex): Float64Array => re.map((value, k) => Math.hypot(value, im[k]!));

/**
 * y[i] = sum over j of h[j] x[i - j], indices modulo the sizes of the grid. With H the Fourier transform of h, it multiplies
 * frequency k by H(k), and its adjoint by conj H(k).
 * @param response h, its value for a shift of j at index j modulo the size, [...spatial]
 */
export const circulant = (response: NdArray<"float64">): Circulant => {
  const { shape } = response;
  const transfer = hostTransform(response);
  const factor = factorOf(transfer.re, transfer.im, shape);
  return {
    apply: filter(factor, shape.length),
    adjoint: filter(conjugate(factor), shape.length),
    transfer,
    gains: magnitudes(transfer),
  };
};

/**
 * What an operator is made of that is a circular convolution along the last axes. H = |H| e^(i p): V is the basis of Hartley, s is |H|,
 * and U = P V, where P shifts phases by p.
 */
export const circulantParts = (
  input: Shape,
  response: NdArray<"float64">,
): Pick<LinearParts, "output" | "apply" | "adjoint" | "svd"> => {
  const { shape } = response;
  const rank = shape.length;
  const { apply, adjoint, transfer, gains } = circulant(response);
  const least = rounding * gains.reduce((most, gain) => Math.max(most, gain), 0);
  const known = gains.map((gain) => (gain > least ? gain : 0));
  const phase = (sign: number): ((x: Tensor) => Tensor) =>
    filter(
      factorOf(
        known.map((gain, k) => (gain > 0 ? transfer.re[k]! / gain : 0)),
        known.map((gain, k) => (gain > 0 ? (sign * transfer.im[k]!) / gain : 0)),
        shape,
      ),
      rank,
    );
  const [forwards, backwards] = [phase(1), phase(-1)];
  const size = sizeOf(input);
  const flat = (x: Tensor): Tensor => x.reshape([x.shape[0]!, size]);
  const full = (c: Tensor): Tensor => c.reshape([c.shape[0]!, ...input]);
  return {
    output: input,
    apply,
    adjoint,
    svd: {
      singularValues: ndarray(Float64Array.from({ length: size }, (_, i) => known[i % known.length]!)),
      toSpectral: (x) => flat(hartley(x, rank)),
      fromSpectral: (c) => hartley(full(c), rank),
      toMeasuredSpectral: (y) => flat(hartley(backwards(y), rank)),
      fromMeasuredSpectral: (c) => forwards(hartley(full(c), rank)),
    },
  };
};
