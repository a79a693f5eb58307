import { ArgumentError, normal, setting } from "@scorefield/core";
import { ndarray, sizeOf, type Tensor } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { denseParts } from "./dense.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { linearOperator } from "./linear-operator.ts";

const settings = {
  measurements: setting.whole({ least: 1, help: "numbers in y" }),
  rows: setting.choice({
    values: ["orthonormal", "gaussian"],
    default: "orthonormal",
    help: "orthonormal: a random subspace, A A* = I; gaussian: independent entries of variance 1 / measurements",
  }),
  seed: setting.whole({ least: 0, default: 0, help: "of the matrix" }),
  ...gradientSteps("for many Gaussian rows"),
};

/** Options of {@link randomProjection}. */
export type RandomProjectionOptions = Parameters<typeof randomProjection>[0];

/** A matrix of more numbers takes more than half a gigabyte. */
const mostNumbers = 2 ** 26;

/** Rows made orthonormal in turn, twice, by Gram and Schmidt: of a Gaussian matrix, a uniformly random subspace. */
const orthonormal = (values: Float64Array, m: number, d: number): void => {
  for (let i = 0; i < m; i++) {
    const row = values.subarray(i * d, (i + 1) * d);
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const other = values.subarray(j * d, (j + 1) * d);
        let along = 0;
        for (let k = 0; k < d; k++) along += row[k]! * other[k]!;
        for (let k = 0; k < d; k++) row[k]! -= along * other[k]!;
      }
    const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < d; k++) row[k]! /= size;
  }
};

/**
 * Compressed sensing: y = A x with a random matrix, [m], the same for equal seeds. Row i is sample i of a stream of normal numbers.
 * @throws ArgumentError for more measurements than numbers of a sample, with orthonormal rows, and for a matrix of more than 2^26
 *   numbers
 */
export const randomProjection = declareOperator({
  kind: "random-projection",
  name: "randomProjection",
  family: "projections",
  summary: "compressed sensing by a random matrix",
  source: "Candes & Tao 2006; Donoho 2006",
  settings,
  make: ({ input, measurements: m, rows, seed, steps }, about) => {
    const d = sizeOf(input);
    if (rows === "orthonormal" && m > d)
      throw new ArgumentError(
        `randomProjection measurements: expected at most the ${d} numbers of a sample, found ${m}`,
      );
    if (m * d > mostNumbers)
      throw new ArgumentError(
        `randomProjection: expected at most 2^26 numbers in the matrix, found ${m} x ${d}; take hadamard, which needs no matrix`,
      );
    const { data } = normal([m, d], { seed, purpose: "measurement", dtype: "float64" });
    if (rows === "gaussian") {
      const matrix = ndarray(
        data.map((value) => value / Math.sqrt(m)),
        [m, d],
      );
      return linearOperator({ ...about, ...denseParts(input, matrix), steps });
    }
    orthonormal(data, m, d);
    const { output, apply, adjoint } = denseParts(input, ndarray(data, [m, d]), false);
    return linearOperator({
      ...about,
      output,
      apply,
      adjoint,
      measuredSpectrum: {
        singularValues: ndarray(new Float64Array(m).fill(1)),
        toSpectral: (y: Tensor) => y,
        fromSpectral: (c: Tensor) => c,
      },
    });
  },
});
