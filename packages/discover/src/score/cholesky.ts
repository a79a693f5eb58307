/** Cholesky's factorisation of small parts of a matrix. */

/** Pivots below this are rounding: the column is a linear function of those before it. Columns have variance 1. */
export const leastPivot = 1e-10;

/** Space that grows with the largest part. */
let factor = new Float64Array(64);

/**
 * Sums of the logarithms of the pivots of the first `split` columns of a part of a matrix, and of the rest.
 * @param matrix [width, width] by rows, symmetric positive semi-definite; only its part of `columns` is read
 * @param add to the diagonal
 * @param floor of pivots
 */
export const logPivots = (
  matrix: Float64Array,
  width: number,
  columns: ArrayLike<number>,
  split: number,
  floor: number,
): readonly [first: number, rest: number] => {
  const k = columns.length;
  if (factor.length < k * k) factor = new Float64Array(2 * k * k);
  let [first, rest] = [0, 0];
  for (let i = 0; i < k; i++) {
    const row = columns[i]! * width;
    let pivot = matrix[row + columns[i]!]!;
    for (let j = 0; j < i; j++) {
      let sum = matrix[row + columns[j]!]!;
      for (let m = 0; m < j; m++) sum -= factor[i * k + m]! * factor[j * k + m]!;
      const value = sum / factor[j * k + j]!;
      factor[i * k + j] = value;
      pivot -= value * value;
    }
    pivot = Math.max(pivot, floor);
    factor[i * k + i] = Math.sqrt(pivot);
    if (i < split) first += Math.log(pivot);
    else rest += Math.log(pivot);
  }
  return [first, rest];
};

/**
 * For every subset of candidates: the sum of the logarithms of its pivots, and the logarithm of the variance that it leaves of one
 * more column. Subsets are visited as a tree, so that each takes one more row of the factor.
 * @param visit gets the subset as bits, its size and both logarithms
 */
export const subsetPivots = (
  matrix: Float64Array,
  width: number,
  column: number,
  candidates: readonly number[],
  floor: number,
  visit: (mask: number, size: number, logDeterminant: number, logResidual: number) => void,
): void => {
  const k = candidates.length;
  const rows = new Float64Array(k * k);
  const weights = new Float64Array(k);
  const chosen = new Int32Array(k);
  const descend = (next: number, mask: number, size: number, logDeterminant: number, residual: number): void => {
    visit(mask, size, logDeterminant, Math.log(Math.max(residual, floor)));
    for (let c = next; c < k; c++) {
      const at = candidates[c]! * width;
      let pivot = matrix[at + candidates[c]!]!;
      let weight = matrix[at + column]!;
      for (let j = 0; j < size; j++) {
        let sum = matrix[at + candidates[chosen[j]!]!]!;
        for (let m = 0; m < j; m++) sum -= rows[size * k + m]! * rows[j * k + m]!;
        const value = sum / rows[j * k + j]!;
        rows[size * k + j] = value;
        pivot -= value * value;
        weight -= value * weights[j]!;
      }
      const isFlat = pivot < floor;
      pivot = Math.max(pivot, floor);
      const root = Math.sqrt(pivot);
      rows[size * k + size] = root;
      weights[size] = isFlat ? 0 : weight / root;
      chosen[size] = c;
      descend(c + 1, mask | (1 << c), size + 1, logDeterminant + Math.log(pivot), residual - weights[size]! ** 2);
    }
  };
  descend(0, 0, 0, 0, matrix[column * width + column]!);
};

/**
 * What columns leave of another, and what each further column would leave.
 * @param columns the part that is conditioned on, k of them
 * @returns logarithms: `logDeterminant` of the part, [width] of the pivots that further columns would have, and of what would be left
 */
export const additionPivots = (
  matrix: Float64Array,
  width: number,
  column: number,
  columns: readonly number[],
  floor: number,
): { readonly logDeterminant: number; readonly pivots: Float64Array; readonly residuals: Float64Array } => {
  const k = columns.length;
  if (factor.length < k * k) factor = new Float64Array(2 * k * k);
  const [logDeterminant] = logPivots(matrix, width, columns, k, floor);
  const scratch = new Float64Array(k);
  const weights = new Float64Array(k);
  /** Solves with the factor; returns what is left of the column's variance. */
  const reduce = (other: number, into: Float64Array): number => {
    const row = other * width;
    let left = matrix[row + other]!;
    for (let i = 0; i < k; i++) {
      let sum = matrix[row + columns[i]!]!;
      for (let m = 0; m < i; m++) sum -= factor[i * k + m]! * into[m]!;
      const value = sum / factor[i * k + i]!;
      into[i] = value;
      left -= value * value;
    }
    return left;
  };
  const own = reduce(column, weights);
  const pivots = new Float64Array(width);
  const residuals = new Float64Array(width);
  for (let other = 0; other < width; other++) {
    if (other === column) continue;
    const left = reduce(other, scratch);
    let shared = matrix[other * width + column]!;
    for (let i = 0; i < k; i++) shared -= scratch[i]! * weights[i]!;
    // A column that the part explains says nothing new.
    const gain = left < floor ? 0 : (shared * shared) / left;
    pivots[other] = Math.log(Math.max(left, floor));
    residuals[other] = Math.log(Math.max(own - gain, floor));
  }
  return { logDeterminant, pivots, residuals };
};
