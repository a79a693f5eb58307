/** What is seen of data: y = A(x). */
import { ArgumentError, type KindRecipe } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, type Shape, ShapeError, Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/**
 * A measurement y = A(x). It is a function of tensors, for use in traced functions: x [n, ...input] of float32 or float64 gives y
 * [n, ...output], sample by sample.
 *
 * It differs from what one may expect in three points, all because tensors exist only while a function is traced. `norm` is a
 * number that is known when the operator is made, exactly or as an upper bound (`normIs`). `solve` and the like make a fixed number
 * of steps where they have no closed form (`closedForm`). Singular vectors are orthonormal bases of real numbers, also where x or
 * y are complex.
 */
export interface Operator {
  /** What it is, such as `blur`. */
  readonly kind: string;
  /** Shape of x, without the axis of samples. */
  readonly input: Shape;
  /** Shape of y, without the axis of samples. */
  readonly output: Shape;
  /** What numbers of x and y are, in words, such as `intensity in [-1, 1]`. */
  readonly units: Units;
  /** Whether numbers are complex: pairs [re, im] in a trailing axis of 2, which is part of the shape. */
  readonly complex?: { readonly input?: boolean; readonly output?: boolean };
  /** Whether y are some of the numbers of x, as they are. */
  readonly selects?: true;
  /** Plain JSON that makes it again, by `operatorFromRecipe`. */
  readonly recipe: KindRecipe;
  /** A(x). @throws ShapeError for x of another shape than [n, ...input] */
  apply(x: Tensor): Tensor;
}

/** What numbers of x and y are, in words. */
export interface Units {
  readonly input: string;
  readonly output: string;
}

/** A linear measurement y = A x. Complex numbers count as two real ones, and inner products are real. */
export interface LinearOperator extends Operator {
  readonly linear: true;
  /** A* y: <A x, y> = <x, A* y>. [n, ...output] to [n, ...input] */
  adjoint(y: Tensor): Tensor;
  /** A+ y, the x of least norm among those with least |A x - y|. [n, ...output] to [n, ...input] */
  pseudoInverse(y: Tensor): Tensor;
  /**
   * The x of (A* A + rho I) x = b.
   * @param b [n, ...input]
   * @param rho > 0: a number, a scalar tensor, or one for each sample [n]
   * @throws ArgumentError for a number that is not positive; ShapeError for a tensor of another shape
   */
  solve(b: Tensor, rho: Tensor | number): Tensor;
  /** The u of (A A* + rho I) u = y, for y [n, ...output]. */
  solveMeasured(y: Tensor, rho: Tensor | number): Tensor;
  /** Whether `pseudoInverse`, `solve` and `solveMeasured` are closed forms. If not, they are conjugate gradients. */
  readonly closedForm: boolean;
  /** The largest singular value, or an upper bound of it. */
  readonly norm: number;
  readonly normIs: "exact" | "bound";
  /** The singular value decomposition, where it is known. */
  readonly svd?: Svd;
}

/**
 * A = U S V*. Vectors v_i are an orthonormal basis of the d real numbers of x. A v_i = s_i u_i, with orthonormal u_i where
 * s_i > 0. In all coordinates index i belongs to s_i, and k = d.
 */
export interface Svd {
  /** s, [d], in no particular order; 0 where nothing is measured. */
  readonly singularValues: NdArray<"float64">;
  /** V* x: [n, ...input] to [n, d]. */
  toSpectral(x: Tensor): Tensor;
  /** V c: [n, d] to [n, ...input]. */
  fromSpectral(c: Tensor): Tensor;
  /** U* y: [n, ...output] to [n, d]; 0 where s_i = 0. */
  toMeasuredSpectral(y: Tensor): Tensor;
  /** U c: [n, d] to [n, ...output]; coordinates where s_i = 0 count as 0. */
  fromMeasuredSpectral(c: Tensor): Tensor;
}

/** Whether an operator is linear. */
export const isLinear = (operator: Operator): operator is LinearOperator => {
  checkOperator("isLinear", operator);
  return "linear" in operator && operator.linear === true;
};

/**
 * Refuses a value that is not an operator.
 * @param name of the function, for errors
 * @throws ArgumentError saying what was expected and found
 */
export const checkOperator = (name: string, operator: Operator): void =>
  checkMade(
    `${name} operator`,
    operator,
    ["input", "output", "units", "recipe", "apply"],
    "an operator such as identity({ input: [28, 28] })",
  );

/**
 * Refuses a tensor of another shape.
 * @param name of the operator and what is done, such as `blur adjoint`
 * @param expected without the axis of samples
 * @throws ShapeError saying what was expected and found; ArgumentError for what is not a tensor
 */
export const checkSamples = (name: string, value: Tensor, expected: Shape): void => {
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      `${name}: expected a tensor, found ${showValue(value)}; call it in a function that is compiled, on its tensors`,
    );
  const { shape } = value;
  if (shape.length !== expected.length + 1 || !expected.every((size, i) => shape[i + 1] === size))
    throw new ShapeError(
      `${name}: expected [${["n", ...expected].join(", ")}], an axis of samples and ${
        expected.length === 0 ? "nothing else" : `the shape [${expected.join(", ")}]`
      }, found [${shape.join(", ")}]`,
    );
};

/**
 * An operator that checks the shapes of what it is given.
 * @param parts all of it. `apply` may rely on the shape of x; what it gives is checked too
 */
export const operator = (parts: Operator): Operator => {
  checkMade(
    "operator parts",
    parts,
    ["kind", "input", "output", "units", "recipe", "apply"],
    "the parts of an operator",
  );
  const { kind, input, output, apply } = parts;
  return {
    ...parts,
    apply: (x) => {
      checkSamples(`${kind} apply`, x, input);
      const y = apply(x);
      checkSamples(`${kind} result`, y, output);
      return y;
    },
  };
};
