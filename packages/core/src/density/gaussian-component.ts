/** One Gaussian, in the basis in which its covariance is diagonal. */
import { fromNested, isNdArray, type NdArray, type Nested, type Shape, ShapeError } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { symmetricEigen } from "../numeric/symmetric-eigen.ts";

/** Numbers as nested lists or as an array of any element type. */
export type Values = Nested | NdArray;

/** A Gaussian N(mean, Q diag(variances) Q^T) on samples flattened to d numbers. */
export interface GaussianComponent {
  /** [d] */
  readonly mean: Float64Array;
  /** Eigenvalues of the covariance, at least 0, [d]. */
  readonly variances: Float64Array;
  /** Q, row-major [d, d], eigenvectors as columns; undefined for the identity. */
  readonly basis?: Float64Array;
}

/** The elements of nested lists or an array, as float64. */
export const toFloat64 = (values: Values): { shape: Shape; data: Float64Array } => {
  const array = isNdArray(values) ? values : fromNested(values, "float64");
  return { shape: array.shape, data: Float64Array.from(array.data as ArrayLike<number>, Number) };
};

const finite = (name: string, data: Float64Array): void => {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ArgumentError(`${name}: expected finite numbers, found ${data[bad]} at element ${bad}`);
};

// Relative to the largest entry: covariances estimated in float32 are symmetric and non-negative up to this.
const rounding = 1e-6;

/** Eigenvalues and eigenvectors of a covariance matrix. */
const diagonalise = (name: string, matrix: Float64Array, d: number): Pick<GaussianComponent, "variances" | "basis"> => {
  const size = matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const symmetric = new Float64Array(d * d);
  let diagonal = true;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      const [here, there] = [matrix[i * d + j]!, matrix[j * d + i]!];
      if (Math.abs(here - there) > rounding * size)
        throw new ArgumentError(
          `${name}: expected a symmetric matrix, found ${here} at [${i}, ${j}] and ${there} at [${j}, ${i}]`,
        );
      symmetric[i * d + j] = (here + there) / 2;
      if (i !== j && symmetric[i * d + j] !== 0) diagonal = false;
    }
  const { values, vectors } = diagonal
    ? { values: Float64Array.from({ length: d }, (_, i) => matrix[i * d + i]!), vectors: undefined }
    : symmetricEigen(symmetric, d);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (least < -rounding * size)
    throw new ArgumentError(
      `${name}: expected a positive semidefinite matrix, found the eigenvalue ${least.toPrecision(6)}; a covariance has none below 0`,
    );
  return { variances: values.map((value) => Math.max(value, 0)), ...(vectors && { basis: vectors }) };
};

/**
 * A component from its mean and covariance.
 * @param name of the covariance in error messages
 * @param covariance one variance for all elements, d variances, or a d x d matrix
 * @throws ShapeError | ArgumentError for anything else, and unless symmetric positive semidefinite up to rounding
 */
export const gaussianComponent = (name: string, mean: Float64Array, covariance: Values): GaussianComponent => {
  const d = mean.length;
  const { shape, data } = toFloat64(covariance);
  finite(name, mean);
  finite(name, data);
  if (shape.length === 2 && shape[0] === d && shape[1] === d) return { mean, ...diagonalise(name, data, d) };
  if (shape.length > 1 || (shape.length === 1 && shape[0] !== d))
    throw new ShapeError(
      `${name}: expected a variance, ${d} variances or a ${d} x ${d} matrix for samples of ${d} numbers, found shape [${shape}]`,
    );
  const variances = shape.length === 0 ? new Float64Array(d).fill(data[0]!) : data;
  const negative = variances.findIndex((value) => value < 0);
  if (negative >= 0)
    throw new ArgumentError(`${name}: expected variances of at least 0, found ${variances[negative]} at ${negative}`);
  return { mean, variances };
};
