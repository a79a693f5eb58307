/** Weighted sums over small blocks of numbers: averages of pixels, grey of colours. */
import { matmul, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { transposed } from "../solve/transposed.ts";
import type { LinearParts } from "./linear-operator.ts";

/** How the numbers of a sample are blocks. */
interface Blocks {
  /** Blocks of a sample. */
  readonly count: number;
  /** [n, ...input] to [n, count, size], and back. */
  readonly toBlocks: (x: Tensor) => Tensor;
  readonly fromBlocks: (blocks: Tensor) => Tensor;
}

/** The reflection that maps w / |w| to the first axis and back: orthogonal and symmetric (Golub & Van Loan 2013, section 5.1.2). */
const reflection = (weights: Float64Array, norm: number): NdArray<"float64"> => {
  const m = weights.length;
  // v = w / |w| - e, or with the other sign, where this would subtract nearly equal numbers.
  const sign = weights[0]! > 0 ? -1 : 1;
  const v = weights.map((weight, i) => weight / norm - (i === 0 ? sign : 0));
  const square = v.reduce((sum, value) => sum + value * value, 0);
  const values = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) values[i * m + j] = (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / square;
  // The first row is sign * w / |w|: with its sign it is the singular vector itself.
  for (let j = 0; j < m; j++) {
    values[j]! *= sign;
  }
  return ndarray(values, [m, m]);
};

/**
 * y = w^T x of each block. V is an orthonormal basis of each block whose first vector is w / |w|; s is |w| there, and 0 for the others.
 * @param weights w, [size], not all 0
 * @param output shape of y; blocks in row-major order
 */
export const weightedSums = (
  { count, toBlocks, fromBlocks }: Blocks,
  weights: Float64Array,
  output: readonly number[],
): Pick<LinearParts, "output" | "apply" | "adjoint" | "svd"> => {
  const m = weights.length;
  const norm = Math.hypot(...weights);
  const column = ndarray(weights, [m, 1]);
  const row = ndarray(weights, [1, m]);
  // Rows are the basis.
  const basis = reflection(weights, norm);
  const basisAcross = ndarray(transposed(basis.data, m, m), [m, m]);
  const apply = (x: Tensor): Tensor => matmul(toBlocks(x), constantLike(column, x)).reshape([x.shape[0]!, ...output]);
  const spread = (y: Tensor): Tensor => y.reshape([y.shape[0]!, count, 1]);
  return {
    output,
    apply,
    adjoint: (y) => fromBlocks(matmul(spread(y), constantLike(row, y))),
    svd: {
      singularValues: ndarray(Float64Array.from({ length: count * m }, (_, i) => (i % m === 0 ? norm : 0))),
      toSpectral: (x) => matmul(toBlocks(x), constantLike(basisAcross, x)).reshape([x.shape[0]!, count * m]),
      fromSpectral: (c) => fromBlocks(matmul(c.reshape([c.shape[0]!, count, m]), constantLike(basis, c))),
      toMeasuredSpectral: (y) =>
        spread(y)
          .pad([
            [0, 0],
            [0, 0],
            [0, m - 1],
          ])
          .reshape([y.shape[0]!, count * m]),
      fromMeasuredSpectral: (c) =>
        c
          .reshape([c.shape[0]!, count, m])
          .slice([null, null, [0, 1]])
          .reshape([c.shape[0]!, ...output]),
    },
  };
};
