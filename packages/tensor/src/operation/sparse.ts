/**
 * Products with a sparse matrix that is known while tracing, such as a projection along rays or an interpolation. The
 * matrix and its transpose are written out as reads and short sums, so that neither direction adds numbers into place.
 */
import { DataTypeError, ShapeError } from "../errors.ts";
import { apply, explain, type Operation, type Tensor, uniqueId } from "../graph/tensor.ts";
import { type ElementType, type NdArray, ndarray, sizeOf } from "../ndarray.ts";
import { multiply } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcast.ts";
import { checkTypes } from "./elementwise.ts";
import { gather } from "./index-select.ts";
import { matmul } from "./matmul.ts";
import { reshape, transpose } from "./reshape.ts";
import { constant, inFloat32, sharedConstant } from "./source.ts";
import { pad } from "./window.ts";

/** A matrix whose entries are mostly zero, in compressed rows. Its arrays must not change. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Where each row's entries start, [rows + 1]. */
  readonly starts: Int32Array;
  /** The column of each entry; within a row they rise. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Entries of a sparse matrix in any order. Those at the same place add up. */
export interface Entries {
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

/**
 * The sparse matrix with these entries.
 * @throws ShapeError for lists of different lengths, sizes that are no whole numbers, or a place outside the matrix
 */
export const sparseMatrix = (
  [rows, columns]: readonly [rows: number, columns: number],
  { row, column, value }: Entries,
): SparseMatrix => {
  if (![rows, columns].every((n) => Number.isInteger(n) && n >= 0))
    throw new ShapeError(`sparseMatrix: expected two whole sizes, found [${rows}, ${columns}]`);
  if (row.length !== value.length || column.length !== value.length)
    throw new ShapeError(
      `sparseMatrix: expected as many rows and columns as values, found ${row.length}, ${column.length} and ${value.length}`,
    );
  for (let i = 0; i < value.length; i++)
    if (!(row[i]! >= 0 && row[i]! < rows && column[i]! >= 0 && column[i]! < columns))
      throw new ShapeError(
        `sparseMatrix: expected places within [${rows}, ${columns}], found [${row[i]}, ${column[i]}] at entry ${i}`,
      );
  // Sorted by column, then by row: each pass keeps the order of the one before.
  const byColumn = sortedBy(column, columns);
  const byRow = sortedBy(
    Int32Array.from(byColumn, (i) => row[i]!),
    rows,
  );
  const starts = new Int32Array(rows + 1);
  const indices = new Int32Array(value.length);
  const values = new Float64Array(value.length);
  let [count, last] = [0, -1];
  for (const place of byRow) {
    const i = byColumn[place]!;
    if (row[i] === last && indices[count - 1] === column[i]) values[count - 1]! += value[i]!;
    else {
      indices[count] = column[i]!;
      values[count++] = value[i]!;
      last = row[i]!;
    }
    starts[last + 1] = count;
  }
  for (let r = 1; r <= rows; r++) starts[r] = Math.max(starts[r]!, starts[r - 1]!);
  return { rows, columns, starts, indices: indices.slice(0, count), values: values.slice(0, count) };
};

/** The order that sorts whole numbers below `most`; equal ones stay in order. */
const sortedBy = (keys: ArrayLike<number>, most: number): Int32Array => {
  const next = new Int32Array(most + 1);
  for (let i = 0; i < keys.length; i++) next[keys[i]! + 1]!++;
  for (let k = 0; k < most; k++) next[k + 1]! += next[k]!;
  const order = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) order[next[keys[i]!]!++] = i;
  return order;
};

/** The transpose of a sparse matrix, made once for each. */
export const sparseTranspose = (matrix: SparseMatrix): SparseMatrix => {
  const known = transposes.get(matrix);
  if (known) return known;
  const { rows, columns, starts, indices, values } = matrix;
  const row = new Int32Array(indices.length);
  for (let r = 0; r < rows; r++) row.fill(r, starts[r], starts[r + 1]);
  const result = sparseMatrix([columns, rows], { row: indices, column: row, value: values });
  transposes.set(matrix, result);
  transposes.set(result, matrix);
  return result;
};
const transposes = new WeakMap<SparseMatrix, SparseMatrix>();

/** A matrix as segments of equally many entries, and the segments of each row. */
interface Plan {
  readonly id: number;
  readonly segment: number;
  readonly segments: number;
  /** Column and weight of each entry; a segment is filled up with weights of zero. */
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  /** Segments of each row, filled up with the number of segments, where a zero stands. Absent with one for each row. */
  readonly ofRow: Int32Array | undefined;
  readonly mostOfRow: number;
}

const plans = new WeakMap<SparseMatrix, Plan>();
const longest = 32;

