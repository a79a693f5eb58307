/** Conjugate gradients for many systems at once, each with its own matrix. */

/** Products of matching rows of a and b, [n]. */
const rowProducts = (a: Float64Array, b: Float64Array, n: number): Float64Array => {
  const m = a.length / n;
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = i * m; k < (i + 1) * m; k++) sum += a[k]! * b[k]!;
    return sum;
  });
};

/**
 * Solves A_i u_i = b_i for n symmetric positive semi-definite matrices by conjugate gradients (Hestenes & Stiefel 1952), until
 * every residual is at most 1e-12 of its b. Of dependent equations that agree it finds the least solution.
 * @param apply all products A_i u_i at once, row-major [n, m]
 * @param b row-major [n, m]
 * @param most steps
 */
export const rowwiseGradients = async (
  apply: (u: Float64Array<ArrayBuffer>) => Promise<Float64Array>,
  b: Float64Array,
  n: number,
  most: number,
): Promise<Float64Array<ArrayBuffer>> => {
  const m = b.length / n;
  const [u, left, direction] = [new Float64Array(b.length), Float64Array.from(b), Float64Array.from(b)];
  let size = rowProducts(left, left, n);
  const enough = size.map((value) => 1e-24 * value);
  for (let step = 0; step < most; step++) {
    const open = size.map((value, i) => (value > enough[i]! ? 1 : 0));
    if (!open.includes(1)) break;
    const product = await apply(direction);
    const curve = rowProducts(direction, product, n);
    for (let i = 0; i < n; i++) {
      const length = open[i] && curve[i]! > 0 ? size[i]! / curve[i]! : 0;
      for (let k = i * m; k < (i + 1) * m; k++) {
        u[k]! += length * direction[k]!;
        left[k]! -= length * product[k]!;
      }
    }
    const next = rowProducts(left, left, n);
    for (let i = 0; i < n; i++) {
      const kept = open[i] ? next[i]! / size[i]! : 0;
      for (let k = i * m; k < (i + 1) * m; k++) direction[k] = open[i] ? left[k]! + kept * direction[k]! : 0;
    }
    size = next;
  }
  return u;
};
