/** The singular value decomposition of a small matrix, on the host. */

/** A = U diag(s) V^T. */
export interface MatrixSvd {
  /** s, [r] with r = min(m, d), falling. */
  readonly values: Float64Array;
  /** Rows are u_i: [r, m]; rows where s_i counts as 0 are 0. */
  readonly left: Float64Array;
  /** Rows are v_i: [d, d], an orthonormal basis; the first r belong to s. */
  readonly right: Float64Array;
}

const inner = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const rotate = (a: Float64Array, b: Float64Array, c: number, s: number): void => {
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k]!, b[k]!];
    a[k] = c * x - s * y;
    b[k] = s * x + c * y;
  }
};

const identityRows = (n: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n);
    row[i] = 1;
    return row;
  });

/**
 * Rotates rows until they are orthogonal: W A = S V^T, with W orthogonal (Hestenes 1958; one-sided Jacobi, Golub & Van Loan 2013,
 * section 8.6.3). Small singular values keep their digits.
 */
const orthogonalRows = (rows: readonly Float64Array[]): readonly Float64Array[] => {
  const turns = identityRows(rows.length);
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < rows.length - 1; p++)
      for (let q = p + 1; q < rows.length; q++) {
        const [a, b] = [rows[p]!, rows[q]!];
        const [aa, bb, ab] = [inner(a, a), inner(b, b), inner(a, b)];
        if (ab === 0 || Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue;
        rotated = true;
        const tau = (bb - aa) / (2 * ab);
        const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const c = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(a, b, c, c * tangent);
        rotate(turns[p]!, turns[q]!, c, c * tangent);
      }
  }
  return turns;
};

/** Adds rows until they are an orthonormal basis, by Gram and Schmidt, twice, on the axis that is least covered. */
const completed = (rows: readonly Float64Array[], d: number): Float64Array[] => {
  const basis = [...rows];
  const covered = new Float64Array(d);
  const cover = (row: Float64Array): void => {
    for (let k = 0; k < d; k++) covered[k]! += row[k]! ** 2;
  };
  for (const row of basis) cover(row);
  while (basis.length < d) {
    const axis = covered.reduce((least, value, k) => (value < covered[least]! ? k : least), 0);
    const row = new Float64Array(d);
    row[axis] = 1;
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        const along = inner(row, other);
        for (let k = 0; k < d; k++) row[k]! -= along * other[k]!;
      }
    const size = Math.sqrt(inner(row, row));
    for (let k = 0; k < d; k++) row[k]! /= size;
    cover(row);
    basis.push(row);
  }
  return basis;
};

const joined = (rows: readonly Float64Array[], width: number): Float64Array => {
  const values = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) values.set(row, i * width);
  return values;
};

/**
 * Takes about 10 r^2 max(m, d) operations a sweep and 5 to 10 sweeps, and d^3 for the basis: it suits r up to a few hundred.
 * @param matrix A, row-major [m, d], finite; not changed
 */
export const singularValues = (matrix: Float64Array, m: number, d: number): MatrixSvd => {
  const wide = m <= d;
  const lines = Array.from({ length: wide ? m : d }, (_, i) =>
    wide ? matrix.slice(i * d, (i + 1) * d) : Float64Array.from({ length: m }, (_, j) => matrix[j * d + i]!),
  );
  const turns = orthogonalRows(lines);
  const sizes = lines.map((line) => Math.sqrt(inner(line, line)));
  const order = sizes.map((_, i) => i).sort((i, j) => sizes[j]! - sizes[i]!);
  const least = 1e-14 * (sizes[order[0]!] ?? 0);
  const known = order.filter((i) => sizes[i]! > least);
  const directions = known.map((i) => lines[i]!.map((value) => value / sizes[i]!));
  const turned = known.map((i) => turns[i]!);
  const values = new Float64Array(Math.min(m, d));
  for (const [k, i] of known.entries()) values[k] = sizes[i]!;
  const left = new Float64Array(values.length * m);
  left.set(joined(wide ? turned : directions, m));
  return { values, left, right: joined(completed(wide ? directions : turned, d), d) };
};
