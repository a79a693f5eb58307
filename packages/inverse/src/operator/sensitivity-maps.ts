/**
 * What each receiver coil of an MRI scanner sees of the image, estimated from the fully measured centre of k-space: by ESPIRiT
 * (Uecker et al. 2014), or from images of low resolution (Pruessmann et al. 1999; McKenzie et al. 2002).
 */
import { ArgumentError } from "@scorefield/core";
import { checkFloats, checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { spectralProjection } from "../solve/hermitian-eigen.ts";

/** Settings of {@link sensitivityMaps}. */
export interface SensitivityOptions {
  /** "espirit" (default), or "low-resolution": the coils' images of the centre over their root of sum of squares. */
  readonly method?: "espirit" | "low-resolution";
  /** Width of the centre of k-space that is read, in points; it must be measured in full. Default 24. */
  readonly calibration?: number;
  /** ESPIRiT: width of the patches of k-space; default 6. */
  readonly kernel?: number;
  /** ESPIRiT: least singular value of the calibration matrix that counts as signal, over the largest; default 0.02. */
  readonly singular?: number;
  /**
   * Where the maps are 0. ESPIRiT: the eigenvalue is below this; default 0.9 (it is 1 where there is signal). Low resolution: the
   * root of sum of squares is below this share of its largest; default 0.05.
   */
  readonly crop?: number;
}

const options = {
  method: true,
  calibration: true,
  kernel: true,
  singular: true,
  crop: true,
} satisfies Known<SensitivityOptions>;

/** Maps, and where they hold. */
export interface Sensitivities {
  /** [coils, rows, columns, 2], complex; the sum of squares over coils is 1, or 0 where there is no signal. */
  readonly maps: NdArray<"float32">;
  /** ESPIRiT: the eigenvalue in [0, 1] of each pixel. Low resolution: root of sum of squares over its largest. [rows, columns] */
  readonly support: NdArray<"float32">;
  /** Rank of the calibration matrix by the threshold `singular`; ESPIRiT only. */
  readonly rank?: number;
}

/**
 * Sensitivity maps of several coils. They are known up to one phase per pixel. Here it is that of the coils' principal
 * combination in the centre of k-space, which is then real.
 * @param kspace [coils, rows, columns, 2], complex, 0 where nothing was measured, with the zero frequency at
 *   [rows / 2, columns / 2], rounded down
 * @throws ArgumentError for another shape, options out of range, and a centre that is not measured in full
 */
export const sensitivityMaps = (kspace: NdArray, given: SensitivityOptions = {}): Sensitivities => {
  checkOptions("sensitivityMaps", given, options);
  const { method = "espirit", calibration = 24, kernel = 6, singular = 0.02 } = given;
  const { crop = method === "espirit" ? 0.9 : 0.05 } = given;
  checkFloats("sensitivityMaps kspace", kspace);
  const { shape } = kspace;
  if (shape.length !== 4 || shape[3] !== 2)
    throw new ArgumentError(`sensitivityMaps kspace: expected [coils, rows, columns, 2], found [${shape}]`);
  if (method !== "espirit" && method !== "low-resolution")
    throw new ArgumentError(`sensitivityMaps method: expected espirit or low-resolution, found ${showValue(method)}`);
  checkWhole("sensitivityMaps calibration", calibration);
  checkWhole("sensitivityMaps kernel", kernel);
  for (const [name, value] of Object.entries({ singular, crop })) checkPositive(`sensitivityMaps ${name}`, value);
  const centre = readCentre(kspace, calibration);
  return method === "espirit" ? espirit(centre, shape, { kernel, singular, crop }) : lowResolution(centre, shape, crop);
};

/** A square of k-space of several coils: values [coils, width, width, 2]. */
interface Centre {
  readonly width: number;
  readonly values: Float64Array;
}

const readCentre = ({ shape, data }: NdArray, width: number): Centre => {
  const [coils, rows, columns] = shape as [number, number, number, number];
  if (width > Math.min(rows, columns))
    throw new ArgumentError(`sensitivityMaps calibration: expected at most ${Math.min(rows, columns)}, found ${width}`);
  const values = new Float64Array(coils * width * width * 2);
  const [top, left] = [rows, columns].map((n) => Math.floor(n / 2) - Math.floor(width / 2)) as [number, number];
  let missing = 0;
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) {
      let measured = false;
      for (let c = 0; c < coils; c++)
        for (let part = 0; part < 2; part++) {
          const value = Number(data[2 * ((c * rows + top + i) * columns + left + j) + part]);
          measured ||= value !== 0;
          values[2 * ((c * width + i) * width + j) + part] = value;
        }
      if (!measured) missing++;
    }
  if (missing > 0)
    throw new ArgumentError(
      `sensitivityMaps calibration: expected a centre of ${width} x ${width} points that is measured in full, found ${missing} points that are 0 in every coil; make it smaller`,
    );
  return { width, values };
};

