/** Complex numbers as pairs [re, im] in a trailing axis of 2. */
import { flip, type NdArray, ndarray, type Shape, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";

/** Real numbers as complex ones: [...] to [..., 2]. */
export const toPairs = (x: Tensor): Tensor =>
  x.reshape([...x.shape, 1]).pad([...x.shape.map(() => [0, 0] as const), [0, 1]]);

const part = (x: Tensor, which: 0 | 1): Tensor =>
  x.slice([...x.shape.slice(1).map(() => null), [which, which + 1]]).reshape(x.shape.slice(0, -1));

/** Real parts: [..., 2] to [...]. */
export const realPart = (x: Tensor): Tensor => part(x, 0);

/** Imaginary parts: [..., 2] to [...]. */
export const imaginaryPart = (x: Tensor): Tensor => part(x, 1);

/** The product with known complex numbers, whose shape broadcasts against x. */
export const multiplyPairs = (x: Tensor, factor: Factor): Tensor =>
  x.multiply(constantLike(factor.same, x)).add(flip(x, -1).multiply(constantLike(factor.crossed, x)));

/** Complex numbers as {@link multiplyPairs} takes them. */
export interface Factor {
  /** re, [..., 1]. */
  readonly same: NdArray<"float64">;
  /** (-im, im), [..., 2]. */
  readonly crossed: NdArray<"float64">;
}

/** Known complex numbers of a shape. */
export const factorOf = (re: Float64Array, im: Float64Array, shape: Shape): Factor => ({
  same: ndarray(re, [...shape, 1]),
  crossed: ndarray(
    Float64Array.from({ length: 2 * im.length }, (_, i) => (i % 2 === 0 ? -1 : 1) * im[i >> 1]!),
    [...shape, 2],
  ),
});

/** The conjugates. With them {@link multiplyPairs} is the adjoint. */
export const conjugate = ({ same, crossed }: Factor): Factor => ({
  same,
  crossed: { ...crossed, data: crossed.data.map((value) => -value) },
});
