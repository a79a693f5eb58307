/** A step of an explicit Runge-Kutta method as part of a graph. */
import type { Tensor } from "@scorefield/tensor";
import type { Tableau } from "./tableau.ts";

/** Where a step ends. */
export interface TracedStep {
  /** The state, [n, ...shape], of the higher order. */
  readonly y: Tensor;
  /** Its slope, the first of the next step. */
  readonly slope: Tensor;
  /** The estimated local error. */
  readonly error: Tensor;
}

/**
 * One step of y.
 * @param first the slope at y
 * @param stride the step's length h, ready to broadcast against y
 * @param slopeAt the slope at a state, a share c of the step on from y
 */
export const tracedStep = (
  { a, c, error }: Tableau,
  y: Tensor,
  first: Tensor,
  stride: Tensor,
  slopeAt: (state: Tensor, c: number) => Tensor,
): TracedStep => {
  const slopes = [first];
  const sum = (weights: readonly number[]): Tensor =>
    weights
      .flatMap((weight, j) => (weight === 0 ? [] : [slopes[j]!.multiply(weight)]))
      .reduce((total, term) => total.add(term))
      .multiply(stride);
  let state = y;
  for (let i = 1; i < c.length; i++) {
    state = y.add(sum(a[i]!));
    slopes.push(slopeAt(state, c[i]!));
  }
  return { y: state, slope: slopes.at(-1)!, error: sum(error) };
};
