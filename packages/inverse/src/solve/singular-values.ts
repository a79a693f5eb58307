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

/**
 * Orthonormal rows, and those that make them a basis: the reflections of Householder that map the rows to the first axes map the other axes
 * to the rest of a basis (Golub & Van Loan 2013, section 5.1.6).
 */
const completed = (rows: readonly Float64Array[], d: number): Float64Array[] => {
  const work = rows.map((row) => row.slice());
  const reflect = (x: Float64Array, v: Float64Array, from: number): void => {
    let along = 0;
    for (let k = from; k < d; k++) along += v[k]! * x[k]!;
    for (let k = from; k < d; k++) x[k]! -= 2 * along * v[k]!;
  };
  const normals = work.map((row, j) => {
    const v = new Float64Array(d);
    v.set(row.subarray(j), j);
    v[j]! += (v[j]! < 0 ? -1 : 1) * Math.sqrt(inner(v, v));
    const size = Math.sqrt(inner(v, v));
    for (let k = j; k < d; k++) v[k]! /= size;
    for (const other of work.slice(j + 1)) reflect(other, v, j);
    return v;
  });
  const rest = Array.from({ length: d - rows.length }, (_, i) => {
    const row = new Float64Array(d);
    row[rows.length + i] = 1;
    for (let j = normals.length - 1; j >= 0; j--) reflect(row, normals[j]!, j);
    return row;
  });
  return [...rows, ...rest];
};

const joined = (rows: readonly Float64Array[], width: number): Float64Array => {
  const values = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) values.set(row, i * width);
  return values;
};

/**
 * Takes about 10 r^2 max(m, d) operations a sweep and 5 to 10 sweeps, and 4 r d^2 for the basis: it suits r up to a few hundred.
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
