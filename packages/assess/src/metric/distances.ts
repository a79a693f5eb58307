/** Distances between all rows of two sets. */
import { innerProducts, meanRow, type Rows } from "@scorefield/core/internal";

/** The rows less the mean of a set: products of what is far from the origin lose the digits of a distance. */
const centred = ({ n, d, data }: Rows, mean: Float64Array): Rows => ({
  n,
  d,
  data: data.map((value, i) => value - mean[i % d]!),
});

/**
 * Squared Euclidean distances, row-major [a.n, b.n], by |x|^2 + |y|^2 - 2 x y: accurate to rounding relative to the
 * squared deviation of the rows. Of a set with itself the diagonal is 0.
 */
export const squaredDistances = (a: Rows, b: Rows): Float64Array => {
  const mean = meanRow(a);
  const x = centred(a, mean);
  const y = a === b ? x : centred(b, mean);
  const squares = ({ n, d, data }: Rows) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = i * d; k < (i + 1) * d; k++) sum += data[k]! * data[k]!;
      return sum;
    });
  const left = squares(x);
  const right = a === b ? left : squares(y);
  const products = innerProducts(x, y);
  for (let i = 0, at = 0; i < a.n; i++)
    for (let j = 0; j < b.n; j++, at++)
      products[at] = a === b && i === j ? 0 : Math.max(0, left[i]! + right[j]! - 2 * products[at]!);
  return products;
};
