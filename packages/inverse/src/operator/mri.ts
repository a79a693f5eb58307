/** Magnetic resonance imaging: Cartesian points of k-space, seen by several coils. */
import { ArgumentError, setting } from "@scorefield/core";
import {
  dft,
  inverseDft,
  type NdArray,
  ndarray,
  reshape,
  sparseMatrix,
  sparseMultiply,
  sparseTranspose,
  type Tensor,
} from "@scorefield/tensor";
import { complexFactors } from "./complex-product.ts";
import { declareOperator } from "./declare-operator.ts";
import { roll } from "./fourier-basis.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { linearOperator } from "./linear-operator.ts";
import { samplingPattern } from "./sampling-pattern.ts";

const settings = {
  maps: setting.array({
    rank: 4,
    otherwise: "one coil that sees all alike",
    help: "sensitivity of each coil, complex: [coils, rows, columns, 2]; see sensitivityMaps",
  }),
  mask: setting.array({
    rank: 2,
    otherwise: "a pattern by the settings below",
    help: "points of k-space that are measured: 1 or 0, [rows, columns], zero frequency at [rows / 2, columns / 2]",
  }),
  acceleration: setting.number({
    least: 1,
    default: 4,
    help: "how many times fewer points are measured than there are",
  }),
  along: setting.choice({ values: ["lines", "points"], default: "lines", help: "what is measured or left out" }),
  order: setting.choice({ values: ["regular", "random", "dense"], default: "random", help: "see samplingPattern" }),
  calibration: setting.whole({ least: 0, default: 24, help: "width of the centre that is measured in full" }),
  seed: setting.whole({ least: 0, default: 0, help: "of a random pattern" }),
  ...gradientSteps(),
};

/**
 * y = the measured points of the unitary Fourier transforms of what the coils see, S_c x. Image and k-space have their origin at
 * [rows / 2, columns / 2], rounded down. x is [rows, columns, 2] and y [coils, points, 2], both complex, with the points in
 * row-major order. The norm is at most the largest root of sum of squares of the maps. One coil without maps has A A* = I.
 * @throws ArgumentError for an input of another form, maps or a mask of another size, and a mask of other numbers than 0 and 1
 */
export const mri = declareOperator({
  kind: "mri",
  family: "imaging",
  summary: "Cartesian magnetic resonance imaging with several coils",
  source: "Pruessmann et al. 1999, equation 1; Lustig, Donoho & Pauly 2007",
  settings,
  make: ({ maps, mask: given, acceleration, along, order, calibration, seed, steps }, about) => {
    const [rows, columns, pair] = about.input as [number, number, number];
    if (about.input.length !== 3 || pair !== 2)
      throw new ArgumentError(`mri input: expected complex images, [rows, columns, 2], found [${about.input}]`);
    if (maps && (maps.shape[1] !== rows || maps.shape[2] !== columns || maps.shape[3] !== 2))
      throw new ArgumentError(`mri maps: expected [coils, ${rows}, ${columns}, 2], found [${maps.shape}]`);
    const mask = given ?? samplingPattern({ size: [rows, columns], acceleration, along, order, calibration, seed });
    if (mask.shape[0] !== rows || mask.shape[1] !== columns)
      throw new ArgumentError(`mri mask: expected [${rows}, ${columns}], found [${mask.shape}]`);
    if (!mask.data.every((value) => value === 0 || value === 1))
      throw new ArgumentError("mri mask: expected 1 where a point is measured and 0 elsewhere, found other numbers");
    const [up, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
    const points = pointsOf(mask, up, left);
    const count = points.length;
    if (count === 0) throw new ArgumentError("mri mask: expected at least one point that is measured, found none");
    const coils = maps?.shape[0] ?? 1;
    // Pairs of the points, out of all pairs of a coil's transform.
    const chosen = sparseMatrix([2 * count, 2 * rows * columns], {
      row: Int32Array.from({ length: 2 * count }, (_, k) => k),
      column: Int32Array.from({ length: 2 * count }, (_, k) => 2 * points[k >> 1]! + (k & 1)),
      value: new Float64Array(2 * count).fill(1),
    });
    const coil = maps && complexFactors(rolled(maps, up, left));
    const unit = Math.sqrt(rows * columns);
    const output = [coils, count, 2];
    return linearOperator({
      ...about,
      steps,
      output,
      units: { input: about.units.input, output: `${about.units.input}, in the unitary Fourier transform` },
      complex: { input: true, output: true },
      ...(maps ? { normBound: largestRoot(maps) } : { measuredSpectrum: allOnes(2 * count, output) }),
      apply: (x) => {
        const n = x.shape[0]!;
        const image = reshape(roll(roll(x, 1, up), 2, left), [n, 1, rows, columns, 2]);
        const spectrum = dft(coil ? coil.times(image) : image, [2, 3]).multiply(1 / unit);
        return reshape(sparseMultiply(chosen, reshape(spectrum, [n, coils, 2 * rows * columns])), [n, ...output]);
      },
      adjoint: (y) => {
        const n = y.shape[0]!;
        const spectrum = sparseMultiply(sparseTranspose(chosen), reshape(y, [n, coils, 2 * count]));
        const images = inverseDft(reshape(spectrum, [n, coils, rows, columns, 2]), [2, 3]).multiply(unit);
        const image = coil ? coil.timesConjugate(images, [1]) : reshape(images, [n, rows, columns, 2]);
        return roll(roll(image, 1, rows - up), 2, columns - left);
      },
    });
  },
});

/** Places of the measured points in a transform whose zero frequency comes first, in row-major order of the mask. */
const pointsOf = (mask: NdArray, up: number, left: number): number[] => {
  const [rows, columns] = mask.shape as [number, number];
  const places: number[] = [];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      if (mask.data[i * columns + j] === 1)
        places.push(((i - up + rows) % rows) * columns + ((j - left + columns) % columns));
  return places;
};

/** Maps whose origin comes first. */
const rolled = (maps: NdArray<"float64">, up: number, left: number): NdArray<"float64"> => {
  const [coils, rows, columns] = maps.shape as [number, number, number];
  const data = new Float64Array(maps.data.length);
  let at = 0;
  for (let c = 0; c < coils; c++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++, at += 2) {
        const from = 2 * ((c * rows + ((i + up) % rows)) * columns + ((j + left) % columns));
        data[at] = maps.data[from]!;
        data[at + 1] = maps.data[from + 1]!;
      }
  return ndarray(data, maps.shape);
};

/** The largest root of sum of squares over coils. */
const largestRoot = ({ shape, data }: NdArray<"float64">): number => {
  const size = 2 * shape[1]! * shape[2]!;
  let most = 0;
  for (let p = 0; p < size; p += 2) {
    let square = 0;
    for (let at = p; at < data.length; at += size) square += data[at]! ** 2 + data[at + 1]! ** 2;
    most = Math.max(most, square);
  }
  return Math.sqrt(most);
};

/** A A* = I. */
const allOnes = (size: number, output: readonly number[]) => ({
  singularValues: ndarray(new Float64Array(size).fill(1)),
  toSpectral: (y: Tensor): Tensor => reshape(y, [y.shape[0]!, size]),
  fromSpectral: (c: Tensor): Tensor => reshape(c, [c.shape[0]!, ...output]),
});
