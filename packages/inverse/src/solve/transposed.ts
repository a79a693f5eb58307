/** The transpose of a row-major matrix [rows, columns]: row-major [columns, rows]. */
export const transposed = (matrix: Float64Array, rows: number, columns: number): Float64Array =>
  matrix.map((_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!);
