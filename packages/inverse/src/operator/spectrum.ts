/** Functions of A* A and of A A* where one of them is diagonal in a known basis. */
import { type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { perSampleScalar } from "../solve/per-sample-scalar.ts";
import type { LinearOperator, Svd } from "./operator.ts";

type Applied = Pick<LinearOperator, "apply" | "adjoint">;
type Solvers = Pick<LinearOperator, "pseudoInverse" | "solve" | "solveMeasured">;

/** Singular values below this share of the largest count as 0 in a pseudo-inverse: float32 does not know them. */
const rankTolerance = 1e-6;

/** A* A = V diag(s^2) V*, for an orthonormal basis V of the d real numbers of x. */
export interface Spectrum {
  /** s, [d], none negative. */
  readonly singularValues: NdArray<"float64">;
  /** V* x: [n, ...input] to [n, d]. */
  toSpectral(x: Tensor): Tensor;
  /** V c: [n, d] to [n, ...input]. */
  fromSpectral(c: Tensor): Tensor;
  /**
   * U* y and U c, as in {@link Svd}. Left out, they are V* A* y / s and A V (c / s), which lose the digits of small singular
   * values.
   */
  toMeasuredSpectral?(y: Tensor): Tensor;
  fromMeasuredSpectral?(c: Tensor): Tensor;
}

/** A A* = U diag(s^2) U*, for an orthonormal basis U of the m real numbers of y. */
export interface MeasuredSpectrum {
  /** s, [m], none negative. */
  readonly singularValues: NdArray<"float64">;
  /** U* y: [n, ...output] to [n, m]. */
  toSpectral(y: Tensor): Tensor;
  /** U c: [n, m] to [n, ...output]. */
  fromSpectral(c: Tensor): Tensor;
}

/** 1 / s, and 0 for values that count as 0. */
const inverses = (values: NdArray<"float64">): NdArray<"float64"> => {
  const least = rankTolerance * largest(values);
  return ndarray(values.data.map((s) => (s > least ? 1 / s : 0)));
};

/** The largest singular value. */
export const largest = ({ data }: NdArray<"float64">): number => data.reduce((most, s) => Math.max(most, s), 0);

/** The decomposition that follows from the diagonal form of A* A. */
export const svdFromSpectrum = ({ apply, adjoint }: Applied, spectrum: Spectrum): Svd => {
  const { singularValues, toSpectral, fromSpectral } = spectrum;
  const inverse = inverses(singularValues);
  return {
    singularValues,
    toSpectral,
    fromSpectral,
    toMeasuredSpectral:
      spectrum.toMeasuredSpectral ?? ((y) => toSpectral(adjoint(y)).multiply(constantLike(inverse, y))),
    fromMeasuredSpectral:
      spectrum.fromMeasuredSpectral ?? ((c) => apply(fromSpectral(c.multiply(constantLike(inverse, c))))),
  };
};

/**
 * With c = V* b, e = U* y:
 *
 *     A+ y = V s^-1 e     (A* A + rho)^-1 b = V c / (s^2 + rho)     (A A* + rho)^-1 y = (y - U (s^2 / (s^2 + rho)) e) / rho
 */
export const spectralSolvers = (svd: Svd): Solvers => {
  const { singularValues } = svd;
  const inverse = inverses(singularValues);
  const squares = ndarray(singularValues.data.map((s) => s * s));
  return {
    pseudoInverse: (y) => svd.fromSpectral(svd.toMeasuredSpectral(y).multiply(constantLike(inverse, y))),
    solve: (b, rho) => {
      const c = svd.toSpectral(b);
      return svd.fromSpectral(c.divide(constantLike(squares, b).add(perSampleScalar(rho, c))));
    },
    solveMeasured: (y, rho) => {
      const e = svd.toMeasuredSpectral(y);
      const s = constantLike(squares, y);
      const seen = svd.fromMeasuredSpectral(e.multiply(s.divide(s.add(perSampleScalar(rho, e)))));
      return y.subtract(seen).divide(perSampleScalar(rho, y));
    },
  };
};

/**
 * With e = U* y, and Woodbury's identity:
 *
 *     A+ y = A* U s^-2 e     (A A* + rho)^-1 y = U e / (s^2 + rho)     (A* A + rho)^-1 b = (b - A* (A A* + rho)^-1 A b) / rho
 */
export const measuredSolvers = ({ apply, adjoint }: Applied, spectrum: MeasuredSpectrum): Solvers => {
  const { singularValues, toSpectral, fromSpectral } = spectrum;
  const squares = ndarray(singularValues.data.map((s) => s * s));
  const inverse = ndarray(inverses(singularValues).data.map((s) => s * s));
  const solveMeasured = (y: Tensor, rho: Tensor | number): Tensor => {
    const e = toSpectral(y);
    return fromSpectral(e.divide(constantLike(squares, y).add(perSampleScalar(rho, e))));
  };
  return {
    pseudoInverse: (y) => adjoint(fromSpectral(toSpectral(y).multiply(constantLike(inverse, y)))),
    solveMeasured,
    solve: (b, rho) => b.subtract(adjoint(solveMeasured(apply(b), rho))).divide(perSampleScalar(rho, b)),
  };
};
