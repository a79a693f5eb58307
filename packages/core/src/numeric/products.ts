/** Products of row sets: the inner loops of metrics. */
import type { Rows } from "./rows.ts";

/**
 * All inner products of rows of a with rows of b, A B^T, row-major [a.n, b.n]. Four rows by four, so that an element that
 * was read is used four times, over stretches of columns that stay in the first-level cache.
 * The same rows for a and b are computed on and below the diagonal only.
 */
export const innerProducts = (a: Rows, b: Rows): Float64Array => {
  const { d } = a;
  const product = new Float64Array(a.n * b.n);
  const same = a.data === b.data && a.n === b.n;
  for (let from = 0; from < d; from += stretch) {
    const to = Math.min(d, from + stretch);
    for (let blockB = 0; blockB < b.n; blockB += block)
      for (let i = 0; i < a.n; i += 4) {
        const endB = Math.min(b.n, blockB + block, same ? i + 4 : b.n);
        for (let j = blockB; j < endB; j += 4)
          if (i + 4 <= a.n && j + 4 <= b.n) tile(a.data, b.data, i, j, d, from, to, product, b.n);
          else edge(a.data, b.data, i, Math.min(i + 4, a.n), j, Math.min(j + 4, b.n), d, from, to, product, b.n);
      }
  }
  if (same)
    for (let i = 0; i < a.n; i++) for (let j = i + 1; j < b.n; j++) product[i * b.n + j] = product[j * b.n + i]!;
  return product;
};

const stretch = 256;
// 64 rows of 256 columns of float64 are 128 kB: they stay in the second-level cache while rows of a pass by.
const block = 64;

const tile = (
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  d: number,
  from: number,
  to: number,
  product: Float64Array,
  width: number,
): void => {
  const [a0, a1, a2, a3] = [i * d, (i + 1) * d, (i + 2) * d, (i + 3) * d];
  const [b0, b1, b2, b3] = [j * d, (j + 1) * d, (j + 2) * d, (j + 3) * d];
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = from; k < to; k++) {
    const x0 = a[a0 + k]!;
    const x1 = a[a1 + k]!;
    const x2 = a[a2 + k]!;
    const x3 = a[a3 + k]!;
    let y = b[b0 + k]!;
    s00 += x0 * y;
    s10 += x1 * y;
    s20 += x2 * y;
    s30 += x3 * y;
    y = b[b1 + k]!;
    s01 += x0 * y;
    s11 += x1 * y;
    s21 += x2 * y;
    s31 += x3 * y;
    y = b[b2 + k]!;
    s02 += x0 * y;
    s12 += x1 * y;
    s22 += x2 * y;
    s32 += x3 * y;
    y = b[b3 + k]!;
    s03 += x0 * y;
    s13 += x1 * y;
    s23 += x2 * y;
    s33 += x3 * y;
  }
  let at = i * width + j;
  product[at]! += s00;
  product[at + 1]! += s01;
  product[at + 2]! += s02;
  product[at + 3]! += s03;
  at += width;
  product[at]! += s10;
  product[at + 1]! += s11;
  product[at + 2]! += s12;
  product[at + 3]! += s13;
  at += width;
  product[at]! += s20;
  product[at + 1]! += s21;
  product[at + 2]! += s22;
  product[at + 3]! += s23;
  at += width;
  product[at]! += s30;
  product[at + 1]! += s31;
  product[at + 2]! += s32;
  product[at + 3]! += s33;
};

const edge = (
  a: Float64Array,
  b: Float64Array,
  fromA: number,
  toA: number,
  fromB: number,
  toB: number,
  d: number,
  from: number,
  to: number,
  product: Float64Array,
  width: number,
): void => {
  for (let i = fromA; i < toA; i++)
    for (let j = fromB; j < toB; j++) {
      let sum = 0;
      for (let k = from; k < to; k++) sum += a[i * d + k]! * b[j * d + k]!;
      product[i * width + j]! += sum;
    }
};
