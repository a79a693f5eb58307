/** Between the forms in which files state where a grid lies. No Node module is used here. */
import type { Affine } from "./volume.ts";

/** An affine of distances along the axes alone; place (0, 0, 0) is at index (0, 0, 0). */
export const affineOfSpacing = ([i = 1, j = 1, k = 1]: readonly number[]): Affine => [
  [i, 0, 0, 0],
  [0, j, 0, 0],
  [0, 0, k, 0],
  [0, 0, 0, 1],
];

/** The distances between neighbours along i, j and k: lengths of the affine's columns. */
export const spacingOf = ([x, y, z]: Affine): [number, number, number] => {
  const length = (axis: 0 | 1 | 2) => Math.hypot(x[axis], y[axis], z[axis]);
  return [length(0), length(1), length(2)];
};

/** A rotation as NIfTI-1 states it. */
export interface Quaternion {
  /** (b, c, d) of the unit quaternion a + bi + cj + dk with a >= 0. */
  readonly bcd: readonly [number, number, number];
  /** -1 where the third axis is turned round after the rotation, else 1. */
  readonly handedness: 1 | -1;
  readonly spacing: readonly number[];
  readonly offset: readonly number[];
}

/** The affine of a rotation, distances and an offset (NIfTI-1's "method 2", nifti1.h). */
export const affineOfQuaternion = ({ bcd: [b, c, d], handedness, spacing, offset }: Quaternion): Affine => {
  const rest = 1 - (b * b + c * c + d * d);
  // A rotation by 180 degrees in float32 may leave a little less than nothing.
  const small = rest < 1e-7;
  const norm = small ? 1 / Math.sqrt(b * b + c * c + d * d) : 1;
  const a = small ? 0 : Math.sqrt(rest);
  const [p, q, r] = [b * norm, c * norm, d * norm];
  const [si, sj, sk] = [spacing[0]!, spacing[1]!, spacing[2]! * handedness];
  return [
    [(a * a + p * p - q * q - r * r) * si, 2 * (p * q - a * r) * sj, 2 * (p * r + a * q) * sk, offset[0]!],
    [2 * (p * q + a * r) * si, (a * a + q * q - p * p - r * r) * sj, 2 * (q * r - a * p) * sk, offset[1]!],
    [2 * (p * r - a * q) * si, 2 * (q * r + a * p) * sj, (a * a + r * r - q * q - p * p) * sk, offset[2]!],
    [0, 0, 0, 1],
  ];
};

const orthogonal = 1e-4;

/** The same for an affine whose axes stand at right angles; undefined for others, which a rotation cannot express. */
export const quaternionOf = (affine: Affine): Quaternion | undefined => {
  const spacing = spacingOf(affine);
  if (spacing.some((size) => !(size > 0))) return undefined;
  const unit = (row: 0 | 1 | 2, axis: 0 | 1 | 2) => affine[row][axis] / spacing[axis];
  for (const [one, other] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)
    if (
      Math.abs(unit(0, one) * unit(0, other) + unit(1, one) * unit(1, other) + unit(2, one) * unit(2, other)) >
      orthogonal
    )
      return undefined;
  const handedness = determinant(affine) < 0 ? -1 : 1;
  const turned = (row: 0 | 1 | 2) => [unit(row, 0), unit(row, 1), unit(row, 2) * handedness] as const;
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = [turned(0), turned(1), turned(2)] as const;
  // The largest of the four is divided by: 4 a^2 = 1 + trace, 4 b^2 = 1 + xx - yy - zz, and so on.
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 + yy - xx - zz, 1 + zz - xx - yy];
  const largest = squares.indexOf(Math.max(...squares));
  const twice = Math.sqrt(squares[largest]!);
  const [ab, ac, ad] = [zy - yz, xz - zx, yx - xy];
  const [bc, bd, cd] = [yx + xy, xz + zx, zy + yz];
  const fourTimes = [
    [twice * twice, ab, ac, ad],
    [ab, twice * twice, bc, bd],
    [ac, bc, twice * twice, cd],
    [ad, bd, cd, twice * twice],
  ][largest]!;
  const [a, b, c, d] = fourTimes.map((product) => product / (2 * twice)) as [number, number, number, number];
  const sign = a < 0 ? -1 : 1;
  return {
    bcd: [sign * b, sign * c, sign * d],
    handedness,
    spacing,
    offset: [affine[0][3], affine[1][3], affine[2][3]],
  };
};

/** Of the 3 x 3 part: negative where the axes are left-handed. */
export const determinant = ([[a, b, c], [d, e, f], [g, h, i]]: Affine): number =>
  a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
