/** Linear equations with a positive semi-definite matrix that is known by its products alone. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { and, constant, greater, Tensor, where } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** Settings of {@link conjugateGradients}. */
export interface ConjugateGradientOptions {
  /** Products with the matrix. */
  readonly steps: number;
  /** Where to start, default 0. */
  readonly from?: Tensor;
  /** The least <p, A p> / |p|^2 of a step that is made, default 0: what is known of the smallest eigenvalue of A. */
  readonly leastCurvature?: number;
}

const options = { steps: true, from: true, leastCurvature: true } satisfies Known<ConjugateGradientOptions>;

/** <a, b> of each sample: [n, 1, ..., 1]. */
const inner = (a: Tensor, b: Tensor): Tensor => {
  const n = a.shape[0]!;
  return a
    .multiply(b)
    .reshape([n, -1])
    .sum(1)
    .reshape([n, ...a.shape.slice(1).map(() => 1)]);
};

/** The relative size of a residual that is rounding error: there a sample's solution no longer changes. */
const rounding = (x: Tensor): number => (x.dtype === "float64" ? 1e-15 : 3e-8);

/**
 * The x of A x = b for each sample, by conjugate gradients (Hestenes & Stiefel 1952; Golub & Van Loan 2013, algorithm 11.3.3):
 *
 *     a = |r|^2 / <p, A p>     x <- x + a p     r' = r - a A p     p <- r' + (|r'|^2 / |r|^2) p
 *
 * The number of steps is fixed, so that the loop is part of a traced function, which can be differentiated. After k steps the error
 * in the norm of A is at most 2 ((sqrt(c) - 1) / (sqrt(c) + 1))^k of the first, where c is the ratio of the largest and the
 * smallest eigenvalue met. Where A is singular, b in its range and the start 0, x is the solution of least norm.
 * @param apply A, symmetric positive semi-definite, on each sample: [n, ...] to [n, ...]
 * @param b [n, ...]
 * @returns [n, ...]
 * @throws ArgumentError for what is not a function or a tensor, and for bad options
 */
export const conjugateGradients = (
  apply: (x: Tensor) => Tensor,
  b: Tensor,
  given: ConjugateGradientOptions,
): Tensor => {
  if (typeof apply !== "function" || !(b instanceof Tensor))
    throw new ArgumentError(
      `conjugateGradients: expected a function of tensors and a tensor, found ${showValue(typeof apply === "function" ? b : apply)}`,
    );
  checkOptions("conjugateGradients", given, options);
  const { steps, from, leastCurvature = 0 } = given;
  checkWhole("conjugateGradients steps", steps);
  let x = from ?? b.multiply(0);
  let r = from ? b.subtract(apply(from)) : b;
  let p = r;
  let size = inner(r, r);
  const least = inner(b, b).multiply(rounding(b) ** 2);
  const zero = constant(0, b.dtype);
  const one = constant(1, b.dtype);
  for (let step = 0; step < steps; step++) {
    const product = apply(p);
    const curvature = inner(p, product);
    const floor = leastCurvature > 0 ? inner(p, p).multiply(leastCurvature) : zero;
    const going = and(greater(size, least), greater(curvature, floor));
    const a = where(going, size.divide(where(going, curvature, one)), zero);
    x = x.add(a.multiply(p));
    if (step === steps - 1) break;
    r = r.subtract(a.multiply(product));
    const next = inner(r, r);
    p = r.add(where(going, next.divide(where(going, size, one)), zero).multiply(p));
    size = next;
  }
  return x;
};
