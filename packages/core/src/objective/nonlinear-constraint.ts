/** Any differentiable equations as a constraint, with the projection on their surface. */
import { ShapeError, type Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { nearestOnSurface } from "../model/nearest-on-surface.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import type { KindRecipe } from "../recipe.ts";
import type { Constraint } from "./constraint.ts";

/** Options of {@link nonlinearConstraint}. */
export interface NonlinearConstraintOptions {
  /** Kind in its recipe, default `nonlinear`. A recipe with a residual of your own is not read again. */
  readonly name?: string;
  /** Steps of the projection, at least 5, default 12. */
  readonly iterations?: number;
  /** Steps of conjugate gradients in each, default 16. The number of equations, where that is less, is exact. */
  readonly inner?: number;
}

const known = { name: true, iterations: true, inner: true } satisfies Known<NonlinearConstraintOptions>;

/** The constraint of a residual, with its projection by {@link nearestOnSurface}. */
export const onSurface = (
  residual: (x: Tensor) => Tensor,
  recipe: KindRecipe,
  effort: { readonly iterations: number; readonly inner: number },
): Constraint => ({ recipe, residual, project: (x) => nearestOnSurface(residual, x, effort) });

/**
 * Equations residual(x) = 0 that every sample obeys, for `constrained`, `projected` and `projectSamples`. The Jacobian is
 * found by automatic differentiation.
 * @param residual a traced function of points [n, ...shape] that gives [n, m], each row from its own point alone, in units in
 *   which 1 is a large error
 * @throws ArgumentError for a residual that is no function, unknown options or fewer than 5 steps. When traced, ShapeError for
 *   another shape of residuals
 */
export const nonlinearConstraint = (
  residual: (x: Tensor) => Tensor,
  options: NonlinearConstraintOptions = {},
): Constraint => {
  if (typeof residual !== "function")
    throw new ArgumentError(
      `nonlinearConstraint: expected a function of points such as (x) => x.square().sum(1).subtract(1).expandDims(1), found ${showValue(residual)}`,
    );
  checkOptions("nonlinearConstraint", options, known);
  const { name = "nonlinear", iterations = 12, inner = 16 } = options;
  checkWhole("nonlinearConstraint iterations", iterations);
  checkWhole("nonlinearConstraint inner", inner);
  if (iterations < 5)
    throw new ArgumentError(`nonlinearConstraint iterations: expected a whole number >= 5, found ${iterations}`);
  const checked = (x: Tensor): Tensor => {
    const found = residual(x);
    if (found.rank !== 2 || found.shape[0] !== x.shape[0])
      throw new ShapeError(
        `nonlinearConstraint residual: expected [${x.shape[0]}, m] for points [${x.shape}], found [${found.shape}]`,
      );
    return found;
  };
  return onSurface(checked, { kind: name }, { iterations, inner });
};
