/**
 * What each receiver coil of an MRI scanner sees of the image, estimated from the fully measured centre of k-space: by ESPIRiT
 * (Uecker et al. 2014), or from images of low resolution (Pruessmann et al. 1999; McKenzie et al. 2002).
 */
import { ArgumentError } from "@scorefield/core";
import { checkFloats, checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { type Centre, placeUnit, principalCombination, type Sensitivities } from "./coil-vectors.ts";
import { espirit } from "./espirit.ts";
import { trigonometricSum } from "./trigonometric-sum.ts";

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
    return trigonometricSum(windowed, width, first, [rows, columns]);
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
