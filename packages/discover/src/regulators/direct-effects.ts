/** Which effects of a changed gene are direct, and which go by way of other genes. */
import type { Effects } from "./knockout-effects.ts";

/** Effects of fewer standard deviations are taken for none when paths are looked for. */
const leastZ = 2;

/** The inverse of a matrix by Gauss and Jordan's elimination with pivots, or undefined where it is singular. */
const inverse = (matrix: Float64Array, d: number): Float64Array | undefined => {
  const left = Array.from({ length: d }, (_, i) => matrix.slice(i * d, (i + 1) * d));
  const right = left.map((_, i) => Float64Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
  for (let k = 0; k < d; k++) {
    let pivot = k;
    for (let i = k + 1; i < d; i++) if (Math.abs(left[i]![k]!) > Math.abs(left[pivot]![k]!)) pivot = i;
    if (!(Math.abs(left[pivot]![k]!) > 1e-12)) return undefined;
    for (const rows of [left, right]) [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const scale = 1 / left[k]![k]!;
    for (const rows of [left, right]) for (let j = 0; j < d; j++) rows[k]![j]! *= scale;
    for (let i = 0; i < d; i++) {
      const factor = left[i]![k]!;
      if (i === k || factor === 0) continue;
      for (const rows of [left, right]) for (let j = 0; j < d; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return Float64Array.from({ length: d * d }, (_, at) => right[Math.floor(at / d)]![at % d]!);
};

/**
 * The share of each effect that is direct, in [0, 1]. With A the direct effects of a linear model, x = A^T x + u, setting gene i from
 * outside moves gene j by T_ij = M_ij / M_ii with M = (I - A)^-1. So A_ij = -(T^-1)_ij / (T^-1)_jj (Kholodenko et al. 2002,
 * modular response analysis), where T is the matrix of slopes. Its weak entries are shrunk first by 1 - (2 / z)^2, at least 0,
 * since noise in them would add up. An effect that was shrunk to nothing keeps the share 1.
 * @returns [d, d] by rows, from the changed gene to the measured one
 */
export const directShares = ({ z, slopes }: Pick<Effects, "z" | "slopes">, d: number): Float64Array => {
  const total = slopes.map((slope, at) => {
    if (Math.floor(at / d) === at % d) return 1;
    const strength = Math.abs(z[at]!);
    return strength > leastZ ? slope * (1 - (leastZ / strength) ** 2) : 0;
  });
  const inverted = inverse(total, d);
  if (!inverted) return new Float64Array(d * d).fill(1);
  return inverted.map((value, at) => {
    if (total[at] === 0) return 1;
    const direct = -value / inverted[(at % d) * d + (at % d)]!;
    return Math.min(1, Math.abs(direct / total[at]!));
  });
};
