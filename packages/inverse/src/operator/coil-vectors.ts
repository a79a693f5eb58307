/** Vectors of what several coils see, [coils, 2], and k-space of several coils. */
import type { NdArray } from "@scorefield/tensor";

/** Maps, and where they hold. */
export interface Sensitivities {
  /** [coils, rows, columns, 2], complex; the sum of squares over coils is 1, or 0 where there is no signal. */
  readonly maps: NdArray<"float32">;
  /** ESPIRiT: the eigenvalue in [0, 1] of each pixel. Low resolution: root of sum of squares over its largest. [rows, columns] */
  readonly support: NdArray<"float32">;
  /** Rank of the calibration matrix by the threshold `singular`; ESPIRiT only. */
  readonly rank?: number;
}

/** A square of k-space of several coils: values [coils, width, width, 2]. */
export interface Centre {
  readonly width: number;
  readonly values: Float64Array;
}

/** Writes a vector of coils to pixel p of the maps, with length 1 and the phase in which <reference, vector> is real. */
export const placeUnit = (
  maps: Float32Array,
  vector: Float64Array,
  reference: Float64Array,
  p: number,
  pixels: number,
): void => {
  const coils = vector.length / 2;
  let [square, re, im] = [0, 0, 0];
  for (let c = 0; c < 2 * coils; c += 2) {
    const [x, y, u, v] = [vector[c]!, vector[c + 1]!, reference[c]!, reference[c + 1]!];
    square += x * x + y * y;
    re += u * x + v * y;
    im += u * y - v * x;
  }
  const size = Math.hypot(re, im);
  const [cos, sin] = size > 0 ? [re / size, -im / size] : [1, 0];
  for (let c = 0; c < coils; c++) {
    const [x, y] = [vector[2 * c]! / Math.sqrt(square), vector[2 * c + 1]! / Math.sqrt(square)];
    maps[2 * (c * pixels + p)] = cos * x - sin * y;
    maps[2 * (c * pixels + p) + 1] = cos * y + sin * x;
  }
};

/** The unit vector that the coils' values in the centre are most alike to, [coils, 2]. */
export const principalCombination = ({ width, values }: Centre, coils: number): Float64Array => {
  const gram = new Float64Array(2 * coils * coils);
  const n = width * width;
  for (let a = 0; a < coils; a++)
    for (let b = 0; b < coils; b++)
      for (let k = 0; k < n; k++) {
        const [x, y] = [values[2 * (a * n + k)]!, values[2 * (a * n + k) + 1]!];
        const [u, v] = [values[2 * (b * n + k)]!, values[2 * (b * n + k) + 1]!];
        gram[2 * (a * coils + b)]! += x * u + y * v;
        gram[2 * (a * coils + b) + 1]! += y * u - x * v;
      }
  return topVector(gram, coils, new Float64Array(2 * coils).fill(1), 200).vector;
};

/**
 * The eigenvector of the largest eigenvalue of a positive semi-definite Hermitian matrix, by the power method.
 * @param matrix [d, d, 2]
 * @param start [d, 2]
 */
export const topVector = (
  matrix: Float64Array,
  d: number,
  start: Float64Array,
  steps: number,
): { readonly vector: Float64Array; readonly value: number } => {
  let [vector, next] = [start.slice(), new Float64Array(2 * d)];
  let value = 0;
  for (let step = 0; step < steps; step++) {
    let square = 0;
    for (let i = 0; i < d; i++) {
      let [re, im] = [0, 0];
      for (let j = 0; j < d; j++) {
        const at = 2 * (i * d + j);
        re += matrix[at]! * vector[2 * j]! - matrix[at + 1]! * vector[2 * j + 1]!;
        im += matrix[at]! * vector[2 * j + 1]! + matrix[at + 1]! * vector[2 * j]!;
      }
      next[2 * i] = re;
      next[2 * i + 1] = im;
      square += re * re + im * im;
    }
    value = Math.sqrt(square);
    if (value === 0) break;
    let change = 0;
    for (let k = 0; k < 2 * d; k++) {
      next[k]! /= value;
      change += (next[k]! - vector[k]!) ** 2;
    }
    [vector, next] = [next, vector];
    if (change < 1e-14) break;
  }
  return { vector, value };
};
