/** Sensitivity maps of coils by ESPIRiT. */
import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { spectralProjection } from "../solve/hermitian-eigen.ts";
import { type Centre, placeUnit, principalCombination, type Sensitivities, topVector } from "./coil-vectors.ts";
import { trigonometricSum } from "./trigonometric-sum.ts";

/**
 * ESPIRiT. Patches z of k-space, of all coils, lie in the span of the signal: P z = z. A pixel at r puts
 * z[a, c] = s_c(r) e^(-2 pi i a r) into each. So s(r) has the eigenvalue 1 of
 *
 *     G(r)[c, c'] = 1 / K sum over a, b of e^(2 pi i (a - b) r) P[(a, c), (b, c')]
 *
 * with K points in a patch (Uecker et al. 2014, equations 10 to 14, with one set of maps).
 */
export const espirit = (
  centre: Centre,
  shape: readonly number[],
  { kernel, singular, crop }: { readonly kernel: number; readonly singular: number; readonly crop: number },
): Sensitivities => {
  const [coils, rows, columns] = shape as [number, number, number];
  if (kernel > centre.width)
    throw new ArgumentError(`sensitivityMaps kernel: expected at most ${centre.width}, found ${kernel}`);
  const d = kernel * kernel * coils;
  // Eigenvalues of the covariance are squares of singular values.
  const { projection, rank } = spectralProjection(patchCovariance(centre, coils, kernel), d, singular ** 2);
  const pixels = rows * columns;
  const differences = 2 * kernel - 1;
  const pairs = new Map<number, Float64Array>();
  for (let c = 0; c < coils; c++)
    for (let e = c; e < coils; e++) {
      const coefficients = new Float64Array(2 * differences * differences);
      for (let a = 0; a < kernel * kernel; a++)
        for (let b = 0; b < kernel * kernel; b++) {
          const down = Math.floor(a / kernel) - Math.floor(b / kernel) + kernel - 1;
          const across = (a % kernel) - (b % kernel) + kernel - 1;
          const from = 2 * ((a * coils + c) * d + b * coils + e);
          const to = 2 * (down * differences + across);
          coefficients[to]! += projection[from]! / kernel ** 2;
          coefficients[to + 1]! += projection[from + 1]! / kernel ** 2;
        }
      pairs.set(c * coils + e, trigonometricSum(coefficients, differences, 1 - kernel, [rows, columns]));
    }
  const reference = principalCombination(centre, coils);
  const maps = new Float32Array(coils * pixels * 2);
  const support = new Float32Array(pixels);
  const g = new Float64Array(2 * coils * coils);
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < coils; c++)
      for (let e = c; e < coils; e++) {
        const pair = pairs.get(c * coils + e)!;
        const [re, im] = [pair[2 * p]!, pair[2 * p + 1]!];
        g[2 * (c * coils + e)] = g[2 * (e * coils + c)] = re;
        g[2 * (c * coils + e) + 1] = im;
        g[2 * (e * coils + c) + 1] = -im;
      }
    const { vector, value } = topVector(g, coils, reference, 100);
    support[p] = value;
    if (value >= crop) placeUnit(maps, vector, reference, p, pixels);
  }
  return { maps: ndarray(maps, [...shape]), support: ndarray(support, [rows, columns]), rank };
};

/** Sum of z z* over all patches z of the centre, [d, d, 2], where z[(a, c)] has the coils innermost. */
const patchCovariance = ({ width, values }: Centre, coils: number, kernel: number): Float64Array => {
  const d = kernel * kernel * coils;
  const result = new Float64Array(2 * d * d);
  const [re, im] = [new Float64Array(d), new Float64Array(d)];
  for (let top = 0; top + kernel <= width; top++)
    for (let left = 0; left + kernel <= width; left++) {
      for (let k = 0; k < d; k++) {
        const [a, c] = [Math.floor(k / coils), k % coils];
        const at = 2 * ((c * width + top + Math.floor(a / kernel)) * width + left + (a % kernel));
        re[k] = values[at]!;
        im[k] = values[at + 1]!;
      }
      for (let k = 0; k < d; k++)
        for (let m = 0; m <= k; m++) {
          result[2 * (k * d + m)]! += re[k]! * re[m]! + im[k]! * im[m]!;
          result[2 * (k * d + m) + 1]! += im[k]! * re[m]! - re[k]! * im[m]!;
        }
    }
  for (let k = 0; k < d; k++)
    for (let m = 0; m < k; m++) {
      result[2 * (m * d + k)] = result[2 * (k * d + m)]!;
      result[2 * (m * d + k) + 1] = -result[2 * (k * d + m) + 1]!;
    }
  return result;
};
