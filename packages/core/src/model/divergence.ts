/** The divergence of a vector field on samples: exact, or by random probes. */
import { constant, jvp, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import { perSample } from "./per-sample.ts";

/** A field on samples [n, ...shape] that maps each sample independently of the others. */
export type Field = (x: Tensor) => Tensor;

/** A field at some points, and its divergence there along each of several channels, [n] each. */
export interface WithDivergence {
  readonly value: Tensor;
  readonly divergences: readonly Tensor[];
}

/** v^T J v for each sample, with J the Jacobian at x: [n]. */
const quadraticForm = (field: Field, x: Tensor, v: Tensor): Tensor => perSample(jvp(field, x, v)[1].multiply(v));

/** The trace of the Jacobian, one derivative for each element of a sample; a single channel. */
export const exactDivergence = (field: Field, x: Tensor): WithDivergence => {
  const shape = x.shape.slice(1);
  const partials = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const unit = zeros([1, ...shape], "float64");
    unit.data[i] = 1;
    return quadraticForm(field, x, constant(unit).cast(x.dtype).broadcastTo(x.shape));
  });
  return { value: field(x), divergences: [partials.reduce((total, partial) => total.add(partial))] };
};

/**
 * Hutchinson's estimate v^T J v of the trace (Hutchinson 1990; Skilling 1989), one derivative and one channel for each
 * probe v. With independent entries of mean 0 and variance 1 it is unbiased. Its variance is 2 sum over i != j of
 * S_ij^2 for random signs and 2 sum over i, j of S_ij^2 for normal draws, with S the symmetric part of J.
 * @param probes [n, ...shape] each
 */
export const hutchinsonDivergence = (field: Field, x: Tensor, probes: readonly Tensor[]): WithDivergence => ({
  value: field(x),
  divergences: probes.map((probe) => quadraticForm(field, x, probe)),
});