/**
 * Sum over p, q of coefficients[p, q] e^(2 pi i ((p + first) y + (q + first) x)) at y = (i - floor(rows / 2)) / rows, x likewise:
 * [rows, columns, 2].
 */
const trigonometric = (
  coefficients: Float64Array,
  width: number,
  first: number,
  [rows, columns]: readonly [number, number],
): Float64Array => {
  const half = new Float64Array(width * columns * 2);
  const result = new Float64Array(rows * columns * 2);
  const angle = (k: number, i: number, n: number): number =>
    (2 * Math.PI * ((k + first) * (i - Math.floor(n / 2)))) / n;
  const add = (from: Float64Array, at: number, to: Float64Array, into: number, [re, im]: [number, number]): void => {
    const [x, y] = [from[at]!, from[at + 1]!];
    to[into]! += re * x - im * y;
    to[into + 1]! += re * y + im * x;
  };
  for (let q = 0; q < width; q++)
    for (let j = 0; j < columns; j++) {
      const turn: [number, number] = [Math.cos(angle(q, j, columns)), Math.sin(angle(q, j, columns))];
      for (let p = 0; p < width; p++) add(coefficients, 2 * (p * width + q), half, 2 * (p * columns + j), turn);
    }
  for (let p = 0; p < width; p++)
    for (let i = 0; i < rows; i++) {
      const turn: [number, number] = [Math.cos(angle(p, i, rows)), Math.sin(angle(p, i, rows))];
      for (let j = 0; j < columns; j++) add(half, 2 * (p * columns + j), result, 2 * (i * columns + j), turn);
    }
  return result;
};

const lowResolution = ({ width, values }: Centre, shape: readonly number[], crop: number): Sensitivities => {
  const [coils, rows, columns] = shape as [number, number, number];
  const pixels = rows * columns;
  const first = -Math.floor(width / 2);
  const images = Array.from({ length: coils }, (_, c) => {
    // Hann's window keeps the edges of the centre from ringing.
    const window = (i: number): number => Math.cos((Math.PI * (i + first)) / (width + 1)) ** 2;
    const windowed = Float64Array.from({ length: 2 * width * width }, (_, at) => {
      const place = Math.floor(at / 2);
      return values[2 * c * width * width + at]! * window(Math.floor(place / width)) * window(place % width);
    });
    return trigonometric(windowed, width, first, [rows, columns]);
  });
  const root = new Float32Array(pixels);
  for (let p = 0; p < pixels; p++)
    root[p] = Math.sqrt(images.reduce((sum, image) => sum + image[2 * p]! ** 2 + image[2 * p + 1]! ** 2, 0));
  const most = root.reduce((a, b) => Math.max(a, b), 0);
  const reference = principalCombination({ width, values }, coils);
  const maps = new Float32Array(coils * pixels * 2);
  const vector = new Float64Array(2 * coils);
  for (let p = 0; p < pixels; p++) {
    root[p]! /= most;
    if (root[p]! < crop) continue;
    for (let c = 0; c < coils; c++) for (const part of [0, 1]) vector[2 * c + part] = images[c]![2 * p + part]!;
    placeUnit(maps, vector, reference, p, pixels);
  }
  return { maps: ndarray(maps, [...shape]), support: ndarray(root, [rows, columns]) };
};

/** Writes a vector of coils to pixel p of the maps, with length 1 and the phase in which <reference, vector> is real. */
const placeUnit = (
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
const principalCombination = ({ width, values }: Centre, coils: number): Float64Array => {
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

/** The eigenvector of the largest eigenvalue of a positive semi-definite Hermitian matrix, by the power method. */
const topVector = (matrix: Float64Array, d: number, start: Float64Array, steps: number) => {
  let vector = start;
  let value = 0;
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(2 * d);
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
    for (let k = 0; k < 2 * d; k++) next[k]! /= value;
    const change = next.reduce((sum, x, k) => sum + (x - vector[k]!) ** 2, 0);
    vector = next;
    if (change < 1e-14) break;
  }
  return { vector, value };
};

/**
 * ESPIRiT. Patches z of k-space, of all coils, lie in the span of the signal: P z = z. A pixel at r puts
 * z[a, c] = s_c(r) e^(-2 pi i a r) into each. So s(r) has the eigenvalue 1 of
 *
 *     G(r)[c, c'] = 1 / K sum over a, b of e^(2 pi i (a - b) r) P[(a, c), (b, c')]
 *
 * with K points in a patch (Uecker et al. 2014, equations 10 to 14, with one set of maps).
 */
const espirit = (
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
      pairs.set(c * coils + e, trigonometric(coefficients, differences, 1 - kernel, [rows, columns]));
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