const planOf = (matrix: SparseMatrix): Plan => {
  const known = plans.get(matrix);
  if (known) return known;
  const { rows, starts, indices, values } = matrix;
  const length = (r: number): number => starts[r + 1]! - starts[r]!;
  let most = 0;
  for (let r = 0; r < rows; r++) most = Math.max(most, length(r));
  const mean = rows === 0 ? 0 : indices.length / rows;
  // Rows of about the same length are one segment each.
  const whole = most <= longest && most <= 2 * mean;
  const segment = whole ? Math.max(most, 1) : Math.min(longest, 2 ** Math.ceil(Math.log2(Math.max(mean / 2, 2))));
  const count = (r: number): number => (whole ? 1 : Math.ceil(length(r) / segment));
  let [segments, mostOfRow] = [0, 1];
  for (let r = 0; r < rows; r++) {
    segments += count(r);
    mostOfRow = Math.max(mostOfRow, count(r));
  }
  const columns = new Int32Array(segments * segment);
  const weights = new Float64Array(segments * segment);
  const ofRow = whole ? undefined : new Int32Array(rows * mostOfRow).fill(segments);
  let next = 0;
  for (let r = 0; r < rows; r++) {
    columns.set(indices.subarray(starts[r], starts[r + 1]), next * segment);
    weights.set(values.subarray(starts[r], starts[r + 1]), next * segment);
    for (let k = 0; k < count(r); k++, next++) if (ofRow) ofRow[r * mostOfRow + k] = next;
  }
  const plan = { id: uniqueId(), segment, segments, columns, weights, ofRow, mostOfRow };
  plans.set(matrix, plan);
  return plan;
};

/** What a product is made of. Its key names the matrix by a number. */
interface Product {
  readonly matrix: SparseMatrix;
  toJSON(): unknown;
}

const productOperation: Operation<Product> = {
  name: "sparseMultiply",
  infer: ([x], { matrix: { rows, columns } }) => {
    const dtype = checkTypes([x!], "float");
    if (x!.shape.at(-1) !== columns)
      throw new ShapeError(`expected ${columns} numbers along the last axis, the columns of the matrix`);
    return { dtype, shape: [...x!.shape.slice(0, -1), rows] };
  },
  pullback: (cotangent, { attributes }) => [sparseMultiply(sparseTranspose(attributes.matrix), cotangent)],
  expand: ({ inputs: [x], attributes: { matrix }, shape }) =>
    matrix.indices.length === 0
      ? broadcastTo(constant(0, x!.dtype), shape)
      : inFloat32(x!, (vectors) => product(matrix, vectors, sizeOf(shape.slice(0, -1)))),
};

const product = (matrix: SparseMatrix, x: Tensor, count: number): Tensor => {
  const { id, segment, segments, columns, weights, ofRow, mostOfRow } = planOf(matrix);
  const shared = (name: string, make: () => NdArray<ElementType>): Tensor =>
    sharedConstant(`sparse ${id} ${name}`, make);
  const places = shared("columns", () => ndarray(columns));
  const factors = shared(`weights ${x.dtype}`, () =>
    ndarray(x.dtype === "float64" ? weights : (Float32Array.from(weights) as never)),
  );
  // Vectors stand side by side, so that a read takes one number of each.
  const flat = reshape(x, [count, matrix.columns]);
  const read = gather(count === 1 ? reshape(flat, [matrix.columns]) : transpose(flat), places);
  const sums =
    count === 1
      ? sum(multiply(reshape(read, [segments, segment]), reshape(factors, [segments, segment])), 1)
      : matmul(reshape(factors, [segments, 1, segment]), reshape(read, [segments, segment, count]));
  const bySegment = reshape(sums, [segments, count]);
  const rows = ofRow
    ? sum(
        reshape(
          gather(
            pad(bySegment, [
              [0, 1],
              [0, 0],
            ]),
            shared("segments", () => ndarray(ofRow)),
          ),
          [matrix.rows, mostOfRow, count],
        ),
        1,
      )
    : bySegment;
  return reshape(transpose(rows), [...x.shape.slice(0, -1), matrix.rows]);
};

/**
 * The product of a sparse matrix with vectors. Its derivative is the product with the transpose.
 * @param x [..., columns]
 * @returns [..., rows]
 * @throws ShapeError when the last axis is not the columns of the matrix; DataTypeError unless x holds real numbers
 */
export const sparseMultiply = (matrix: SparseMatrix, x: Tensor): Tensor => {
  if (!(matrix?.values instanceof Float64Array))
    throw explain(new DataTypeError("expected a matrix made by sparseMatrix"), "sparseMultiply", []);
  return apply(productOperation, [x], { matrix, toJSON: () => planOf(matrix).id });
};
