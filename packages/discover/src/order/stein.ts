/**
 * The score of a distribution and the diagonal of the score's Jacobian, from rows alone, by Stein's identity.
 *
 * First order (Li & Turner 2018, equations 7 and 8): the score s of rows solves K s = -<grad, K>, with a ridge.
 * Second order (Rolland et al. 2022, theorem 2): the diagonal of the Jacobian J solves K (J + s^2) = <grad^2, K>.
 */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkPositive, innerProducts, type Known, type Rows } from "@scorefield/core/internal";
import type { Observations } from "../graph/observations.ts";
import { factorise, solveFactored } from "./cholesky.ts";
import { gaussianKernel, medianDistance, squaredDistances } from "./kernel.ts";
import { numberColumns } from "./standard-columns.ts";

/** Options of {@link steinScore}. */
export interface SteinOptions {
  /** Added to the kernel matrix's diagonal, whose entries are 1. Positive, default 0.01. */
  readonly ridge?: number;
  /** Width of the Gaussian kernel, in units of the data. Default the median distance of two rows. */
  readonly width?: number;
}

/** The score at each row. */
export interface SteinScore {
  /** d log p / d x_j, [rows, names] by rows, in nats per unit of the variable. */
  readonly score: Float64Array;
  /** d^2 log p / d x_j^2, [rows, names] by rows. */
  readonly jacobianDiagonal: Float64Array;
}

/** The default ridge. */
export const usualRidge = 0.01;

/** {@link steinScore} of plain rows, with the squared distances of all pairs where the caller has them: they are overwritten. */
export const steinOfRows = (
  { n, d, data }: Rows,
  { ridge = usualRidge, width }: SteinOptions = {},
  squared: Float64Array = squaredDistances({ n, d, data }, { n, d, data }),
): SteinScore => {
  const h = width ?? medianDistance(squared, n);
  const kernel = gaussianKernel(squared, h);
  // With r_i the sum of row i of K: sum_k (x_ij - x_kj) K_ik = x_ij r_i - (K X)_ij, and likewise for squares.
  const powers = new Float64Array(2 * d * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) {
      const x = data[i * d + j]!;
      powers[j * n + i] = x;
      powers[(d + j) * n + i] = x * x;
    }
  const sides = innerProducts({ n, d: n, data: kernel }, { n: 2 * d, d: n, data: powers });
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let k = 0; k < n; k++) total += kernel[i * n + k]!;
    for (let j = 0; j < d; j++) {
      const at = i * 2 * d + j;
      const x = data[i * d + j]!;
      const [first, second] = [sides[at]!, sides[at + d]!];
      sides[at] = -(x * total - first) / h ** 2;
      sides[at + d] = (x * x * total - 2 * x * first + second) / h ** 4 - total / h ** 2;
    }
  }
  for (let i = 0; i < n; i++) kernel[i * n + i]! += ridge;
  if (!factorise(kernel, n))
    throw new ArgumentError(`steinScore ridge: expected a larger number than ${ridge}: the kernel matrix is singular`);
  solveFactored(kernel, n, sides, 2 * d);
  const score = new Float64Array(n * d);
  const jacobianDiagonal = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) {
      const s = sides[i * 2 * d + j]!;
      score[i * d + j] = s;
      jacobianDiagonal[i * d + j] = sides[i * 2 * d + d + j]! - s * s;
    }
  return { score, jacobianDiagonal };
};

const known = { ridge: true, width: true } satisfies Known<SteinOptions>;

/**
 * Estimates the score and the diagonal of its Jacobian at each row. Time grows with the cube of the rows: 1,000 rows take about a
 * second. One width serves all columns, so give columns of about the same scale.
 * @throws ArgumentError for observations that are not finite rows, or options that are not positive
 */
export const steinScore = (observations: Observations, options: SteinOptions = {}): SteinScore => {
  const { rows: n } = numberColumns("steinScore", observations, 2);
  checkOptions("steinScore", options, known);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined) checkPositive(`steinScore ${name}`, value);
  return steinOfRows({ n, d: observations.names.length, data: observations.values }, options);
};
