/** Operators that are a matrix. */
import { matmul, type NdArray, ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { singularValues } from "../solve/singular-values.ts";
import { transposed } from "../solve/transposed.ts";
import type { LinearParts } from "./linear-operator.ts";

/** Up to this many rows or columns, whichever are fewer, a decomposition takes a few seconds at most. */
export const mostDecomposed = 256;

const acrossOf = ({ data, shape }: NdArray<"float64">): NdArray<"float64"> => {
  const [rows, columns] = shape as [number, number];
  return ndarray(transposed(data, rows, columns), [columns, rows]);
};

/** An upper bound of the norm: sqrt(|A|_1 |A|_inf) (Golub & Van Loan 2013, corollary 2.3.2). */
const normBound = ({ data, shape }: NdArray<"float64">): number => {
  const [rows, columns] = shape as [number, number];
  const [ofRow, ofColumn] = [new Float64Array(rows), new Float64Array(columns)];
  for (const [i, value] of data.entries()) {
    ofRow[Math.floor(i / columns)]! += Math.abs(value);
    ofColumn[i % columns]! += Math.abs(value);
  }
  const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
  return Math.sqrt(most(ofRow) * most(ofColumn));
};

/**
 * What an operator is made of that multiplies the numbers of a sample, in row-major order, by a matrix. Its singular value
 * decomposition is computed where the matrix has at most 256 rows or columns.
 * @param matrix [m, d]
 * @param decomposed whether it is computed at all
 */
export const denseParts = (
  input: Shape,
  matrix: NdArray<"float64">,
  decomposed = true,
): Pick<LinearParts, "output" | "apply" | "adjoint" | "svd" | "normBound"> => {
  const [m, d] = matrix.shape as [number, number];
  const across = acrossOf(matrix);
  const flat = (x: Tensor): Tensor => x.reshape([x.shape[0]!, sizeOf(x.shape.slice(1))]);
  const full = (x: Tensor): Tensor => x.reshape([x.shape[0]!, ...input]);
  const times = (x: Tensor, by: NdArray): Tensor => matmul(x, constantLike(by, x));
  const parts = {
    output: [m],
    apply: (x: Tensor) => times(flat(x), across),
    adjoint: (y: Tensor) => full(times(y, matrix)),
    normBound: normBound(matrix),
  };
  if (!decomposed || Math.min(m, d) > mostDecomposed) return parts;
  const { values, left, right } = singularValues(matrix.data, m, d);
  const r = values.length;
  const [basis, seen] = [ndarray(right, [d, d]), ndarray(left, [r, m])];
  const [basisAcross, seenAcross] = [acrossOf(basis), acrossOf(seen)];
  const padded = new Float64Array(d);
  padded.set(values);
  return {
    ...parts,
    svd: {
      singularValues: ndarray(padded),
      toSpectral: (x) => times(flat(x), basisAcross),
      fromSpectral: (c) => full(times(c, basis)),
      toMeasuredSpectral: (y) =>
        times(y, seenAcross).pad([
          [0, 0],
          [0, d - r],
        ]),
      fromMeasuredSpectral: (c) => times(c.slice([null, [0, r]]), seen),
    },
  };
};
